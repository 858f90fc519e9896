//! The broken twins, one file and one mistake each.
//!
//! A twin is as small as it can be with the mistake in it. Its header says what is wrong, where it comes from, the shortest
//! interleaving that shows it, and who can and cannot see it.

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
