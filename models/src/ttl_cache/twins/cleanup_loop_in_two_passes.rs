//! **Wrong:** the janitor notes the expired keys under the read lock, and deletes them under the
//! write lock without a second look.
//!
//! **From:** the document's `cleanupLoop`.
//!
//! **Shortest interleaving:** the janitor notes a key · B sets a fresh value · the janitor deletes it.
//!
//! **Seen by** loom and Shuttle; real threads hit the window once in some ten thousand sweeps
//! (`models/tests/units/document.rs`). A race detector says nothing: each access holds the lock.

use std::collections::BTreeMap;
use std::time::Duration;

use selvedge::sync::RwLock;
use selvedge::sync::time::{Clock, Instant};

use crate::ttl_cache::Cache;

/// The document's cache, with one shard and its cleanup.
#[derive(Debug)]
pub struct CleanupLoopInTwoPasses {
    clock: Clock,
    items: RwLock<BTreeMap<u32, (u64, Instant)>>,
}

impl Cache for CleanupLoopInTwoPasses {
    fn new(clock: &Clock) -> Self {
        CleanupLoopInTwoPasses { clock: clock.clone(), items: RwLock::new(BTreeMap::new()) }
    }

    fn get(&self, key: u32) -> Option<u64> {
        let now = self.clock.now();
        self.items.read().get(&key).filter(|(_, expiration)| now <= *expiration).map(|&(value, _)| value)
    }

    fn set(&self, key: u32, value: u64, ttl: Duration) {
        let expiration = self.clock.now() + ttl;
        self.items.write().insert(key, (value, expiration));
    }

    fn sweep(&self) {
        let now = self.clock.now();
        let expired = |(key, &(_, expiration)): (&u32, &(u64, Instant))| (now > expiration).then_some(*key);
        let noted: Vec<u32> = self.items.read().iter().filter_map(expired).collect();
        let mut items = self.items.write();
        items.retain(|key, _| !noted.contains(key));
    }
}
