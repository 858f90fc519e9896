//! The document's pattern 3: a map split into shards, each with a read-write lock of its own.
//!
//! # Guarantees
//!
//! 1. The operations on one key are linearizable: each takes effect at one moment between its call
//!    and its return (`sharded_map/linearizable_per_key`).
//! 2. [`update`](ShardedMap::update) and the others that read and write are one step
//!    (`sharded_map/update_is_atomic`).
//! 3. The closure of [`get_or_insert_with`](ShardedMap::get_or_insert_with) wins once: it runs for one
//!    caller, and all get its value (`sharded_map/get_or_insert_runs_once`).
//! 4. [`len`](ShardedMap::len) and [`snapshot`](ShardedMap::snapshot) look at each shard at a moment of its own. They
//!    are exact when nobody writes (`sharded_map/keys_do_not_disturb_each_other` for `len`; for both the property
//!    `maps_are_maps_whatever_the_hashes_are` of `proptests`, on one thread), and no single moment of the map
//!    otherwise.
//!
//! # Cost
//!
//! One hash, and one lock and unlock of one shard, an operation. Keys of one shard wait for each other; who finds its lock
//! taken looks again after a microsecond or so, some times, and then sleeps. A shard takes 128 bytes with its lock and the
//! head of its table. Best is a shard for some 32 keys, and 64 at least: a small table lies in few lines of the cache.
//!
//! # Lock order
//!
//! No operation holds two shards. A closure runs under its shard's lock, and must not come back to
//! the map.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash};

use super::table::Table;
use crate::sync::{CachePadded, Compound, DefaultHashBuilder, RwLock, patience};

/// A map in shards. With [`FnvBuildHasher`](super::hash::FnvBuildHasher) for `S`, keys share shards as
/// in the document.
///
/// ```
/// use selvedge::patterns::sharded_map::ShardedMap;
/// use selvedge::sync::thread;
///
/// # selvedge::check::verify(|| {
/// let stock = ShardedMap::<&str, u32>::new(16).unwrap();
/// thread::scope(|scope| {
///     scope.spawn(|| stock.update("apples", |old| Some(old.unwrap_or(&0) + 3)));
///     scope.spawn(|| stock.update("apples", |old| Some(old.unwrap_or(&0) + 4)));
/// });
/// assert_eq!(stock.get("apples"), Some(7));
/// # });
/// ```
pub struct ShardedMap<K, V, S = DefaultHashBuilder> {
    compound: Compound,
    shards: Box<[CachePadded<Shard<K, V>>]>,
    mask: ShardMask,
    hasher: S,
}

type Shard<K, V> = RwLock<Table<K, V>>;

impl<K: Eq + Hash, V> ShardedMap<K, V> {
    /// A map of so many shards; how many are best stands under [cost](self#cost).
    ///
    /// # Errors
    ///
    /// If the number is not a power of two: a mask of another would leave shards unused.
    #[track_caller]
    pub fn new(shards: usize) -> Result<Self, ShardCountError> {
        ShardedMap::with_hasher(shards, DefaultHashBuilder::default())
    }
}

impl<K: Eq + Hash, V, S: BuildHasher> ShardedMap<K, V, S> {
    /// A map of so many shards, whose keys are hashed by `hasher`.
    ///
    /// # Errors
    ///
    /// If the number is not a power of two.
    #[track_caller]
    pub fn with_hasher(shards: usize, hasher: S) -> Result<Self, ShardCountError> {
        let mask = ShardMask::of(shards)?;
        let shards = (0..shards).map(|_| CachePadded::new(RwLock::new(Table::default()))).collect();
        Ok(ShardedMap { compound: Compound::new("sharded map"), shards, mask, hasher })
    }

    /// The value of a key.
    #[track_caller]
    pub fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        V: Clone,
    {
        self.get_with(key, V::clone)
    }

    /// What `read` makes of the value of a key.
    #[track_caller]
    pub fn get_with<Q: Eq + Hash + ?Sized, R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R>
    where
        K: Borrow<Q>,
    {
        self.compound.call("get from", || {
            let (hash, shard) = self.find(key);
            patience::read(shard).get(hash, key).map(read)
        })
    }

