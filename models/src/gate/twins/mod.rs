//! The [broken twins](crate#twins), one file and one mistake each.

mod add_inside_the_thread;
mod flag_set_without_the_lock;

pub use add_inside_the_thread::AddInsideTheThread;
pub use flag_set_without_the_lock::FlagSetWithoutTheLock;
