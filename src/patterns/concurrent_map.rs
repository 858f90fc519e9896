//! The document's pattern 6: a type-safe concurrent map, behind one read-write lock.
//!
//! # Guarantees
//!
//! 1. Every operation is linearizable: it takes effect at one moment between its call and its return
//!    (`programs/concurrent_map`). That includes [`len`](ConcurrentMap::len) (`programs/concurrent_map_len`) and
//!    [`snapshot`](ConcurrentMap::snapshot) (`programs/concurrent_map_whole`), which see one moment of the whole map.
//! 2. [`update`](ConcurrentMap::update) and the others that read and write are one step
//!    (`concurrent_map/update_is_atomic`).
//! 3. The closure of [`get_or_insert_with`](ConcurrentMap::get_or_insert_with) wins once
//!    (`concurrent_map/get_or_insert_runs_once`).
//!
//! # Cost
//!
//! One hash, and one lock and unlock, an operation; a read writes no line that readers share, as long as nobody writes
//! ([`BiasedLock`]). Writers wait for everyone; where that is too much,
//! [`ShardedMap`](super::sharded_map::ShardedMap) has the same operations.
//!
//! # Lock order
//!
//! There is one lock. A closure runs under it, and must not come back to the map.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash};

use super::biased_lock::BiasedLock;
use super::table::Table;
use crate::sync::{Compound, DefaultHashBuilder};

/// A map of any types.
///
/// ```
/// use selvedge::patterns::concurrent_map::ConcurrentMap;
/// use selvedge::sync::thread;
///
/// # selvedge::check::verify(|| {
/// let users = ConcurrentMap::<String, u32>::new();
/// thread::scope(|scope| {
///     scope.spawn(|| users.set("user1".to_owned(), 100));
///     scope.spawn(|| users.set("user2".to_owned(), 200));
/// });
/// assert_eq!(users.get("user2"), Some(200));
/// # });
/// ```
pub struct ConcurrentMap<K, V, S = DefaultHashBuilder> {
    compound: Compound,
    table: BiasedLock<Table<K, V>>,
    hasher: S,
}

impl<K: Eq + Hash, V> ConcurrentMap<K, V> {
    /// An empty map.
    #[track_caller]
    pub fn new() -> Self {
        ConcurrentMap::with_hasher(DefaultHashBuilder::default())
    }
}

impl<K: Eq + Hash, V, S: BuildHasher> ConcurrentMap<K, V, S> {
    /// An empty map, whose keys are hashed by `hasher`.
    #[track_caller]
    pub fn with_hasher(hasher: S) -> Self {
        ConcurrentMap { compound: Compound::new("map"), table: BiasedLock::new(Table::default()), hasher }
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
            let hash = self.hasher.hash_one(key);
            self.table.read(|table| table.get(hash, key).map(read))
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
            let hash = self.hasher.hash_one(&key);
            self.table.write(|table| table.set(hash, &self.hasher, key, value))
        })
    }

    /// Takes a value out: the document's `Delete`.
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
            let hash = self.hasher.hash_one(key);
            self.table.write(|table| table.remove_if(hash, key, condition)).map(|(_, value)| value)
        })
    }

    /// Replaces the value of a key by what `change` makes of it, `None` being no value; returns the
    /// one before.
    #[track_caller]
    pub fn update(&self, key: K, change: impl FnOnce(Option<&V>) -> Option<V>) -> Option<V> {
        self.compound.call("update", || {
            let hash = self.hasher.hash_one(&key);
            self.table.write(|table| table.update(hash, &self.hasher, key, change))
        })
    }

    /// The value of a key, made by `make` if there is none.
    #[track_caller]
    pub fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> V) -> V
    where
        V: Clone,
    {
        self.compound.call("get or insert in", || {
            let hash = self.hasher.hash_one(&key);
            // Most calls find it, and readers go together.
            if let Some(value) = self.table.read(|table| table.get(hash, &key).cloned()) {
                return value;
            }
            // The second look, under the lock that keeps others out: somebody may have been faster.
            self.table.write(|table| table.get_or_insert_with(hash, &self.hasher, key, make).clone())
        })
    }

    /// How many keys have a value.
    #[track_caller]
    pub fn len(&self) -> usize {
        self.compound.call("count", || self.table.read(Table::len))
    }

    /// Whether no key has a value.
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every key and value at one moment, in no order. O(keys).
    #[track_caller]
    pub fn snapshot(&self) -> Vec<(K, V)>
    where
        K: Clone,
        V: Clone,
    {
        self.compound.call("copy", || self.table.read(|table| table.iter().cloned().collect()))
    }

    /// Takes every value out.
    #[track_caller]
    pub fn clear(&self) {
        self.compound.call("clear", || {
            let old = self.table.write(std::mem::take);
            // Without the lock: there may be many of them.
            drop(old);
        })
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Default> Default for ConcurrentMap<K, V, S> {
    #[track_caller]
    fn default() -> Self {
        ConcurrentMap::with_hasher(S::default())
    }
}

impl<K, V, S> fmt::Debug for ConcurrentMap<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConcurrentMap").finish_non_exhaustive()
    }
}
