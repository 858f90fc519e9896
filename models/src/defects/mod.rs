//! The defect gallery: broken twins of the patterns, one file and one mistake each.
//!
//! A twin is as small as it can be with the mistake in it. Its header says what is wrong, where it
//! comes from, the shortest interleaving that shows it, and who can and cannot see it.

mod cleanup_loop_in_two_passes;
mod close_waits_for_undrained_workers;
mod copy_before_lock;
mod done_looked_at_only_between_steps;
mod drop_does_not_join;
mod get_deletes_without_recheck;
mod get_then_set;
mod janitor_without_stop;
mod load_outside_the_lock;
mod load_then_store;
mod read_modify_write_in_three_steps;
mod transfer_in_argument_order;
mod write_key_by_key;

pub use cleanup_loop_in_two_passes::CleanupLoopInTwoPasses;
pub use close_waits_for_undrained_workers::CloseWaitsForUndrainedWorkers;
pub use copy_before_lock::CopyBeforeLock;
pub use done_looked_at_only_between_steps::DoneLookedAtOnlyBetweenSteps;
pub use drop_does_not_join::DropDoesNotJoin;
pub use get_deletes_without_recheck::GetDeletesWithoutRecheck;
pub use get_then_set::GetThenSet;
pub use janitor_without_stop::JanitorWithoutStop;
pub use load_outside_the_lock::LoadOutsideTheLock;
pub use load_then_store::LoadThenStore;
pub use read_modify_write_in_three_steps::ReadModifyWriteInThreeSteps;
pub use transfer_in_argument_order::TransferInArgumentOrder;
pub use write_key_by_key::WriteKeyByKey;
