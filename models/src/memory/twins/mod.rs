//! The [broken twins](crate#twins), one file and one mistake each.

mod double_checked_with_relaxed;
mod publish_with_relaxed;
mod reference_count_with_relaxed;
mod sequence_lock_without_fences;
mod spin_lock_released_with_relaxed;

pub use double_checked_with_relaxed::DoubleCheckedWithRelaxed;
pub use publish_with_relaxed::PublishWithRelaxed;
pub use reference_count_with_relaxed::ReferenceCountWithRelaxed;
pub use sequence_lock_without_fences::SequenceLockWithoutFences;
pub use spin_lock_released_with_relaxed::SpinLockReleasedWithRelaxed;