    /// Whether the key has a value.
    #[track_caller]
    pub fn contains_key<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get_with(key, |_| ()).is_some()
    }

    /// Writes a value, and returns the one before.
    #[track_caller]
    pub fn set(&self, key: K, value: V) -> Option<V> {
        self.compound.call("set in", || {
            let (hash, shard) = self.find(&key);
            patience::write(shard).set(hash, &self.hasher, key, value)
        })
    }

    /// Takes a value out.
    #[track_caller]
    pub fn remove<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.remove_if(key, |_| true)
    }

    /// Takes a value out if `condition` holds for it.
    #[track_caller]
    pub fn remove_if<Q: Eq + Hash + ?Sized>(&self, key: &Q, condition: impl FnOnce(&V) -> bool) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.compound.call("remove from", || {
            let (hash, shard) = self.find(key);
            let removed = patience::write(shard).remove_if(hash, key, condition);
            removed.map(|(_, value)| value)
        })
    }

    /// Replaces the value of a key by what `change` makes of it, `None` being no value; returns the
    /// one before.
    #[track_caller]
    pub fn update(&self, key: K, change: impl FnOnce(Option<&V>) -> Option<V>) -> Option<V> {
        self.compound.call("update", || {
            let (hash, shard) = self.find(&key);
            patience::write(shard).update(hash, &self.hasher, key, change)
        })
    }

    /// The value of a key, made by `make` if there is none.
    #[track_caller]
    pub fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> V) -> V
    where
        V: Clone,
    {
        self.compound.call("get or insert in", || {
            let (hash, shard) = self.find(&key);
            // Most calls find it, and readers go together.
            if let Some(value) = patience::read(shard).get(hash, &key) {
                return value.clone();
            }
            // The second look, under the lock that keeps others out: somebody may have been faster.
            patience::write(shard).get_or_insert_with(hash, &self.hasher, key, make).clone()
        })
    }

    /// How many keys have a value; each shard counted at a moment of its own. O(shards).
    #[track_caller]
    pub fn len(&self) -> usize {
        self.compound.call("count", || self.shards.iter().map(|shard| patience::read(shard).len()).sum())
    }

    /// Whether no key has a value; each shard looked at at a moment of its own.
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        self.compound.call("count", || self.shards.iter().all(|shard| patience::read(shard).len() == 0))
    }

    /// Every key and value, in no order; each shard copied at a moment of its own. O(keys).
    #[track_caller]
    pub fn snapshot(&self) -> Vec<(K, V)>
    where
        K: Clone,
        V: Clone,
    {
        self.compound.call("copy", || {
            let mut entries = Vec::new();
            self.shards.iter().for_each(|shard| entries.extend(patience::read(shard).iter().cloned()));
            entries
        })
    }

    /// Takes every value out, shard by shard.
    #[track_caller]
    pub fn clear(&self) {
        self.compound.call("clear", || {
            for shard in &self.shards {
                let old = std::mem::take(&mut *patience::write(shard));
                // Without the lock: there may be many of them.
                drop(old);
            }
        })
    }

    #[inline]
    fn find<Q: Hash + ?Sized>(&self, key: &Q) -> (u64, &Shard<K, V>) {
        let hash = self.hasher.hash_one(key);
        (hash, &self.shards[self.mask.shard(hash)])
    }
}

/// Which shard a hash belongs to: the document's `hash & shardMask`.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShardMask(usize);

impl ShardMask {
    /// For so many shards.
    pub(super) fn of(shards: usize) -> Result<Self, ShardCountError> {
        if shards.is_power_of_two() { Ok(ShardMask(shards - 1)) } else { Err(ShardCountError { shards }) }
    }

    /// The table uses the top 7 bits as tags and the low bits for the bucket, so bits from the middle choose the shard.
    #[inline]
    pub(super) fn shard(self, hash: u64) -> usize {
        (hash >> 32) as usize & self.0
    }
}

/// A number of shards that is not a power of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardCountError {
    shards: usize,
}

impl fmt::Display for ShardCountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} shards are not a power of two", self.shards)
    }
}

impl std::error::Error for ShardCountError {}

impl<K, V, S> fmt::Debug for ShardedMap<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShardedMap").field("shards", &self.shards.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::hash::Hasher;

    use super::super::hash::{Fnv1a32, FnvBuildHasher};
    use super::*;
    use crate::check::verify;

    #[test]
    fn a_number_of_shards_that_a_mask_would_miss_is_an_error() {
        for shards in [0, 3, 12] {
            assert_eq!(ShardedMap::<u32, u32>::new(shards).map(drop), Err(ShardCountError { shards }));
        }
    }

    #[test]
    fn every_shard_is_used() {
        for shards in [1, 2, 16, 256] {
            let hasher = foldhash::fast::FixedState::default();
            let mask = ShardMask::of(shards).expect("a power of two");
            let used: std::collections::BTreeSet<_> =
                (0..shards * 64).map(|key| mask.shard(hasher.hash_one(key))).collect();
            assert_eq!(used.into_iter().collect::<Vec<_>>(), (0..shards).collect::<Vec<_>>());
        }
    }

    /// Two keys share a shard exactly where `hash & shardMask` of the document is the same.
    #[test]
    fn with_fnv_the_shards_are_the_documents() {
        let documents = |key: &str| {
            let mut hasher = Fnv1a32::default();
            hasher.write(key.as_bytes());
            hasher.sum32() & 15
        };
        let mask = ShardMask::of(16).expect("a power of two");
        let ours = |key: &str| mask.shard(FnvBuildHasher::default().hash_one(key));
        let keys: Vec<String> = (0..100).map(|id| format!("key{id}")).collect();
        for one in &keys {
            for other in &keys {
                assert_eq!(documents(one) == documents(other), ours(one) == ours(other), "{one}, {other}");
            }
        }
    }

    #[test]
    fn an_update_to_nothing_removes() {
        verify(|| {
            let map = ShardedMap::<&str, u32>::new(2).expect("two is a power of two");
            assert_eq!(map.update("a", |old| old.copied().or(Some(1))), None);
            assert_eq!(map.update("a", |_| None), Some(1));
            assert!(map.is_empty());
        });
    }
}
