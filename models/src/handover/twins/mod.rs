//! The [broken twins](crate#twins), one file and one mistake each.

mod close_while_a_sender_waits;
mod consumer_left_on_cancellation;
mod results_sent_after_close;
mod timeout_drops_the_value;

pub use close_while_a_sender_waits::CloseWhileASenderWaits;
pub use consumer_left_on_cancellation::ConsumerLeftOnCancellation;
pub use results_sent_after_close::ResultsSentAfterClose;
pub use timeout_drops_the_value::TimeoutDropsTheValue;
