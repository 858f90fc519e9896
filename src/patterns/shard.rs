//! A table behind a read-write lock: one shard of a [`ShardedMap`](super::sharded_map::ShardedMap),
//! and the whole of a [`ConcurrentMap`](super::concurrent_map::ConcurrentMap).
//!
//! The caller brings the hash of the key, so an operation hashes once however many tables there are.
//! Values that leave the table are returned, and dropped by the caller without the lock.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::sync::RwLock;

pub(super) struct Shard<K, V> {
    table: RwLock<HashTable<(K, V)>>,
}

impl<K: Eq + Hash, V> Shard<K, V> {
    #[track_caller]
    pub(super) fn new() -> Self {
        Shard { table: RwLock::new(HashTable::new()) }
    }

    pub(super) fn get_with<Q, R>(&self, hash: u64, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R>
    where
        K: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        self.table.read().find(hash, |(k, _)| k.borrow() == key).map(|(_, value)| read(value))
    }

    pub(super) fn set(&self, hash: u64, hasher: &impl BuildHasher, key: K, value: V) -> Option<V> {
        match self.table.write().entry(hash, |(k, _)| *k == key, |(k, _)| hasher.hash_one(k)) {
            Entry::Occupied(mut entry) => Some(std::mem::replace(&mut entry.get_mut().1, value)),
            Entry::Vacant(entry) => {
                entry.insert((key, value));
                None
            }
        }
    }

    pub(super) fn remove_if<Q>(&self, hash: u64, key: &Q, condition: impl FnOnce(&V) -> bool) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        let mut table = self.table.write();
        let entry = table.find_entry(hash, |(k, _)| k.borrow() == key).ok()?;
        if condition(&entry.get().1) { Some(entry.remove().0) } else { None }
    }

    pub(super) fn update(
        &self,
        hash: u64,
        hasher: &impl BuildHasher,
        key: K,
        change: impl FnOnce(Option<&V>) -> Option<V>,
    ) -> Option<V> {
        match self.table.write().entry(hash, |(k, _)| *k == key, |(k, _)| hasher.hash_one(k)) {
            Entry::Occupied(mut entry) => match change(Some(&entry.get().1)) {
                Some(new) => Some(std::mem::replace(&mut entry.get_mut().1, new)),
                None => Some(entry.remove().0.1),
            },
            Entry::Vacant(entry) => {
                if let Some(new) = change(None) {
                    entry.insert((key, new));
                }
                None
            }
        }
    }

    /// The value, read from the table if it is there: most calls find it, and readers go together.
    pub(super) fn get_or_insert_with(&self, hash: u64, hasher: &impl BuildHasher, key: K, make: impl FnOnce() -> V) -> V
    where
        V: Clone,
    {
        if let Some(value) = self.get_with(hash, &key, V::clone) {
            return value;
        }
        // The second look, under the lock that keeps others out: somebody may have been faster.
        match self.table.write().entry(hash, |(k, _)| *k == key, |(k, _)| hasher.hash_one(k)) {
            Entry::Occupied(entry) => entry.get().1.clone(),
            Entry::Vacant(entry) => entry.insert((key, make())).get().1.clone(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.table.read().len()
    }

    pub(super) fn extend_snapshot(&self, entries: &mut Vec<(K, V)>)
    where
        K: Clone,
        V: Clone,
    {
        entries.extend(self.table.read().iter().cloned());
    }

    pub(super) fn clear(&self) {
        let old = std::mem::take(&mut *self.table.write());
        // Without the lock: there may be many of them.
        drop(old);
    }
}
