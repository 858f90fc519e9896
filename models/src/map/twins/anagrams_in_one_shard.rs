//! **Wrong:** the hash that chooses the shard is the sum of the key's bytes.
//!
//! **From:** the document's `Cache.getShard`: keys with the same letters share a shard, and numbered keys a few.
//!
//! **Shortest interleaving:** A writes "ab" · B waits for the lock with "ba".
//!
//! **Seen by** every engine, in every schedule, if two writers have to be inside at once. No test of what the map holds
//! sees it: the values are right, and only the threads wait for each other.

use std::collections::BTreeMap;

use selvedge::sync::Mutex;

use crate::map::shards::Shards;

/// A sharded map with the hash of the document's cache.
#[derive(Debug)]
pub struct AnagramsInOneShard {
    shards: Vec<Mutex<BTreeMap<&'static str, u64>>>,
}

impl Shards for AnagramsInOneShard {
    fn of(shards: usize) -> Option<Self> {
        Some(AnagramsInOneShard { shards: (0..shards).map(|_| Mutex::new(BTreeMap::new())).collect() })
    }

    fn change(&self, key: &'static str, inside: impl FnOnce()) {
        let sum: usize = key.bytes().map(usize::from).sum();
        let mut shard = self.shards[sum % self.shards.len()].lock();
        *shard.entry(key).or_insert(0) += 1;
        inside();
    }
}
