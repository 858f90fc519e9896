//! **Wrong:** the consumer leaves when it is cancelled, and keeps its end of the channel open.
//!
//! **From:** a Go channel, whose receiving end cannot be closed; here the end is kept for later.
//!
//! **Shortest interleaving:** the consumer is cancelled · the producer waits for a receiver.
//!
//! **Seen by** every engine as a leaked worker. A test on real threads that does not join passes.

use selvedge::sync::channel::{Receiver, Sender};
use selvedge::sync::context::Context;
use selvedge::sync::select;

use crate::handover::Producer;

/// A producer that is left with a channel without a reader.
#[derive(Debug)]
pub enum ConsumerLeftOnCancellation {}

impl Producer for ConsumerLeftOnCancellation {
    fn produce(_: &Context, numbers: Sender<u32>) {
        let _unwanted = (0..2).try_for_each(|number| numbers.send(number));
    }

    fn consume(context: &Context, numbers: Receiver<u32>) {
        select! {
            recv(context.done()) -> _ => (),
            recv(numbers) -> _ => (),
        }
        std::mem::forget(numbers);
    }
}
