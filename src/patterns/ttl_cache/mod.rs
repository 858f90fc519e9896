//! The document's real-world cache: sharded, with a time to live for each entry, and a janitor.
//!
//! # Guarantees
//!
//! 1. An expired value is never returned (`ttl_cache/expired_is_never_returned`). A value is valid up
//!    to and with the instant of its expiration, as in the document.
//! 2. A fresh value is never lost to a get (`ttl_cache/fresh_write_survives_get`): a get changes
//!    no entry. The document's deletes what it found expired without looking again.
//! 3. A fresh value is never lost to a sweep (`ttl_cache/fresh_write_survives_sweep`): what has expired
//!    is found and removed under one lock. The document's janitor notes it under one and deletes it
//!    under another.
//! 4. [`get_or_load`](Cache::get_or_load) loads once for all who ask for a key meanwhile
//!    (`ttl_cache/loads_once`); a load that fails or panics is one caller's, and the next one's turn
//!    (`ttl_cache/a_failed_load_is_retried`).
//! 5. Dropping the cache stops the janitor (`ttl_cache/drop_stops_janitor`).
//! 6. A fresh value is never lost to a slow writer (`programs/ttl_cache`): a set looks at the clock under the lock
//!    of its shard, as the document's does. One that looks before may replace a fresh value by one that has expired.
//! 7. A fresh value is never lost to a slow load (`programs/ttl_cache_whole`): what is written while a value is loaded
//!    stays, and the loaded value is the answer of that load alone.
//! 8. With a capacity of n, no more than n entries are kept, where n is rounded up to a multiple of the number of
//!    shards (`ttl_cache/no_more_than_the_capacity`). So a full shard loses an entry to a new key, and that may be a
//!    fresh one: guarantees 2, 3, 6 and 7 are about what is not evicted. Which one goes is tested on one thread.
//!
//! # Cost
//!
//! A get is one hash, one read of a shard, which writes no line that readers share as long as nobody writes to the shard
//! ([`BiasedLock`]), and a look at the clock, a coarse one where the expiration is far away ([`Clock::has_passed`]). That
//! look is a third of a get, and guarantee 1 needs it: a time that another thread kept up to date would be as old as that
//! thread was kept from running, and who reads it cannot know for how long. An entry that never expires, with a time to
//! live of `Duration::MAX`, takes none. A set uses the coarse clock where the time to live is 10 s or more. A shard takes a
//! cache line for each [seat](crate::sync::thread::seats).
//!
//! An expired entry takes memory until it is written again, swept, or evicted. Where a shard is full, a new key evicts one
//! that has expired or was not read for some time, in O(1), amortized: SIEVE (NSDI 2024), see `shelf.rs`.
//!
//! # Lock order
//!
//! `loads`, then a shard. A load runs under no lock.

mod builder;
mod janitor;
mod shelf;

use std::borrow::Borrow;
use std::convert::Infallible;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::time::Duration;

pub use builder::{BuildError, Builder};
use janitor::Janitor;
use shelf::{Item, Shelf};

use super::biased_lock::BiasedLock;
use super::sharded_map::ShardMask;
use crate::sync::channel::{Receiver, Sender, bounded};
use crate::sync::time::Clock;
use crate::sync::{Arc, Compound, DefaultHashBuilder, Mutex};

/// A cache whose entries expire.
///
/// ```
/// use std::time::Duration;
/// use selvedge::patterns::ttl_cache::Cache;
/// use selvedge::sync::{thread, time::Clock};
///
/// # selvedge::check::verify(|| {
/// let clock = Clock::manual();
/// let cache = Cache::builder().shards(2).clock(clock.clone()).build().unwrap();
/// thread::scope(|scope| {
///     scope.spawn(|| cache.set("user:1", "Alice", Duration::from_secs(1)));
///     assert!(cache.get("user:1").is_none_or(|name| name == "Alice"));
/// });
/// clock.advance(Duration::from_secs(2));
/// assert_eq!(cache.get("user:1"), None);
/// # });
/// ```
pub struct Cache<K, V, S = DefaultHashBuilder> {
    compound: Compound,
    store: Arc<Store<K, V, S>>,
    /// The loads that are under way. The channel of each closes when it is over.
    loads: Mutex<Vec<(K, Receiver<Infallible>)>>,
    /// Stopped when dropped.
    _janitor: Option<Janitor>,
}

