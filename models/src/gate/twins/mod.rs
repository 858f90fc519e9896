//! The broken twins, one file and one mistake each.
//!
//! A twin is as small as it can be with the mistake in it. Its header says what is wrong, where it comes from, the shortest
//! interleaving that shows it, and who can and cannot see it.

mod add_inside_the_thread;
mod flag_set_without_the_lock;

pub use add_inside_the_thread::AddInsideTheThread;
pub use flag_set_without_the_lock::FlagSetWithoutTheLock;
