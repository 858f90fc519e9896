//! **Wrong:** a read-modify-write is a `get` and a `set`.
//!
//! **From:** users of the document's map, which offers nothing else.
//!
//! **Shortest interleaving:** A gets nothing · B gets nothing, sets 1 · A sets 1.
//!
//! **Seen by** loom and Shuttle; real threads hit the window rarely. A race detector says nothing: each
//! access holds the lock.

use selvedge::patterns::sharded_map::ShardedMap;

use crate::map::Map;

/// The sharded map, used with the document's two methods only.
#[derive(Debug)]
pub struct GetThenSet {
    map: ShardedMap<u32, u64>,
}

impl Map for GetThenSet {
    fn new() -> Self {
        GetThenSet { map: Map::new() }
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
        let old = self.map.get(&key).unwrap_or(0);
        self.map.set(key, old + 1);
    }

    fn get_or_insert_with(&self, key: u32, make: impl FnOnce() -> u64) -> u64 {
        self.map.get_or_insert_with(key, make)
    }

    fn keys(&self) -> usize {
        self.map.len()
    }
}