/// Biased late: where misses set, the shards of hot keys would have their bias given and taken in turn. Measured: with 32
/// reads, as elsewhere, a cache that misses is a tenth slower.
type Shard<K, V> = BiasedLock<Shelf<K, V>, 256>;

/// A time to live of which a tick of the kernel is no more than a thousandth.
const LONG: Duration = Duration::from_secs(10);

/// What the cache and its janitor share.
struct Store<K, V, S> {
    shards: Box<[Shard<K, V>]>,
    mask: ShardMask,
    clock: Clock,
    hasher: S,
}

impl<K, V> Cache<K, V> {
    /// A cache of 16 shards, without bound, on the clock of the system and without a janitor, unless
    /// the builder is told otherwise.
    pub fn builder() -> Builder<K, V> {
        Builder::default()
    }
}

impl<K: Eq + Hash, V, S: BuildHasher> Cache<K, V, S> {
    /// The value of a key, if it has one that has not expired.
    #[track_caller]
    pub fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        V: Clone,
    {
        self.compound.call("get from", || {
            let (hash, shard) = self.store.find(key);
            shard.read(|shelf| {
                let item = shelf.get(hash, key)?;
                (!self.store.clock.has_passed(item.expiration)).then(|| item.value.clone())
            })
        })
    }

    /// Writes a value that expires when `ttl` has passed. On the clock of the system one of ten seconds or more counts
    /// from the last tick of the kernel, 10 ms ago at most.
    #[track_caller]
    pub fn set(&self, key: K, value: V, ttl: Duration) {
        self.compound.call("set in", || {
            self.store.insert(key, value, ttl);
        })
    }

