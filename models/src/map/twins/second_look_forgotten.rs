//! **Wrong:** a read lock is released and a write lock taken, without a second look at what was read.
//!
//! **From:** the missing upgrade of a read lock: unlock, lock, and carry on.
//!
//! **Shortest interleaving:** A looks, finds nothing · B looks, finds nothing, inserts 1 · A inserts 2
//! over it: one key, and two threads with different values.
//!
//! **Seen by** loom and Shuttle; real threads hit the window rarely. A race detector says nothing: each
//! access holds the lock.

use std::collections::BTreeMap;

use selvedge::sync::RwLock;

use crate::map::Map;

/// A map whose lookup trusts what it saw before it had the lock.
#[derive(Debug)]
pub struct SecondLookForgotten {
    map: RwLock<BTreeMap<u32, u64>>,
}

impl Map for SecondLookForgotten {
    fn new() -> Self {
        SecondLookForgotten { map: RwLock::new(BTreeMap::new()) }
    }

    fn get(&self, key: u32) -> Option<u64> {
        self.map.read().get(&key).copied()
    }

    fn set(&self, key: u32, value: u64) -> Option<u64> {
        self.map.write().insert(key, value)
    }

    fn remove(&self, key: u32) -> Option<u64> {
        self.map.write().remove(&key)
    }

    fn increment(&self, key: u32) {
        *self.map.write().entry(key).or_insert(0) += 1;
    }

    fn get_or_insert_with(&self, key: u32, make: impl FnOnce() -> u64) -> u64 {
        if let Some(value) = self.get(key) {
            return value;
        }
        let mut map = self.map.write();
        let made = make();
        map.insert(key, made);
        made
    }

    fn keys(&self) -> usize {
        self.map.read().len()
    }
}
