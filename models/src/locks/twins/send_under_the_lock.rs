//! **Wrong:** a lock is held while a full channel is sent to.
//!
//! **From:** a `defer mu.Unlock()` above a send.
//!
//! **Shortest interleaving:** A reports once, and again: the channel is full, and A waits with the lock
//! · B wants the lock before it reads the channel.
//!
//! **Seen by** loom, Shuttle, and real threads, which hang in it. A channel with room for all reports hides
//! it.

use selvedge::sync::Mutex;
use selvedge::sync::channel::Sender;

use crate::locks::Reporter;

/// A reporter that cannot be asked while it reports.
#[derive(Debug)]
pub struct SendUnderTheLock {
    count: Mutex<u32>,
    reports: Sender<u32>,
}

impl Reporter for SendUnderTheLock {
    fn new(reports: Sender<u32>) -> Self {
        SendUnderTheLock { count: Mutex::new(0), reports }
    }

    fn report(&self) {
        let mut count = self.count.lock();
        *count += 1;
        self.reports.send(*count).expect("the reader is here");
    }

    fn count(&self) -> u32 {
        *self.count.lock()
    }
}
