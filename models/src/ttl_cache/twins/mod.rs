//! The [broken twins](crate#twins), one file and one mistake each.

mod cleanup_loop_in_two_passes;
mod clock_read_before_the_lock;
mod get_deletes_without_recheck;
mod janitor_without_stop;

pub use cleanup_loop_in_two_passes::CleanupLoopInTwoPasses;
pub use clock_read_before_the_lock::ClockReadBeforeTheLock;
pub use get_deletes_without_recheck::GetDeletesWithoutRecheck;
pub use janitor_without_stop::JanitorWithoutStop;
