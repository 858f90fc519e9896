//! The [broken twins](crate#twins), one file and one mistake each.

mod batch_cut_by_a_close;
mod close_forgets_the_queue;
mod close_waits_for_undrained_workers;
mod drop_does_not_join;
mod submit_after_close_panics;
mod worker_lost_to_a_panic;

pub use batch_cut_by_a_close::BatchCutByAClose;
pub use close_forgets_the_queue::CloseForgetsTheQueue;
pub use close_waits_for_undrained_workers::CloseWaitsForUndrainedWorkers;
pub use drop_does_not_join::DropDoesNotJoin;
pub use submit_after_close_panics::SubmitAfterClosePanics;
pub use worker_lost_to_a_panic::WorkerLostToAPanic;
