//! The sharded and the generic map: the same properties, and the same checks.

mod checks;
pub mod operations;
pub mod shards;
pub mod twins;
mod workload;

use std::hash::BuildHasher;

use selvedge::patterns::concurrent_map::ConcurrentMap;
use selvedge::patterns::sharded_map::ShardedMap;

use crate::room::Room;

pub(crate) const ROOM: Room = Room {
    checks: || [checks::checks(), shards::checks()].concat(),
    structures: operations::structures,
    workloads: workload::entries,
};

/// A map that threads share.
pub trait Map: Send + Sync + Sized {
    /// An empty map.
    fn new() -> Self;
    /// The value of a key.
    fn get(&self, key: u32) -> Option<u64>;
    /// Writes a value, and returns the one before.
    fn set(&self, key: u32, value: u64) -> Option<u64>;
    /// Takes a value out.
    fn remove(&self, key: u32) -> Option<u64>;
    /// Adds one to a value, or sets it to one.
    fn increment(&self, key: u32);
    /// The value, made by `make` if there is none.
    fn get_or_insert_with(&self, key: u32, make: impl FnOnce() -> u64) -> u64;
    /// The number of keys.
    fn keys(&self) -> usize;
}

/// A map with all operations of the patterns.
pub trait WholeMap: Map {
    /// Whether there is a value.
    fn contains(&self, key: u32) -> bool;
    /// Whether there are none.
    fn has_no_keys(&self) -> bool;
    /// Takes a value out if it is even.
    fn remove_even(&self, key: u32) -> Option<u64>;
    /// Changes a value to none, and returns the one before.
    fn update_away(&self, key: u32) -> Option<u64>;
    /// Every key and value, in no order.
    fn all(&self) -> Vec<(u32, u64)>;
    /// Takes every value out.
    fn clear(&self);
}

macro_rules! map {
    ($map:ident, $new:expr) => {
        impl<S: BuildHasher + Default + Send + Sync> Map for $map<u32, u64, S> {
            fn new() -> Self {
                $new
            }

            fn get(&self, key: u32) -> Option<u64> {
                self.get(&key)
            }

            fn set(&self, key: u32, value: u64) -> Option<u64> {
                self.set(key, value)
            }

            fn remove(&self, key: u32) -> Option<u64> {
                self.remove(&key)
            }

            fn increment(&self, key: u32) {
                self.update(key, |old| Some(old.unwrap_or(&0) + 1));
            }

            fn get_or_insert_with(&self, key: u32, make: impl FnOnce() -> u64) -> u64 {
                self.get_or_insert_with(key, make)
            }

            fn keys(&self) -> usize {
                self.len()
            }
        }

        impl<S: BuildHasher + Default + Send + Sync> WholeMap for $map<u32, u64, S> {
            fn contains(&self, key: u32) -> bool {
                self.contains_key(&key)
            }

            fn has_no_keys(&self) -> bool {
                self.is_empty()
            }

            fn remove_even(&self, key: u32) -> Option<u64> {
                self.remove_if(&key, |value| value % 2 == 0)
            }

            fn update_away(&self, key: u32) -> Option<u64> {
                self.update(key, |_| None)
            }

            fn all(&self) -> Vec<(u32, u64)> {
                self.snapshot()
            }

            fn clear(&self) {
                self.clear();
            }
        }
    };
}

map!(ShardedMap, ShardedMap::with_hasher(2, S::default()).expect("two is a power of two"));
map!(ConcurrentMap, ConcurrentMap::default());
