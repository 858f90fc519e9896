//! The broken twins, one file and one mistake each.
//!
//! A twin is as small as it can be with the mistake in it. Its header says what is wrong, where it comes from, the shortest
//! interleaving that shows it, and who can and cannot see it.

mod close_while_a_sender_waits;
mod consumer_left_on_cancellation;
mod results_sent_after_close;
mod timeout_drops_the_value;

pub use close_while_a_sender_waits::CloseWhileASenderWaits;
pub use consumer_left_on_cancellation::ConsumerLeftOnCancellation;
pub use results_sent_after_close::ResultsSentAfterClose;
pub use timeout_drops_the_value::TimeoutDropsTheValue;
