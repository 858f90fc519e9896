//! **Wrong:** `get_or_insert_with` looks, runs its closure without the lock, and inserts.
//!
//! **From:** the advice to keep critical sections small, taken too far.
//!
//! **Shortest interleaving:** A looks, finds nothing · B looks, finds nothing · both run the closure.
//!
//! **Seen by** loom and Shuttle; real threads if the closure takes long. A race detector says nothing: each access
//! holds the lock.

use selvedge::patterns::concurrent_map::ConcurrentMap;

use crate::map::Map;

/// The generic map, with a lookup that runs its closure twice.
#[derive(Debug)]
pub struct LoadOutsideTheLock {
    map: ConcurrentMap<u32, u64>,
}

impl Map for LoadOutsideTheLock {
    fn new() -> Self {
        LoadOutsideTheLock { map: Map::new() }
    }

    fn get(&self, key: u32) -> Option<u64> {
        self.map.get(&key)
    }

    fn set(&self, key: u32, value: u64) -> Option<u64> {
        self.map.set(key, value)
    }

    fn remove(&self, key: u32) -> Option<u64> {
        self.map.remove(&key)
    }

    fn increment(&self, key: u32) {
        self.map.update(key, |old| Some(old.unwrap_or(&0) + 1));
    }

    fn get_or_insert_with(&self, key: u32, make: impl FnOnce() -> u64) -> u64 {
        if let Some(value) = self.map.get(&key) {
            return value;
        }
        let made = make();
        self.map.get_or_insert_with(key, || made)
    }

    fn keys(&self) -> usize {
        self.map.len()
    }
}
