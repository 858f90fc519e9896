//! The cache: an expired value is never returned, and a fresh one is never lost.

mod checks;
pub mod operations;
pub mod twins;
mod workload;

use std::time::Duration;

use selvedge::patterns::ttl_cache;
use selvedge::sync::time::Clock;

use crate::room::Room;

pub(crate) const ROOM: Room =
    Room { checks: checks::checks, structures: operations::structures, workloads: workload::entries };

/// How long a check keeps a value.
const TTL: Duration = Duration::from_secs(1);

/// A cache of numbers whose entries expire.
pub trait Cache: Send + Sync + Sized {
    /// An empty cache on the clock `clock`, without a janitor.
    fn new(clock: &Clock) -> Self;
    /// The value of a key, if it has one that has not expired.
    fn get(&self, key: u32) -> Option<u64>;
    /// Writes a value that expires after `ttl`.
    fn set(&self, key: u32, value: u64, ttl: Duration);
    /// Removes expired entries.
    fn sweep(&self);
}

/// A cache with all operations of the pattern.
pub trait WholeCache: Cache {
    /// Removes a key.
    fn delete(&self, key: u32);
    /// The value of a key; if there is none, `value`, which is kept for `ttl`, if it can be loaded.
    fn load(&self, key: u32, value: Option<u64>, ttl: Duration) -> Option<u64>;
    /// How many entries there are, expired or not.
    fn entries(&self) -> usize;
}

/// A cache whose janitor runs until the cache is dropped.
pub trait Janitor: Sized {
    /// A cache that sweeps by itself.
    fn start(clock: &Clock) -> Self;
}

/// The pattern.
pub type Real = ttl_cache::Cache<u32, u64>;

impl Cache for Real {
    fn new(clock: &Clock) -> Self {
        ttl_cache::Cache::builder().shards(1).clock(clock.clone()).build().expect("a valid cache")
    }

    fn get(&self, key: u32) -> Option<u64> {
        self.get(&key)
    }

    fn set(&self, key: u32, value: u64, ttl: Duration) {
        self.set(key, value, ttl);
    }

    fn sweep(&self) {
        self.sweep();
    }
}

impl WholeCache for Real {
    fn delete(&self, key: u32) {
        self.delete(&key);
    }

    fn load(&self, key: u32, value: Option<u64>, ttl: Duration) -> Option<u64> {
        self.get_or_load(key, ttl, || value.ok_or(())).ok()
    }

    fn entries(&self) -> usize {
        self.len()
    }
}

impl Janitor for Real {
    fn start(clock: &Clock) -> Self {
        let builder = ttl_cache::Cache::builder().shards(1).clock(clock.clone()).sweep_every(TTL);
        builder.build().expect("a valid cache")
    }
}
