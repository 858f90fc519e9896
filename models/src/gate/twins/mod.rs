//! The [broken twins](crate#twins), one file and one mistake each.

mod add_inside_the_thread;
mod claim_by_a_weak_exchange;
mod flag_set_without_the_lock;
mod pass_under_if;

pub use add_inside_the_thread::AddInsideTheThread;
pub use claim_by_a_weak_exchange::ClaimByAWeakExchange;
pub use flag_set_without_the_lock::FlagSetWithoutTheLock;
pub use pass_under_if::PassUnderIf;
