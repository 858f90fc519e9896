//! **Wrong:** a queue is closed by a flag, and a thread that waits for room does not learn of it.
//!
//! **From:** a `closed` field beside a channel.
//!
//! **Shortest interleaving:** A fills the queue, and waits for room · B sets the flag · A waits on.
//!
//! **Seen by** loom, Shuttle, and real threads, which hang in it, if the sender waits already. A race detector says
//! nothing: the flag is atomic.

use selvedge::sync::Mutex;
use selvedge::sync::atomic::{AtomicBool, Ordering};
use selvedge::sync::channel::{Receiver, Sender, bounded};

use crate::handover::Queue;

/// A queue that is closed only for threads that look.
#[derive(Debug)]
pub struct CloseWhileASenderWaits {
    closed: AtomicBool,
    items: Sender<u32>,
    _taken: Mutex<Receiver<u32>>,
}

impl Queue for CloseWhileASenderWaits {
    fn new() -> Self {
        let (items, taken) = bounded(1);
        CloseWhileASenderWaits { closed: AtomicBool::new(false), items, _taken: Mutex::new(taken) }
    }

    fn push(&self, item: u32) -> bool {
        !self.closed.load(Ordering::SeqCst) && self.items.send(item).is_ok()
    }

    fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }
}
