//! The entries of one shard, and which of them goes when the shard is full.
//!
//! That is decided by SIEVE (Zhang et al., "SIEVE is Simpler than LRU", NSDI 2024): a hand goes over the entries from
//! the oldest to the newest, spares those that were read since it came by last, and takes the first that was not. A get
//! does no more than set a flag of the entry, the first time.
//!
//! # Cost
//!
//! O(1) a set, amortized: the hand spares an entry only where a get had set its flag. In a shard without bound nothing
//! is written down, and a get sets no flag.

use std::borrow::Borrow;
use std::collections::VecDeque;
use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::time::Instant;

/// Places in the order beyond two an entry, before those are thrown away whose entries have gone.
const SPARE_PLACES: usize = 32;

pub(super) struct Shelf<K, V> {
    items: HashTable<Item<K, V>>,
    /// None for a shard without bound.
    order: Option<Order>,
}

pub(super) struct Item<K, V> {
    key: K,
    pub(super) value: V,
    /// The last instant at which the value is valid.
    pub(super) expiration: Instant,
    /// Which place in the order is this item's. Small, so that more items fit a cache line; where numbers come again, the
    /// hand may take another item of the same hash.
    place: u32,
    /// Whether it was read since the hand came by.
    visited: AtomicBool,
}

/// The entries from the oldest to the newest, with the hand between the two halves.
struct Order {
    capacity: usize,
    passed: VecDeque<Place>,
    ahead: VecDeque<Place>,
    next: u32,
}

/// What finds an entry, if it is still there.
#[derive(Clone, Copy)]
struct Place {
    hash: u64,
    number: u32,
}

impl<K: Eq + Hash, V> Shelf<K, V> {
    /// For so many entries at most.
    pub(super) fn new(capacity: Option<usize>) -> Self {
        let order = |capacity| Order { capacity, passed: VecDeque::new(), ahead: VecDeque::new(), next: 0 };
        Shelf { items: HashTable::new(), order: capacity.map(order) }
    }

    /// The item of a key, expired or not.
    #[inline]
    pub(super) fn get<Q>(&self, hash: u64, key: &Q) -> Option<&Item<K, V>>
    where
        K: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        let item = self.items.find(hash, |item| item.key.borrow() == key)?;
        // Relaxed, both: a hint. Looked at first, so that a key that many read is written to once.
        if self.order.is_some() && !item.visited.load(Ordering::Relaxed) {
            item.visited.store(true, Ordering::Relaxed);
        }
        Some(item)
    }

    /// Puts a value in. Returns what had to go for it: what the key had before, or what the hand took.
    pub(super) fn set(
        &mut self,
        hash: u64,
        hasher: &impl BuildHasher,
        (key, value): (K, V),
        expiration: Instant,
        now: Instant,
    ) -> Option<Item<K, V>> {
        let item = Item { key, value, expiration, place: 0, visited: AtomicBool::new(false) };
        match self.items.entry(hash, |other| other.key == item.key, |item| hasher.hash_one(&item.key)) {
            Entry::Occupied(mut entry) => {
                let place = entry.get().place;
                let visited = AtomicBool::new(true);
                return Some(std::mem::replace(entry.get_mut(), Item { place, visited, ..item }));
            }
            Entry::Vacant(entry) => {
                let place = self.order.as_ref().map_or(0, |order| order.next);
                entry.insert(Item { place, ..item });
            }
        }
        let evicted = self.evict(now);
        // After that: the hand does not look at what has just come.
        self.write_down(hash);
        evicted
    }

    /// Moves the hand on and takes an item out, if there are too many.
    fn evict(&mut self, now: Instant) -> Option<Item<K, V>> {
        let order = self.order.as_mut()?;
        while self.items.len() > order.capacity {
            let place = order.under_the_hand()?;
            let found = self.items.find_entry(place.hash, |item| item.place == place.number);
            // It has been removed since.
            let Ok(entry) = found else { continue };
            let item = entry.get();
            // Relaxed, both: nobody reads meanwhile.
            if item.expiration >= now && item.visited.load(Ordering::Relaxed) {
                item.visited.store(false, Ordering::Relaxed);
                order.passed.push_back(place);
            } else {
                return Some(entry.remove().0);
            }
        }
        None
    }

    /// Gives the newest item its place.
    fn write_down(&mut self, hash: u64) {
        let Some(order) = &mut self.order else { return };
        order.ahead.push_back(Place { hash, number: order.next });
        order.next = order.next.wrapping_add(1);
        if order.passed.len() + order.ahead.len() > 2 * self.items.len() + SPARE_PLACES {
            let is_there = |place: &Place| self.items.find(place.hash, |item| item.place == place.number).is_some();
            order.passed.retain(is_there);
            order.ahead.retain(is_there);
        }
    }

    /// Takes the item of a key out, expired or not.
    pub(super) fn remove<Q>(&mut self, hash: u64, key: &Q) -> Option<Item<K, V>>
    where
        K: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        let entry = self.items.find_entry(hash, |item| item.key.borrow() == key).ok()?;
        Some(entry.remove().0)
    }

    /// Takes out all that has expired.
    pub(super) fn sweep(&mut self, now: Instant) -> Vec<Item<K, V>> {
        self.items.extract_if(|item| item.expiration < now).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }
}

#[cfg(test)]
impl<K: Eq, V> Shelf<K, V> {
    /// Whether there is an entry of the key, without reading it.
    pub(super) fn holds(&self, key: &K) -> bool {
        self.items.iter().any(|item| item.key == *key)
    }

    pub(super) fn places(&self) -> usize {
        self.order.as_ref().map_or(0, |order| order.passed.len() + order.ahead.len())
    }
}

impl Order {
    /// The place under the hand, which moves on. At the newest it begins anew with the oldest.
    fn under_the_hand(&mut self) -> Option<Place> {
        if self.ahead.is_empty() {
            std::mem::swap(&mut self.passed, &mut self.ahead);
        }
        self.ahead.pop_front()
    }
}
