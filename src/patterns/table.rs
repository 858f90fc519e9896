//! A hash table as the maps need it, each behind a lock of its own kind:
//! [`ShardedMap`](super::sharded_map::ShardedMap) and [`ConcurrentMap`](super::concurrent_map::ConcurrentMap).
//!
//! The caller brings the hash of the key, so an operation hashes once however many tables there are. Values that leave
//! the table are returned, and dropped by the caller without the lock.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

pub(super) struct Table<K, V> {
    entries: HashTable<(K, V)>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Table { entries: HashTable::new() }
    }
}

impl<K: Eq + Hash, V> Table<K, V> {
    #[inline]
    pub(super) fn get<Q>(&self, hash: u64, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        self.entries.find(hash, |(k, _)| k.borrow() == key).map(|(_, value)| value)
    }

    #[inline]
    pub(super) fn set(&mut self, hash: u64, hasher: &impl BuildHasher, key: K, value: V) -> Option<V> {
        match self.entries.entry(hash, |(k, _)| *k == key, |(k, _)| hasher.hash_one(k)) {
            Entry::Occupied(mut entry) => Some(std::mem::replace(&mut entry.get_mut().1, value)),
            Entry::Vacant(entry) => {
                entry.insert((key, value));
                None
            }
        }
    }

    #[inline]
    pub(super) fn remove_if<Q>(&mut self, hash: u64, key: &Q, condition: impl FnOnce(&V) -> bool) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        let entry = self.entries.find_entry(hash, |(k, _)| k.borrow() == key).ok()?;
        if condition(&entry.get().1) { Some(entry.remove().0) } else { None }
    }

    pub(super) fn update(
        &mut self,
        hash: u64,
        hasher: &impl BuildHasher,
        key: K,
        change: impl FnOnce(Option<&V>) -> Option<V>,
    ) -> Option<V> {
        match self.entries.entry(hash, |(k, _)| *k == key, |(k, _)| hasher.hash_one(k)) {
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

    pub(super) fn get_or_insert_with(
        &mut self,
        hash: u64,
        hasher: &impl BuildHasher,
        key: K,
        make: impl FnOnce() -> V,
    ) -> &V {
        match self.entries.entry(hash, |(k, _)| *k == key, |(k, _)| hasher.hash_one(k)) {
            Entry::Occupied(entry) => &entry.into_mut().1,
            Entry::Vacant(entry) => &entry.insert((key, make())).into_mut().1,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(K, V)> {
        self.entries.iter()
    }
}
