//! **Wrong:** an increment is a load and a store.
//!
//! **From:** `counter++` on a variable that became an atomic type and stayed two operations.
//!
//! **Shortest interleaving:** A loads 0 · B loads 0, stores 1 · A stores 1.
//!
//! **Seen by** loom and Shuttle; real threads if they add for long enough. Go's race detector and ThreadSanitizer say
//! nothing: each access is atomic.

use selvedge::sync::atomic::{AtomicU64, Ordering};

use crate::counter::Counter;

/// A counter that is atomic in each half of an increment.
#[derive(Debug)]
pub struct LoadThenStore {
    value: AtomicU64,
}

impl Counter for LoadThenStore {
    fn new() -> Self {
        LoadThenStore { value: AtomicU64::new(0) }
    }

    fn add(&self, n: u64) {
        let old = self.value.load(Ordering::SeqCst);
        self.value.store(old + n, Ordering::SeqCst);
    }

    fn total(&self) -> u64 {
        self.value.load(Ordering::SeqCst)
    }
}
