//! The sharded and the generic map: the same properties, and the same checks.

pub mod operations;
pub mod shards;
pub mod twins;
mod workload;

use std::hash::BuildHasher;

use selvedge::check::require;
use selvedge::patterns::concurrent_map::ConcurrentMap;
use selvedge::patterns::sharded_map::ShardedMap;
use selvedge::sync::atomic::{AtomicU64, Ordering};
use selvedge::sync::thread;

use self::twins::{GetThenSet, LenBesideTheMap, LoadOutsideTheLock, SecondLookForgotten};
use crate::check::Check;
use crate::room::Room;
use crate::threads::together;

pub(crate) const ROOM: Room = Room {
    checks: || [checks(), shards::checks()].concat(),
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

fn update_is_atomic<M: Map>() {
    let map = M::new();
    together(|| map.increment(1), || map.increment(1));
    let value = map.get(1);
    require(value == Some(2), || format!("lost update: two increments make {value:?}"));
}

fn get_or_insert_runs_once<M: Map>() {
    let map = M::new();
    let made = AtomicU64::new(0);
    let make = || map.get_or_insert_with(1, || made.fetch_add(1, Ordering::Relaxed) + 1);
    let (one, other) = together(make, make);
    let made = made.load(Ordering::Relaxed);
    require(made == 1, || format!("the closure ran {made} times"));
    require((one, other) == (1, 1), || format!("two threads got {one} and {other}"));
}

/// A key's values are seen in the order in which they were written, and a removal is not undone.
fn linearizable_per_key<M: Map>() {
    let map = M::new();
    let (removed, seen) = together(
        || {
            map.set(1, 1);
            map.remove(1)
        },
        || [map.get(1), map.set(1, 2)],
    );
    // Either the removal took the last value, or the write came after the removal.
    let last = map.get(1);
    let explained = match (removed, seen, last) {
        (Some(1), [None | Some(1), None], Some(2)) => true,
        (Some(2), [None | Some(1), Some(1)], None) => true,
        // The other thread had ended before the first write.
        (Some(1), [None, None], None) => true,
        _ => false,
    };
    require(explained, || format!("not linearizable: removed {removed:?}, seen {seen:?}, left {last:?}"));
}

fn keys_do_not_disturb_each_other<M: Map>() {
    let map = M::new();
    thread::scope(|scope| {
        scope.spawn(|| map.set(1, 10));
        scope.spawn(|| map.set(2, 20));
        scope.spawn(|| map.remove(3));
    });
    require(map.keys() == 2, || format!("two keys are set, and the length is {}", map.keys()));
    require((map.get(1), map.get(2)) == (Some(10), Some(20)), || "a write is gone".to_owned());
}

fn len_counts_keys<M: Map>() {
    let map = M::new();
    let (_, len) = together(
        || map.set(1, 1),
        || {
            map.remove(1);
            map.keys()
        },
    );
    require(len <= 1, || format!("one key, and the length is {}", len.cast_signed()));
}

/// Three writers of one key: the replaced values and the final one are nothing and each written value, once each.
fn each_value_is_replaced_once<M: Map>() {
    let map = M::new();
    let mut values = thread::scope(|scope| {
        let writers = [1, 2, 3].map(|value| {
            let map = &map;
            scope.spawn(move || map.set(1, value))
        });
        writers.map(|writer| writer.join().expect("no panic leaves a thread of a check")).to_vec()
    });
    values.push(map.get(1));
    values.sort_unstable();
    require(values == [None, Some(1), Some(2), Some(3)], || format!("lost update: replaced and left {values:?}"));
}

/// Two keys, which may share a shard or not, are incremented by both threads in opposite orders.
fn counts_of_two_keys_are_exact<M: Map>() {
    let map = M::new();
    together(|| [1, 2].map(|key| map.increment(key)), || [2, 1].map(|key| map.increment(key)));
    let counts = [map.get(1), map.get(2)];
    require(counts == [Some(2); 2], || format!("lost update: two increments a key make {counts:?}"));
}

fn checks_of<M: Map>(pattern: &'static str, subject: &'static str) -> [Check; 7] {
    let new = |property, claim| Check::new(pattern, property, claim);
    [
        new("update_is_atomic", "a read-modify-write is one step").on(subject, update_is_atomic::<M>),
        new("get_or_insert_runs_once", "the closure of `get_or_insert_with` wins once")
            .on(subject, get_or_insert_runs_once::<M>),
        new("linearizable_per_key", "the operations on a key have a sequential explanation")
            .on(subject, linearizable_per_key::<M>),
        new("keys_do_not_disturb_each_other", "three threads on three keys all get in and out; nothing is lost")
            .on(subject, keys_do_not_disturb_each_other::<M>)
            .quick_loom_bound(3),
        new("len_counts_keys", "the length is a number of keys at some moment").on(subject, len_counts_keys::<M>),
        new("each_value_is_replaced_once", "of three writes to a key each replaces another, and one is left")
            .on(subject, each_value_is_replaced_once::<M>)
            .quick_loom_bound(3),
        new("counts_of_two_keys_are_exact", "two threads count two keys in opposite order, and lose nothing")
            .on(subject, counts_of_two_keys_are_exact::<M>),
    ]
}

fn checks() -> Vec<Check> {
    let sharded = checks_of::<ShardedMap<u32, u64>>("sharded_map", "ShardedMap");
    let mut single = checks_of::<ConcurrentMap<u32, u64>>("concurrent_map", "ConcurrentMap");
    // Its lock gives loom more to order.
    [1, 2].into_iter().for_each(|at| single[at] = single[at].clone().loom_bound(3));
    let twins = [
        sharded[0].twin("GetThenSet", update_is_atomic::<GetThenSet>),
        single[1].twin("LoadOutsideTheLock", get_or_insert_runs_once::<LoadOutsideTheLock>),
        single[1].twin("SecondLookForgotten", get_or_insert_runs_once::<SecondLookForgotten>),
        single[4].twin("LenBesideTheMap", len_counts_keys::<LenBesideTheMap>),
    ];
    sharded.into_iter().chain(single).chain(twins).collect()
}
