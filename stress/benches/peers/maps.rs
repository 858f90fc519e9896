//! Maps: get and set of numbers, by share of reads, spread of keys, and size.
//!
//! Every map has the hasher of ours, so that structures are compared and not hashers, and as many [`shards`] where it has
//! shards. Half of the writes set, the other half remove, so about half of the keys are there.

use std::hint::black_box;

use models::contest::Role;
use parking_lot::RwLock;
use selvedge::patterns::concurrent_map::ConcurrentMap;
use selvedge::patterns::sharded_map::ShardedMap;
use selvedge::sync::DefaultHashBuilder;

use crate::harness::{Case, Entry, working};
use crate::keys::{Map, Skew, drawn, map};
use crate::memory::weighed;

/// A shard for some 32 keys, and 64 at least: what the docs of ours advise.
fn shards(keys: u64) -> usize {
    keys.div_ceil(32).next_power_of_two().max(64) as usize
}

const THREADS: [usize; 4] = [1, 2, 4, 8];
/// Of a thread, which goes round them.
const REQUESTS: usize = 1 << 16;
const READS: [u32; 4] = [99, 90, 50, 0];

const SHARDED: &str = "dashmap has the same structure, and the two read-modify-writes of the lock are half of a get. \
papaya reads without a lock, scc locks a bucket where ours locks a shard, and RwLock<HashMap> chooses no shard. \
Tried: a biased lock a shard, which is 1.1 to 1.2 times as fast at 99 % reads and 0.7 to 0.8 times at 90 %, because a \
writer looks at the marks of all threads.";
const SINGLE: &str = "On one thread the look at the seat and the bias is some 20 instructions of a write. Where threads write, the line of \
the lock goes from core to core. Tried: to queue up at once at a lock that is taken, which does half where half of the operations \
are reads.";

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for keys in [1_000, 100_000] {
        for skew in [Skew::Uniform, Skew::Zipf] {
            for reads in READS {
                let name = format!("{keys} keys, {}, {reads} % reads", skew.name());
                let case = |pattern, limit, entries: fn(u64, Skew, u32) -> Vec<Entry>| {
                    Case::new(pattern, name.clone(), &THREADS, 1.0, limit, move || entries(keys, skew, reads))
                };
                cases.extend([case("ShardedMap", SHARDED, sharded), case("ConcurrentMap", SINGLE, single)]);
            }
        }
    }
    cases
}

/// A map with every second key in it, and what is asked of it.
fn entry<M: Map + 'static>(
    name: &'static str,
    role: Role,
    make: impl FnOnce() -> M,
    keys: u64,
    skew: Skew,
    reads: u32,
) -> Entry {
    let (map, bytes) = weighed(make, (0..keys).step_by(2));
    let asked = working(map, move |map, thread| {
        let requests = drawn(REQUESTS, keys, skew, reads, thread);
        let (mut next, mut sets) = (0, false);
        Box::new(move |operations| {
            for _ in 0..operations {
                let request = requests[next];
                next = (next + 1) % requests.len();
                if request.is_read {
                    black_box(map.get(request.key));
                } else if sets {
                    map.set(request.key, request.key);
                    sets = false;
                } else {
                    map.remove(request.key);
                    sets = true;
                }
            }
        })
    });
    Entry { name, role, contender: Box::new(asked), bytes: Some(bytes / (keys / 2) as f64) }
}

fn sharded(keys: u64, skew: Skew, reads: u32) -> Vec<Entry> {
    let hasher = DefaultHashBuilder::default;
    let ours = || ShardedMap::<u64, u64>::new(shards(keys)).expect("a power of two");
    let dashmap = || dashmap::DashMap::<u64, u64, _>::with_hasher_and_shard_amount(hasher(), shards(keys));
    let papaya = || papaya::HashMap::<u64, u64, _>::with_hasher(hasher());
    let scc = || scc::HashMap::<u64, u64, _>::with_hasher(hasher());
    let flurry = || flurry::HashMap::<u64, u64, _>::with_hasher(hasher());
    let locked = || RwLock::new(hashbrown::HashMap::<u64, u64, _>::with_hasher(hasher()));
    vec![
        entry("ShardedMap", Role::Ours, ours, keys, skew, reads),
        entry("dashmap", Role::Peer, dashmap, keys, skew, reads),
        entry("papaya", Role::Peer, papaya, keys, skew, reads),
        entry("scc", Role::Peer, scc, keys, skew, reads),
        entry("flurry", Role::Peer, flurry, keys, skew, reads),
        entry("RwLock<HashMap>", Role::Peer, locked, keys, skew, reads),
    ]
}

fn single(keys: u64, skew: Skew, reads: u32) -> Vec<Entry> {
    let hasher = DefaultHashBuilder::default;
    let ours = || ConcurrentMap::<u64, u64>::new();
    let locked = || RwLock::new(hashbrown::HashMap::<u64, u64, _>::with_hasher(hasher()));
    // dashmap refuses a single shard: two are its least.
    let dashmap = || dashmap::DashMap::<u64, u64, _>::with_hasher_and_shard_amount(hasher(), 2);
    vec![
        entry("ConcurrentMap", Role::Ours, ours, keys, skew, reads),
        entry("RwLock<HashMap>", Role::Peer, locked, keys, skew, reads),
        entry("dashmap, 2 shards", Role::Peer, dashmap, keys, skew, reads),
    ]
}

type Dash = dashmap::DashMap<u64, u64, DefaultHashBuilder>;
type Papaya = papaya::HashMap<u64, u64, DefaultHashBuilder>;
type Scc = scc::HashMap<u64, u64, DefaultHashBuilder>;
type Flurry = flurry::HashMap<u64, u64, DefaultHashBuilder>;
type Locked = RwLock<hashbrown::HashMap<u64, u64, DefaultHashBuilder>>;

map!(ShardedMap<u64, u64>, |map: &Self, key| map.get(&key), Self::set, Self::remove);
map!(ConcurrentMap<u64, u64>, |map: &Self, key| map.get(&key), Self::set, Self::remove);
map!(Dash, |map: &Self, key| map.get(&key).map(|value| *value), Self::insert, Self::remove);
map!(
    Papaya,
    |map: &Self, key| map.pin().get(&key).copied(),
    |map: &Self, key, value| _ = map.pin().insert(key, value),
    |map: &Self, key| _ = map.pin().remove(key)
);
map!(Scc, |map: &Self, key| map.read_sync(&key, |_, value| *value), Self::upsert_sync, Self::remove_sync);
map!(
    Flurry,
    |map: &Self, key| map.pin().get(&key).copied(),
    |map: &Self, key, value| _ = map.pin().insert(key, value),
    |map: &Self, key| _ = map.pin().remove(key)
);
map!(
    Locked,
    |map: &Self, key| map.read().get(&key).copied(),
    |map: &Self, key, value| map.write().insert(key, value),
    |map: &Self, key| map.write().remove(key)
);
