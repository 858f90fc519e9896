//! **Wrong:** the close does not wait for the job that is under way, whose result comes later or never.
//!
//! **From:** the document's pool without its `workersDone.Wait()`; in Go a send on a closed channel
//! panics.
//!
//! **Shortest interleaving:** the service is closed · the results are read, and there are none · the
//! job sends its result.
//!
//! **Seen by** every engine; real threads after some tries. A race detector says nothing: the channel
//! is synchronized.

use selvedge::sync::channel::{Receiver, unbounded};
use selvedge::sync::thread;

use crate::handover::Service;

/// A service whose close is a promise that it cannot keep.
#[derive(Debug)]
pub struct ResultsSentAfterClose {}

impl Service for ResultsSentAfterClose {
    fn start() -> (Self, Receiver<u32>) {
        let (results, read) = unbounded();
        thread::spawn(move || results.send(7));
        (ResultsSentAfterClose {}, read)
    }

    fn close(self) {}
}
