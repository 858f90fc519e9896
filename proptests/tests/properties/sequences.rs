//! Any sequence of operations on one thread gives the answers of the structure's specification.

use std::fmt::Debug;
use std::hash::{BuildHasherDefault, Hasher};

use models::map::Map;
use models::map::operations::Op as OnMap;
use models::ttl_cache::Cache;
use models::ttl_cache::operations::Op as OnCache;
use models::{map, ttl_cache};
use proptest::collection::vec;
use proptest::prelude::*;
use proptests::config;
use selvedge::check::linearizability::Sequential;
use selvedge::patterns::concurrent_map::ConcurrentMap;
use selvedge::patterns::copy_on_write::CopyOnWrite;
use selvedge::patterns::counter::{AtomicCounter, MutexCounter, StripedCounter};
use selvedge::patterns::sharded_map::ShardedMap;
use selvedge::patterns::worker_pool::WorkerPool;
use selvedge::sync::time::Clock;

/// Few keys, so that operations meet.
const KEYS: u32 = 6;

/// Performs one operation after another, and compares each answer with the specification's.
fn answers<S: Sequential>(
    specification: &S,
    ops: impl IntoIterator<Item = S::Op>,
    perform: impl Fn(&S::Op) -> S::Ret,
) -> Result<(), TestCaseError>
where
    S::Op: Debug,
    S::Ret: Debug + PartialEq,
{
    let mut state = specification.initial();
    for op in ops {
        prop_assert_eq!(perform(&op), specification.apply(&mut state, &op), "{:?}", op);
    }
    Ok(())
}

fn on_map() -> impl Strategy<Value = OnMap> {
    let key = || 0..KEYS;
    let value = || 0..100_u64;
    prop_oneof![
        4 => key().prop_map(OnMap::Get),
        2 => key().prop_map(OnMap::Contains),
        4 => (key(), value()).prop_map(|(key, value)| OnMap::Set(key, value)),
        3 => key().prop_map(OnMap::Remove),
        2 => key().prop_map(OnMap::RemoveEven),
        3 => key().prop_map(OnMap::Increment),
        1 => key().prop_map(OnMap::UpdateAway),
        3 => (key(), value()).prop_map(|(key, value)| OnMap::GetOrInsert(key, value)),
        1 => Just(OnMap::Len),
        1 => Just(OnMap::Snapshot),
        1 => Just(OnMap::Clear),
    ]
}

fn on_cache() -> impl Strategy<Value = OnCache> {
    let key = || 0..KEYS;
    let value = || 0..100_u64;
    let ttl = || 0..5_u64;
    prop_oneof![
        5 => key().prop_map(OnCache::Get),
        5 => (key(), value(), ttl()).prop_map(|(key, value, ttl)| OnCache::SetFor(key, value, ttl)),
        2 => key().prop_map(OnCache::Delete),
        3 => (key(), value(), ttl()).prop_map(|(key, value, ttl)| OnCache::Load(key, value, ttl)),
        1 => key().prop_map(OnCache::LoadFails),
        2 => Just(OnCache::Len),
        4 => (0..4_u64).prop_map(OnCache::Advance),
    ]
}

/// Gives all keys the same hash: only their comparison tells them apart.
#[derive(Default)]
struct SameHash;

impl Hasher for SameHash {
    fn write(&mut self, _: &[u8]) {}

    fn finish(&self) -> u64 {
        7
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn maps_are_maps_whatever_the_hashes_are(ops in vec(on_map(), 1..40)) {
        let sharded: ShardedMap<u32, u64> = Map::new();
        let single: ConcurrentMap<u32, u64> = Map::new();
        let crowded: ConcurrentMap<u32, u64, BuildHasherDefault<SameHash>> = Map::new();
        let ops = || ops.iter().copied().chain((0..KEYS).map(OnMap::Get));
        answers(&map::operations::Specification, ops(), |op| map::operations::perform_all(&sharded, op))?;
        answers(&map::operations::Specification, ops(), |op| map::operations::perform_all(&single, op))?;
        answers(&map::operations::Specification, ops(), |op| map::operations::perform_all(&crowded, op))?;
        prop_assert_eq!([sharded.is_empty(), single.is_empty()], [sharded.len(), single.len()].map(|len| len == 0));
    }

    #[test]
    fn the_cache_is_a_map_with_an_end(ops in vec(on_cache(), 1..40)) {
        let clock = Clock::manual();
        let cache = <ttl_cache::Real as Cache>::new(&clock);
        let specification = ttl_cache::operations::Specification { ttl: 1 };
        let ops = ops.into_iter().chain((0..KEYS).map(OnCache::Get));
        answers(&specification, ops, |op| specification.perform_all(&clock, &cache, op))?;
    }

    #[test]
    fn counters_count(additions in vec(0..1_000_u64, 0..50), stripes in 1..9_usize) {
        let (atomic, mutex) = (AtomicCounter::new(), MutexCounter::new());
        let striped = StripedCounter::new(stripes).expect("there is a stripe");
        let mut total = 0;
        for n in additions {
            prop_assert_eq!(atomic.fetch_add(n), total);
            prop_assert_eq!(mutex.fetch_add(n), total);
            striped.handle().add(n);
            total += n;
            prop_assert_eq!([atomic.get(), mutex.get(), striped.sum()], [total; 3]);
        }
    }

    #[test]
    fn a_version_is_what_the_last_update_made(updates in vec(any::<u32>(), 0..50)) {
        let config = CopyOnWrite::new(Vec::new());
        let mut model = Vec::new();
        let mut kept = vec![(config.load(), model.clone())];
        for update in updates {
            config.update(|old| old.iter().copied().chain([update]).collect());
            model.push(update);
            kept.push((config.load(), model.clone()));
        }
        // Every version that a reader kept is what it was.
        for (version, then) in kept {
            prop_assert_eq!(&*version, &then);
        }
    }

    #[test]
    fn a_pool_answers_every_task_once(
        tasks in vec(0..100_u64, 0..30),
        workers in 1..4_usize,
        queue in 0..4_usize,
    ) {
        let square = |task: u64| if task % 10 == 7 { panic!("sevens are bad") } else { task * task };
        let pool = WorkerPool::new(workers, queue, square).expect("the machine has threads to spare");
        for &task in &tasks {
            prop_assert!(pool.submit(task).is_ok());
        }
        pool.close();
        prop_assert_eq!(pool.submit(1).map_err(|error| error.into_task()), Err(1));
        let (mut good, mut bad) = (Vec::new(), 0);
        for result in pool.results().iter() {
            match result {
                Ok(square) => good.push(square),
                Err(_) => bad += 1,
            }
        }
        let mut expected: Vec<u64> = tasks.iter().filter(|&task| task % 10 != 7).map(|task| task * task).collect();
        expected.sort_unstable();
        good.sort_unstable();
        prop_assert_eq!(good.len() + bad, tasks.len());
        prop_assert_eq!(good, expected);
    }
}
