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

use selvedge::check::require;

/// Twelve hashes, 0 to 11, in twelve shards by the document's mask: how many shards are in use, and how many never will be.
pub fn program() -> (usize, usize) {
    let shards: Vec<Mutex<u32>> = (0..12).map(|_| Mutex::new(0)).collect();
    let mask = shards.len() - 1;
    let count = |hashes: [usize; 6]| hashes.map(|hash| *shards[hash & mask].lock() += 1);
    thread::scope(|scope| {
        scope.spawn(|| count([0, 1, 2, 3, 4, 5]));
        count([6, 7, 8, 9, 10, 11]);
    });
    let used = shards.iter().filter(|shard| *shard.lock() > 0).count();
    (used, shards.len() - used)
}

/// Twelve shards have a hash each, and two writers with different shards are inside at once.
pub fn check() {
    let map = Sharded::new(12);
    (0..12).for_each(|hash| map.count(hash, || ()));
    let used = map.sizes().into_iter().filter(|&size| size > 0).count();
    require(used == 12, || format!("12 hashes in 12 shards, and {used} are in use"));
    let (enter, entered) = bounded(0);
    thread::scope(|scope| {
        scope.spawn(|| map.count(3, || enter.send("3 is inside").unwrap()));
        map.count(7, || assert_eq!(entered.recv(), Ok("3 is inside")));
    });
}