    /// Removes a key; whether it had a value, expired or not.
    #[track_caller]
    pub fn delete<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.compound.call("delete from", || {
            let (hash, shard) = self.store.find(key);
            // Dropped without the lock.
            let removed = shard.write(|shelf| shelf.remove(hash, key));
            removed.is_some()
        })
    }

    /// The value of a key; if it has none, what `load` makes, which is kept for `ttl` unless a value was written
    /// meanwhile. Others who ask for the key meanwhile wait for this load.
    ///
    /// # Errors
    ///
    /// The error of `load`. Then one of those who wait loads.
    #[track_caller]
    pub fn get_or_load<E>(&self, key: K, ttl: Duration, load: impl FnOnce() -> Result<V, E>) -> Result<V, E>
    where
        K: Clone,
        V: Clone,
    {
        self.compound.call("get or load from", || {
            loop {
                if let Some(value) = self.get(&key) {
                    return Ok(value);
                }
                let Some(under_way) = self.begin_load(&key) else { continue };
                match under_way {
                    // Closed, with an error: nothing is ever sent.
                    Err(others) => _ = others.recv(),
                    Ok(_loading) => {
                        let value = load()?;
                        // Before the load is over: who comes next finds the value or the load. What somebody has written
                        // meanwhile is newer, and stays.
                        self.store.insert_if_none(key, value.clone(), ttl);
                        return Ok(value);
                    }
                }
            }
        })
    }

    /// Makes the caller the one who loads, or gives the load of another to wait for; nothing if the
    /// value has come meanwhile.
    fn begin_load(&self, key: &K) -> Option<Result<Loading<'_, K>, Receiver<Infallible>>>
    where
        K: Clone,
        V: Clone,
    {
        let mut loads = self.loads.lock();
        if let Some((_, others)) = loads.iter().find(|(loading, _)| loading == key) {
            return Some(Err(others.clone()));
        }
        // The second look: a load may have ended since the first.
        if self.get(key).is_some() {
            return None;
        }
        let (over, waiting) = bounded(0);
        loads.push((key.clone(), waiting));
        Some(Ok(Loading { loads: &self.loads, key: key.clone(), _over: over }))
    }

    /// Removes every entry that has expired, and returns how many there were: one pass of the janitor.
    #[track_caller]
    pub fn sweep(&self) -> usize {
        self.compound.call("sweep", || self.store.sweep())
    }

    /// How many entries there are, expired or not; each shard counted at a moment of its own.
    #[track_caller]
    pub fn len(&self) -> usize {
        self.compound.call("count", || self.store.shards.iter().map(|shard| shard.read(Shelf::len)).sum())
    }

    /// Whether there is no entry, expired or not.
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<K: Eq + Hash, V, S: BuildHasher> Store<K, V, S> {
    #[inline]
    fn find<Q: Hash + ?Sized>(&self, key: &Q) -> (u64, &Shard<K, V>) {
        let hash = self.hasher.hash_one(key);
        (hash, &self.shards[self.mask.shard(hash)])
    }

    fn insert(&self, key: K, value: V, ttl: Duration) {
        let (hash, shard) = self.find(&key);
        let gone = shard.write(|shelf| self.put(shelf, hash, (key, value), ttl));
        // Dropped without the lock.
        drop(gone);
    }

    /// Writes a value where there is none that has not expired.
    fn insert_if_none(&self, key: K, value: V, ttl: Duration) {
        let (hash, shard) = self.find(&key);
        let gone = shard.write(|shelf| match shelf.get(hash, &key) {
            Some(item) if !self.clock.has_passed(item.expiration) => Err((key, value)),
            _ => Ok(self.put(shelf, hash, (key, value), ttl)),
        });
        // Dropped without the lock.
        drop(gone);
    }

    /// Looks at the clock under the lock: of two who write a key, the later would otherwise leave an expiration
    /// behind that was set down before the other's, and may have passed.
    fn put(&self, shelf: &mut Shelf<K, V>, hash: u64, entry: (K, V), ttl: Duration) -> Option<Item<K, V>> {
        let now = if ttl < LONG { self.clock.now() } else { self.clock.now_coarse() };
        shelf.set(hash, &self.hasher, entry, now + ttl, now)
    }

    /// Finds and removes under one lock a shard: between the two nobody can write.
    fn sweep(&self) -> usize {
        let sweep = |shard: &Shard<K, V>| {
            let swept = shard.write(|shelf| shelf.sweep(self.clock.now()));
            swept.len()
        };
        self.shards.iter().map(sweep).sum()
    }
}

/// A load that is under way; over when dropped, whichever way the load ended.
struct Loading<'a, K: Eq> {
    loads: &'a Mutex<Vec<(K, Receiver<Infallible>)>>,
    key: K,
    /// Dropped after the entry has gone: who wakes up does not find this load again.
    _over: Sender<Infallible>,
}

impl<K: Eq> Drop for Loading<'_, K> {
    fn drop(&mut self) {
        let mut loads = self.loads.lock();
        let at = loads.iter().position(|(key, _)| *key == self.key);
        let ended = at.map(|at| loads.swap_remove(at));
        drop(loads);
        drop(ended);
    }
}

