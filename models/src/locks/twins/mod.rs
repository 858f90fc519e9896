//! The [broken twins](crate#twins), one file and one mistake each.

mod callback_under_the_lock;
mod read_again_behind_a_writer;
mod send_under_the_lock;
mod three_philosophers;

pub use callback_under_the_lock::CallbackUnderTheLock;
pub use read_again_behind_a_writer::ReadAgainBehindAWriter;
pub use send_under_the_lock::SendUnderTheLock;
pub use three_philosophers::ThreePhilosophers;
