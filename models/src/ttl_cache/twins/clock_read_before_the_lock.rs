//! **Wrong:** `set` works out when its value expires before it has the lock.
//!
//! **From:** this project's own cache, up to the day on which all programs of its operations were explored: no
//! check had looked at two writers of one key. (The document's `Cache.Set` does it right.)
//!
//! **Shortest interleaving:** A looks at the clock · time passes · B sets a fresh value · A replaces it by one that
//! has expired.
//!
//! **Seen by** `dpor`, in the programs over the cache; real threads if a writer is held up for as long as its value
//! lives. A race detector says nothing: the map is only touched under the lock.

use std::collections::BTreeMap;
use std::time::Duration;

use selvedge::sync::RwLock;
use selvedge::sync::time::{Clock, Instant};

use crate::ttl_cache::Cache;

/// A cache with one shard, whose writers may come late.
#[derive(Debug)]
pub struct ClockReadBeforeTheLock {
    clock: Clock,
    items: RwLock<BTreeMap<u32, (u64, Instant)>>,
}

impl Cache for ClockReadBeforeTheLock {
    fn new(clock: &Clock) -> Self {
        ClockReadBeforeTheLock { clock: clock.clone(), items: RwLock::new(BTreeMap::new()) }
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
        let mut items = self.items.write();
        let now = self.clock.now();
        items.retain(|_, (_, expiration)| now <= *expiration);
    }
}
