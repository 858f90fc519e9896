//! Caches: gets of what is there, and gets by a Zipf trace of which a tenth fits, where a miss sets.

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use models::contest::Role;
use selvedge::patterns::ttl_cache::Cache;
use selvedge::sync::DefaultHashBuilder;

use crate::harness::{Case, Contender, Entry, Worker};
use crate::keys::{Map, Skew, drawn, map};

const THREADS: [usize; 4] = [1, 2, 4, 8];
const SHARDS: usize = 64;
const KEYS: u64 = 100_000;
/// Nothing expires while it is measured.
const TTL: Duration = Duration::from_secs(3600);

const GETS: &str = "quick_cache knows no time to live, and a look at the coarse clock is 5 of the 11 ns of a get. Tried: \
items of 32 bytes instead of 40.";
const MIXED: &str = "quick_cache knows no time to live: a get and a set look at the coarse clock for 5 ns each. Tried: sets by \
the exact clock took 27 ns more.";

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
    let case = |name: &str, capacity, requests, goal, limit| {
        Case::new("Cache", name, &THREADS, goal, limit, move || caches(capacity, requests))
    };
    vec![
        // Shards differ in how full they are.
        case("gets, Zipf", KEYS * 2, 1 << 16, 2.0, GETS),
        // More requests than a thread comes to in a slot: going round them, it would show which cache knows a loop.
        case("gets, a miss sets, a tenth fits, Zipf", KEYS / 10, 1 << 20, 1.0, MIXED),
    ]
}

fn caches(capacity: u64, requests: usize) -> Vec<Entry> {
    let ours = Cache::builder().shards(SHARDS).capacity(capacity as usize).build().expect("a valid cache");
    let moka = moka::sync::Cache::builder()
        .max_capacity(capacity)
        .time_to_live(TTL)
        .build_with_hasher(DefaultHashBuilder::default());
    let mini_moka = mini_moka::sync::Cache::builder()
        .max_capacity(capacity)
        .time_to_live(TTL)
        .build_with_hasher(DefaultHashBuilder::default());
    let quick = quick_cache::sync::Cache::with(
        capacity as usize,
        capacity,
        quick_cache::UnitWeighter,
        DefaultHashBuilder::default(),
        quick_cache::sync::DefaultLifecycle::default(),
    );
    vec![
        entry("Cache", Role::Ours, ours, requests),
        entry("moka", Role::Peer, moka, requests),
        // It knows no time to live.
        entry("quick_cache", Role::Peer, quick, requests),
        entry("mini-moka", Role::Peer, mini_moka, requests),
    ]
}

/// A cache that has seen every key, those asked for most last.
fn entry<C: Map + 'static>(name: &'static str, role: Role, cache: C, requests: usize) -> Entry {
    (0..KEYS).rev().for_each(|key| cache.set(key, key));
    let asked = Asked { cache, requests, gets: AtomicU64::new(0), hits: AtomicU64::new(0) };
    Entry { name, role, contender: Box::new(asked) }
}

type Ours = Cache<u64, u64>;
type Moka = moka::sync::Cache<u64, u64, DefaultHashBuilder>;
type MiniMoka = mini_moka::sync::Cache<u64, u64, DefaultHashBuilder>;
type QuickCache = quick_cache::sync::Cache<u64, u64, quick_cache::UnitWeighter, DefaultHashBuilder>;

map!(Ours, |cache: &Self, key| cache.get(&key), |cache: &Self, key, value| cache.set(key, value, TTL), Self::delete);
map!(Moka, |cache: &Self, key| cache.get(&key), Self::insert, Self::invalidate);
map!(MiniMoka, |cache: &Self, key| cache.get(&key), Self::insert, Self::invalidate);
map!(QuickCache, |cache: &Self, key| cache.get(&key), Self::insert, Self::remove);
