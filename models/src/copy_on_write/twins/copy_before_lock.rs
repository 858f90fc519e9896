//! **Wrong:** an update copies the current version before it takes the writers' lock.
//!
//! **From:** copy-on-write as it is often sketched: "copying needs no lock, readers do not mind".
//!
//! **Shortest interleaving:** A copies version 0 · B copies version 0, publishes 1 · A publishes 1 again.
//!
//! **Seen by** loom and Shuttle; real threads hit the window rarely. A race detector says nothing: each
//! access holds the lock.

use selvedge::sync::{Arc, Mutex};

use crate::copy_on_write::Config;

/// A configuration whose writers work on a copy that may be old.
#[derive(Debug)]
pub struct CopyBeforeLock {
    current: Mutex<Arc<[u64; 2]>>,
}

impl Config for CopyBeforeLock {
    fn new() -> Self {
        CopyBeforeLock { current: Mutex::new(Arc::new([0, 0])) }
    }

    fn load(&self) -> Arc<[u64; 2]> {
        Arc::clone(&self.current.lock())
    }

    fn increment(&self) {
        let copy = self.load().map(|n| n + 1);
        *self.current.lock() = Arc::new(copy);
    }
}
