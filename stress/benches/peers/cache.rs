//! Caches: gets of what is there, with a time to live and without, and gets by a Zipf trace of which a tenth fits, where a miss
//! sets.

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use models::contest::Role;
use selvedge::patterns::ttl_cache::Cache;
use selvedge::sync::DefaultHashBuilder;

use crate::harness::{Case, Contender, Entry, Worker};
use crate::keys::{Map, Skew, drawn, map};
use crate::memory::weighed;

const THREADS: [usize; 4] = [1, 2, 4, 8];
const SHARDS: usize = 64;
const KEYS: u64 = 100_000;
/// Nothing expires while it is measured.
const TTL: Duration = Duration::from_secs(3600);

const GETS: &str = "quick_cache knows no time to live, and a look at the coarse clock is 5 of the 12 ns of a get: the row of what \
never expires is without it. A time that another thread keeps up to date would be read in no time, and would return what has expired \
when that thread is kept from running.";
const MIXED: &str = "quick_cache knows no time to live: a get and a set look at the coarse clock for 5 ns each, a seventh of the \
time. A set takes fewer instructions than its, and waits for more lines: where the hand is, what it evicts, and a place for what \
comes. Tried: sets by the exact clock took 27 ns more; a hand that goes over the table itself, without places, hit 1 to 7 of 100 gets \
fewer.";

/// A cache, and how often its gets found something.
struct Asked<C> {
    cache: C,
    requests: usize,
    gets: AtomicU64,
    hits: AtomicU64,
}

impl<C: Map> Contender for Asked<C> {
    fn worker(&self, thread: usize) -> Worker<'_> {
        let requests = drawn(self.requests, KEYS, Skew::Zipf, 100, thread);
        let mut next = 0;
        Box::new(move |operations| {
            let mut hits = 0;
            for _ in 0..operations {
                let key = requests[next].key;
                next = (next + 1) % requests.len();
                match black_box(self.cache.get(key)) {
                    Some(_) => hits += 1,
                    None => self.cache.set(key, key),
                }
            }
            // Relaxed: read at the end.
            self.gets.fetch_add(operations, Ordering::Relaxed);
            self.hits.fetch_add(hits, Ordering::Relaxed);
        })
    }

    fn hit_ratio(&self) -> Option<f64> {
        // Relaxed: the workers were joined.
        Some(self.hits.load(Ordering::Relaxed) as f64 / self.gets.load(Ordering::Relaxed) as f64)
    }
}

pub fn cases() -> Vec<Case> {
    let case = |name: &str, threads: &[usize], ttl, capacity, requests, goal, limit| {
        Case::new("Cache", name, threads, goal, limit, move || caches(ttl, capacity, requests))
    };
    // One thread shares nothing: there is less to be won.
    let gets = |name, ttl| {
        [(&THREADS[..1], 1.0), (&THREADS[1..], 1.5)]
            // Shards differ in how full they are.
            .map(|(threads, goal)| case(name, threads, ttl, KEYS * 2, 1 << 16, goal, GETS))
    };
    let [alone, together] = gets("gets, Zipf", Some(TTL));
    let [lasting_alone, lasting_together] = gets("gets of what never expires, Zipf", None);
    // More requests than a thread comes to in a slot: going round them, it would show which cache knows a loop.
    let mixed = case("gets, a miss sets, a tenth fits, Zipf", &THREADS, Some(TTL), KEYS / 10, 1 << 20, 1.0, MIXED);
    vec![alone, together, lasting_alone, lasting_together, mixed]
}

/// Without a time to live nothing expires.
fn caches(ttl: Option<Duration>, capacity: u64, requests: usize) -> Vec<Entry> {
    let ours = || Ours {
        cache: Cache::builder().shards(SHARDS).capacity(capacity as usize).build().expect("a valid cache"),
        ttl: ttl.unwrap_or(Duration::MAX),
    };
    let moka = || {
        let builder = moka::sync::Cache::builder().max_capacity(capacity);
        let builder = if let Some(ttl) = ttl { builder.time_to_live(ttl) } else { builder };
        builder.build_with_hasher(DefaultHashBuilder::default())
    };
    let mini_moka = || {
        let builder = mini_moka::sync::Cache::builder().max_capacity(capacity);
        let builder = if let Some(ttl) = ttl { builder.time_to_live(ttl) } else { builder };
        builder.build_with_hasher(DefaultHashBuilder::default())
    };
    let quick = || {
        let lifecycle = quick_cache::sync::DefaultLifecycle::default();
        let hasher = DefaultHashBuilder::default();
        quick_cache::sync::Cache::with(capacity as usize, capacity, quick_cache::UnitWeighter, hasher, lifecycle)
    };
    vec![
        entry("Cache", Role::Ours, ours, capacity, requests),
        entry("moka", Role::Peer, moka, capacity, requests),
        // It knows no time to live.
        entry("quick_cache", Role::Peer, quick, capacity, requests),
        entry("mini-moka", Role::Peer, mini_moka, capacity, requests),
    ]
}

/// A cache that has seen every key, those asked for most last.
fn entry<C: Map + 'static>(
    name: &'static str,
    role: Role,
    make: impl FnOnce() -> C,
    capacity: u64,
    requests: usize,
) -> Entry {
    let (cache, bytes) = weighed(make, (0..KEYS).rev());
    let asked = Asked { cache, requests, gets: AtomicU64::new(0), hits: AtomicU64::new(0) };
    Entry { name, role, contender: Box::new(asked), bytes: Some(bytes / KEYS.min(capacity) as f64) }
}

struct Ours {
    cache: Cache<u64, u64>,
    ttl: Duration,
}

type Moka = moka::sync::Cache<u64, u64, DefaultHashBuilder>;
type MiniMoka = mini_moka::sync::Cache<u64, u64, DefaultHashBuilder>;
type QuickCache = quick_cache::sync::Cache<u64, u64, quick_cache::UnitWeighter, DefaultHashBuilder>;

map!(
    Ours,
    |ours: &Self, key| ours.cache.get(&key),
    |ours: &Self, key, value| ours.cache.set(key, value, ours.ttl),
    |ours: &Self, key| ours.cache.delete(key)
);
map!(Moka, |cache: &Self, key| cache.get(&key), Self::insert, Self::invalidate);
map!(MiniMoka, |cache: &Self, key| cache.get(&key), Self::insert, Self::invalidate);
map!(QuickCache, |cache: &Self, key| cache.get(&key), Self::insert, Self::remove);
