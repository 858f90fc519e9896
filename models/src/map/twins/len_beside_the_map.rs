//! **Wrong:** the length is kept beside the map, and changed after the lock is released.
//!
//! **From:** an atomic length, so that `len` needs no lock.
//!
//! **Shortest interleaving:** A inserts a key · B removes it, and counts down from 0 · A counts up: in
//! between the length was less than nothing.
//!
//! **Seen by** loom and Shuttle; real threads hit the window rarely. A race detector says nothing: the
//! length is atomic. A test that counts in the end passes: the length is right then.

use std::collections::BTreeMap;

use selvedge::sync::RwLock;
use selvedge::sync::atomic::{AtomicUsize, Ordering};

use crate::map::Map;

/// A map that counts for itself.
#[derive(Debug)]
pub struct LenBesideTheMap {
    map: RwLock<BTreeMap<u32, u64>>,
    len: AtomicUsize,
}

impl Map for LenBesideTheMap {
    fn new() -> Self {
        LenBesideTheMap { map: RwLock::new(BTreeMap::new()), len: AtomicUsize::new(0) }
    }

    fn get(&self, key: u32) -> Option<u64> {
        self.map.read().get(&key).copied()
    }

    fn set(&self, key: u32, value: u64) -> Option<u64> {
        let old = self.map.write().insert(key, value);
        if old.is_none() {
            self.len.fetch_add(1, Ordering::SeqCst);
        }
        old
    }

    fn remove(&self, key: u32) -> Option<u64> {
        let old = self.map.write().remove(&key);
        if old.is_some() {
            self.len.fetch_sub(1, Ordering::SeqCst);
        }
        old
    }

    fn increment(&self, key: u32) {
        *self.map.write().entry(key).or_insert(0) += 1;
    }

    fn get_or_insert_with(&self, key: u32, make: impl FnOnce() -> u64) -> u64 {
        *self.map.write().entry(key).or_insert_with(make)
    }

    fn keys(&self) -> usize {
        self.len.load(Ordering::SeqCst)
    }
}
