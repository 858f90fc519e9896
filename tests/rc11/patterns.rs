//! The patterns' own examples: under weak memory each holds, and is exhausted.

use std::time::Duration;

use selvedge::check::{Engine, Explorer, Verdict};
use selvedge::patterns::account::{Account, transfer};
use selvedge::patterns::biased_lock::BiasedLock;
use selvedge::patterns::concurrent_map::ConcurrentMap;
use selvedge::patterns::copy_on_write::CopyOnWrite;
use selvedge::patterns::counter::{AtomicCounter, StripedCounter};
use selvedge::patterns::safe_data::SafeData;
use selvedge::patterns::step_runner::run_steps;
use selvedge::patterns::ttl_cache::Cache;
use selvedge::patterns::worker_pool::WorkerPool;
use selvedge::sync::context::{Cause, Context};
use selvedge::sync::{thread, time::Clock};

const ALL: [(&str, fn()); 10] = [
    ("account", || {
        let (checking, savings) = (Account::open(1, 10), Account::open(2, 10));
        thread::scope(|scope| {
            scope.spawn(|| transfer(&checking, &savings, 7).unwrap());
            scope.spawn(|| transfer(&savings, &checking, 2).unwrap());
        });
        assert_eq!((checking.balance(), savings.balance()), (5, 15));
    }),
    ("atomic counter", || {
        let visits = AtomicCounter::new();
        thread::scope(|scope| {
            scope.spawn(|| visits.add(1));
            scope.spawn(|| visits.add(2));
        });
        assert_eq!(visits.get(), 3);
    }),
    ("striped counter", || {
        let visits = StripedCounter::new(2).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| visits.handle().add(1));
            scope.spawn(|| visits.handle().add(2));
        });
        assert_eq!(visits.sum(), 3);
    }),
    ("copy on write", || {
        let primes = CopyOnWrite::new(vec![2, 3]);
        thread::scope(|scope| {
            scope.spawn(|| primes.update(|old| old.iter().copied().chain([5]).collect()));
            assert_eq!(primes.load()[..2], [2, 3]);
        });
        assert_eq!(*primes.load(), [2, 3, 5]);
    }),
    ("safe data", || {
        let data = SafeData::new();
        thread::scope(|scope| {
            scope.spawn(|| data.with_mut(|map| map.extend([("width", 3), ("height", 4)])));
            scope.spawn(|| data.with(|map| assert_eq!(map.contains_key("width"), map.contains_key("height"))));
        });
        assert_eq!(data.read("width"), Some(3));
    }),
    ("concurrent map", || {
        let users = ConcurrentMap::<String, u32>::new();
        thread::scope(|scope| {
            scope.spawn(|| users.set("user1".to_owned(), 100));
            scope.spawn(|| users.set("user2".to_owned(), 200));
        });
        assert_eq!(users.get("user2"), Some(200));
    }),
    ("biased lock", || {
        let size: BiasedLock<(u32, u32)> = BiasedLock::new((3, 4));
        thread::scope(|scope| {
            scope.spawn(|| size.write(|size| *size = (5, 12)));
            scope.spawn(|| assert!([(3, 4), (5, 12)].contains(&size.read(|size| *size))));
        });
    }),
    ("worker pool", || {
        let pool = WorkerPool::new(1, 1, |n: u32| n * 2).unwrap();
        pool.submit(21).unwrap();
        pool.close();
        assert_eq!(pool.results().recv().unwrap().unwrap(), 42);
        assert_eq!(pool.submit(1).unwrap_err().into_task(), 1);
    }),
    ("step runner", || {
        let clock = Clock::manual();
        let context = Context::background(&clock).with_timeout(Duration::from_millis(250));
        let worker = thread::spawn(move || run_steps(&context, 5, Duration::from_secs(1), |_| ()));
        clock.advance(Duration::from_millis(250));
        let stopped = worker.join().unwrap().unwrap_err();
        assert_eq!((stopped.step, stopped.cause), (0, Cause::DeadlineExceeded));
    }),
    ("cache", || {
        let clock = Clock::manual();
        let cache = Cache::builder().shards(2).clock(clock.clone()).build().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| cache.set("user:1", "Alice", Duration::from_secs(1)));
            scope.spawn(|| assert!(cache.get("user:1").is_none_or(|name| name == "Alice")));
        });
        clock.advance(Duration::from_secs(2));
        assert_eq!(cache.get("user:1"), None);
    }),
];

#[test]
fn the_examples_of_the_patterns_are_exhausted() {
    for (name, example) in ALL {
        let report = Explorer::new(Engine::Rc11).run(example);
        assert_eq!(report.verdict, Verdict::Exhausted, "{name}: {report}");
    }
}
