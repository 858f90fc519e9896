//! Shards, and twelve of them. A wrong answer: one lock for all shards: each is in use, and nobody is inside beside another.

use std::collections::BTreeMap;

use selvedge::sync::channel::bounded;
use selvedge::sync::{Mutex, thread};

/// What can `program` give? Write down every pair that can come, and none that cannot.
pub const PREDICTED: &[(usize, usize)] = &[(8, 4)];

/// The number of the shard for a hash.
fn shard_of(hash: usize, shards: usize) -> usize {
    hash % shards
}

/// A map in shards, under one lock.
#[derive(Debug)]
pub struct Sharded {
    shards: Mutex<Vec<BTreeMap<usize, u32>>>,
}

impl Sharded {
    /// A map with so many shards.
    pub fn new(shards: usize) -> Self {
        Sharded { shards: Mutex::new(vec![BTreeMap::new(); shards]) }
    }

    /// Counts a hash, and does something while its shard is locked.
    pub fn count(&self, hash: usize, inside: impl FnOnce()) {
        let mut shards = self.shards.lock();
        let shard = shard_of(hash, shards.len());
        *shards[shard].entry(hash).or_insert(0) += 1;
        inside();
    }

    /// How many hashes each shard has.
    pub fn sizes(&self) -> Vec<usize> {
        self.shards.lock().iter().map(BTreeMap::len).collect()
    }
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