impl<K, V, S> fmt::Debug for Cache<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("shards", &self.store.shards.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::verify;

    const SECOND: Duration = Duration::from_secs(1);

    fn cache(capacity: usize) -> (Cache<u32, u32>, Clock) {
        let clock = Clock::manual();
        let builder = Cache::builder().shards(1).capacity(capacity).clock(clock.clone());
        (builder.build().expect("a valid cache"), clock)
    }

    #[test]
    fn a_value_is_valid_up_to_its_expiration() {
        verify(|| {
            let (cache, clock) = cache(4);
            cache.set(1, 10, SECOND);
            clock.advance(SECOND);
            assert_eq!(cache.get(&1), Some(10));
            clock.advance(Duration::from_nanos(1));
            assert_eq!(cache.get(&1), None);
            assert_eq!((cache.len(), cache.sweep(), cache.len()), (1, 1, 0));
        });
    }

    /// The hand goes from the oldest to the newest, spares what was read since it came by, and takes what was not.
    #[test]
    fn what_was_not_read_for_longest_is_evicted() {
        verify(|| {
            let (cache, _clock) = cache(3);
            let there = |keys: [u32; 3]| keys.map(|key| cache.store.find(&key).1.read(|shelf| shelf.holds(&key)));
            (1..=3).for_each(|key| cache.set(key, key * 10, SECOND));
            assert_eq!(cache.get(&1), Some(10));
            cache.set(4, 40, SECOND);
            assert_eq!(there([1, 2, 3]), [true, false, true], "the hand spared 1");
            assert_eq!(cache.get(&3), Some(30));
            cache.set(5, 50, SECOND);
            assert_eq!(there([1, 3, 4]), [true, true, false], "and 3");
            cache.set(6, 60, SECOND);
            assert_eq!(there([1, 3, 5]), [true, true, false], "what came last had no time to be read");
            cache.set(7, 70, SECOND);
            assert_eq!(there([1, 3, 6]), [true, true, false], "1 and 3 are behind the hand");
            assert_eq!(cache.len(), 3);
        });
    }

    #[test]
    fn what_never_expires_stays() {
        verify(|| {
            let (cache, clock) = cache(2);
            cache.set(1, 10, Duration::MAX);
            clock.advance(SECOND * 1_000_000_000);
            assert_eq!((cache.sweep(), cache.get(&1)), (0, Some(10)));
        });
    }

    #[test]
    fn what_has_expired_is_evicted_though_it_was_read() {
        verify(|| {
            let (cache, clock) = cache(2);
            cache.set(1, 10, SECOND);
            cache.set(2, 20, SECOND * 9);
            assert_eq!([1, 2].map(|key| cache.get(&key)), [Some(10), Some(20)]);
            clock.advance(SECOND * 2);
            cache.set(3, 30, SECOND * 5);
            assert_eq!([1, 2, 3].map(|key| cache.get(&key)), [None, Some(20), Some(30)]);
        });
    }

    /// A key that is there already needs no place, and is worth as much as one that was read.
    #[test]
    fn a_full_cache_gives_up_no_more_than_it_must() {
        verify(|| {
            let (cache, _clock) = cache(2);
            assert!(cache.is_empty());
            cache.set(1, 10, SECOND);
            cache.set(2, 20, SECOND);
            cache.set(1, 11, SECOND);
            assert_eq!([1, 2].map(|key| cache.get(&key)), [Some(11), Some(20)], "the key has its place already");
            cache.set(3, 30, SECOND);
            assert_eq!((cache.len(), cache.is_empty()), (2, false));
        });
    }

    /// Places of entries that have gone are thrown away: churn takes no memory.
    #[test]
    fn entries_that_come_and_go_leave_nothing_behind() {
        verify(|| {
            let (cache, _clock) = cache(2);
            for key in 0..64 {
                cache.set(key, key, SECOND);
                assert!(cache.delete(&key));
            }
            let (_, shard) = cache.store.find(&0);
            let places = shard.read(|shelf| shelf.places());
            assert!(places <= 32, "{places} places");
            (1..=3).for_each(|key| cache.set(key, key, SECOND));
            assert_eq!((cache.get(&1), cache.len()), (None, 2));
        });
    }

    #[test]
    fn a_load_that_panics_is_over() {
        verify(|| {
            let (cache, _clock) = cache(2);
            let load = || cache.get_or_load::<()>(1, SECOND, || panic!("no"));
            assert!(crate::sync::panic::catch_unwind(load).is_err());
            assert_eq!(cache.get_or_load(1, SECOND, || Ok::<_, ()>(7)), Ok(7));
        });
    }
}
