//! Shards, and twelve of them. A wrong answer: twelve has two bits, so `&` gives 0, 4, 8 and 12, which is no shard.

use std::collections::BTreeMap;

use selvedge::sync::channel::bounded;
use selvedge::sync::{Mutex, thread};

/// What can `program` give? Write down every pair that can come, and none that cannot.
pub const PREDICTED: &[(usize, usize)] = &[(8, 4)];

/// The number of the shard for a hash.
fn shard_of(hash: usize, shards: usize) -> usize {
    hash & shards
}

/// A map in shards, each with a lock of its own.
#[derive(Debug)]
pub struct Sharded {
    shards: Vec<Mutex<BTreeMap<usize, u32>>>,
}

impl Sharded {
    /// A map with so many shards.
    pub fn new(shards: usize) -> Self {
        Sharded { shards: (0..shards).map(|_| Mutex::new(BTreeMap::new())).collect() }
    }

    /// Counts a hash, and does something while its shard is locked.
    pub fn count(&self, hash: usize, inside: impl FnOnce()) {
        let mut shard = self.shards[shard_of(hash, self.shards.len())].lock();
        *shard.entry(hash).or_insert(0) += 1;
        inside();
    }

    /// How many hashes each shard has.
    pub fn sizes(&self) -> Vec<usize> {
        self.shards.iter().map(|shard| shard.lock().len()).collect()
    }
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
