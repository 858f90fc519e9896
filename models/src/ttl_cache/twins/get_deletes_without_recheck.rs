//! **Wrong:** `get` finds an expired value under the read lock, releases it, and deletes the key under the write lock
//! without a second look.
//!
//! **From:** the document's `Cache.Get`; measured with the document's own program, 297 of 1,000,000
//! fresh writes were lost.
//!
//! **Shortest interleaving:** A finds the value expired · B sets a fresh one · A deletes it.
//!
//! **Seen by** loom and Shuttle; real threads hit the window rarely (`models/tests/units/document.rs`). A
//! race detector says nothing: each access holds the lock.

use std::collections::BTreeMap;
use std::time::Duration;

use selvedge::sync::RwLock;
use selvedge::sync::time::{Clock, Instant};

use crate::ttl_cache::Cache;

/// The document's cache, with one shard.
#[derive(Debug)]
pub struct GetDeletesWithoutRecheck {
    clock: Clock,
    items: RwLock<BTreeMap<u32, (u64, Instant)>>,
}

impl Cache for GetDeletesWithoutRecheck {
    fn new(clock: &Clock) -> Self {
        GetDeletesWithoutRecheck { clock: clock.clone(), items: RwLock::new(BTreeMap::new()) }
    }

    fn get(&self, key: u32) -> Option<u64> {
        let (value, expiration) = *self.items.read().get(&key)?;
        if self.clock.now() > expiration {
            self.items.write().remove(&key);
            return None;
        }
        Some(value)
    }

    fn set(&self, key: u32, value: u64, ttl: Duration) {
        let expiration = self.clock.now() + ttl;
        self.items.write().insert(key, (value, expiration));
    }

    fn sweep(&self) {
        let now = self.clock.now();
        self.items.write().retain(|_, (_, expiration)| now <= *expiration);
    }
}
