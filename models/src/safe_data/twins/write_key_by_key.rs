//! **Wrong:** two keys that belong together are written under two locks, one after the other.
//!
//! **From:** the document's `SafeData`, which can only write one key at a time.
//!
//! **Shortest interleaving:** A writes the first key · B reads both · A writes the second.
//!
//! **Seen by** loom and Shuttle; real threads hit the window rarely. A race detector says nothing: each
//! access holds the lock.

use selvedge::sync::RwLock;

use crate::safe_data::SafeData;

/// Data whose write of two keys is two writes.
#[derive(Debug)]
pub struct WriteKeyByKey {
    data: RwLock<[u64; 2]>,
}

impl SafeData for WriteKeyByKey {
    fn new() -> Self {
        WriteKeyByKey { data: RwLock::new([0, 0]) }
    }

    fn both(&self) -> [u64; 2] {
        *self.data.read()
    }

    fn set_both(&self, value: u64) {
        self.data.write()[0] = value;
        self.data.write()[1] = value;
    }

    fn increment(&self) {
        self.data.write()[0] += 1;
    }
}
