//! **Wrong:** the shard is chosen by a mask of a number that is not a power of two.
//!
//! **From:** the document's `NewShardedMap`, which accepts any number: with 6 the mask is 0b101, and the shards 2 and 3
//! are never used; with 0 the first access panics.
//!
//! **Shortest interleaving:** A writes a key of shard 4 · B waits for the lock with a key that should be elsewhere.
//!
//! **Seen by** every engine, in every schedule, if two writers have to be inside at once. No test of what the map holds
//! sees it: the values are right, and the map is slower than it says.

use std::collections::BTreeMap;
use std::hash::Hash;

use selvedge::patterns::hash::Fnv1a32;
use selvedge::sync::Mutex;

use crate::map::shards::Shards;

/// The document's sharded map.
#[derive(Debug)]
pub struct MaskOfAnyNumber {
    shards: Vec<Mutex<BTreeMap<&'static str, u64>>>,
}

impl Shards for MaskOfAnyNumber {
    fn of(shards: usize) -> Option<Self> {
        Some(MaskOfAnyNumber { shards: (0..shards).map(|_| Mutex::new(BTreeMap::new())).collect() })
    }

    fn change(&self, key: &'static str, inside: impl FnOnce()) {
        let mut hasher = Fnv1a32::default();
        key.hash(&mut hasher);
        let mask = self.shards.len() - 1;
        let mut shard = self.shards[hasher.sum32() as usize & mask].lock();
        *shard.entry(key).or_insert(0) += 1;
        inside();
    }
}
