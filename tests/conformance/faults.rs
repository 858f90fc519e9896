//! What the machine refuses, a task that panics, a clock that jumps: every error comes out, invariants hold, and nobody and
//! nothing is left behind.

use std::time::Duration;

use selvedge::patterns::concurrent_map::ConcurrentMap;
use selvedge::patterns::copy_on_write::CopyOnWrite;
use selvedge::patterns::sharded_map::ShardedMap;
use selvedge::patterns::ttl_cache::{BuildError, Cache};
use selvedge::patterns::worker_pool::{StartError, WorkerPool};
use selvedge::sync::context::{Cause, Context};
use selvedge::sync::fault::refuse_thread;
use selvedge::sync::panic::catch_unwind;
use selvedge::sync::time::Clock;
use selvedge::sync::{Arc, Mutex, RwLock, select, thread};

use super::{TICK, always, always_within_bounds};

const LATER: Duration = Duration::from_secs(100 * 365 * 24 * 3_600);

/// Whichever worker is refused, the others have ended, and what the work captured is gone with them.
#[test]
fn a_pool_whose_worker_is_refused_leaves_nobody() {
    for refused in 0..2 {
        always(move || {
            let here = Arc::new(());
            let there = Arc::clone(&here);
            let work = move |n: u32| n + Arc::strong_count(&there) as u32;
            let pool = refuse_thread(refused, || WorkerPool::new(2, 1, work));
            let Err(StartError::Thread(error)) = pool else { panic!("the pool has started") };
            assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
            assert_eq!(Arc::strong_count(&here), 1);
        });
    }
}

#[test]
fn a_cache_whose_janitor_is_refused_leaves_no_timer() {
    always(|| {
        let clock = Clock::manual();
        let build = || Cache::<u32, u32>::builder().shards(1).clock(clock.clone()).sweep_every(TICK).build();
        assert!(matches!(refuse_thread(0, build), Err(BuildError::Janitor(_))));
        assert_eq!(clock.timers(), 0);
        let cache = build().expect("one thread was refused, and no more");
        assert_eq!(clock.timers(), 1);
        drop(cache);
        assert_eq!(clock.timers(), 0);
    });
}

#[test]
fn a_fault_ends_with_its_scope() {
    always(|| {
        refuse_thread(0, || ());
        let panicked = catch_unwind(|| refuse_thread(0, || panic!("no")));
        assert!(panicked.is_err());
        thread::Builder::new().spawn(|| ()).expect("no thread is refused any more").join().expect("nor does it panic");
    });
}

/// A panic under a lock lets go of it, and whoever waits gets on.
#[test]
fn a_panic_lets_go_of_the_lock() {
    always(|| {
        let (lock, data) = (Mutex::new(0), RwLock::new(0));
        thread::scope(|scope| {
            scope.spawn(|| {
                let outcome: thread::Result<()> = catch_unwind(|| {
                    let (_held, _written) = (lock.lock(), data.write());
                    panic!("no");
                });
                assert!(outcome.is_err());
            });
            *lock.lock() += 1;
            *data.write() += 1;
        });
        assert_eq!((*lock.lock(), *data.read()), (1, 1));
    });
}

/// What a closure would have made of a value is not there if it panics, and what somebody else writes is.
#[test]
fn a_closure_that_panics_changes_nothing() {
    macro_rules! case {
        ($map:expr) => {
            always(|| {
                let map = $map;
                map.set(1, 10);
                thread::scope(|scope| {
                    scope.spawn(|| assert!(catch_unwind(|| map.update(1, |_| panic!("no"))).is_err()));
                    map.update(1, |old| old.map(|n| n + 1));
                });
                assert_eq!((map.get(&1), map.len()), (Some(11), 1));
            });
            always_within_bounds(|| {
                let map = $map;
                thread::scope(|scope| {
                    scope.spawn(|| {
                        let outcome = catch_unwind(|| map.get_or_insert_with(1, || panic!("no")));
                        // The other one may have been faster.
                        assert!(matches!(outcome, Err(_) | Ok(10)));
                    });
                    assert_eq!(map.get_or_insert_with(1, || 10), 10);
                });
                assert_eq!((map.get(&1), map.len()), (Some(10), 1));
            });
        };
    }
    case!(ConcurrentMap::<u32, u32>::new());
    case!(ShardedMap::<u32, u32>::new(1).expect("one is a power of two"));
}

#[test]
fn a_version_that_panics_is_none() {
    always(|| {
        let config = CopyOnWrite::new([0, 0]);
        thread::scope(|scope| {
            scope.spawn(|| assert!(catch_unwind(|| config.update(|_| panic!("no"))).is_err()));
            config.update(|old| old.map(|n| n + 1));
        });
        assert_eq!(*config.load(), [1, 1]);
    });
}

/// Whoever waits for a load that panics loads by themselves.
#[test]
fn a_load_that_panics_is_the_next_ones_turn() {
    always_within_bounds(|| {
        let cache = Cache::<u32, u32>::builder().shards(1).clock(Clock::manual()).build().expect("a valid cache");
        thread::scope(|scope| {
            scope.spawn(|| {
                let outcome = catch_unwind(|| cache.get_or_load::<()>(1, TICK, || panic!("no")));
                // The other one may have been faster.
                assert!(matches!(outcome, Err(_) | Ok(Ok(7))));
            });
            assert_eq!(cache.get_or_load(1, TICK, || Ok::<_, ()>(7)), Ok(7));
        });
        assert_eq!(cache.get(&1), Some(7));
    });
}

/// However far time jumps, what is due fires once, and the jump ends.
#[test]
fn a_jump_of_the_clock_ends() {
    for jump in [LATER, Duration::MAX] {
        always(move || {
            let clock = Clock::manual();
            let (ticker, timer) = (clock.ticker(Duration::from_nanos(1)), clock.after(TICK));
            clock.advance(jump);
            select! { recv(timer) -> at => assert_eq!(at.unwrap().since_origin(), TICK) }
            select! { recv(ticker) -> at => assert_eq!(at.unwrap().since_origin(), Duration::from_nanos(1)) }
            select! { recv(ticker) -> at => panic!("a second tick, {at:?}"), default => () }
        });
    }
}

/// After a jump a ticker goes on at the times that it had.
#[test]
fn a_ticker_goes_on_after_a_jump() {
    always(|| {
        let clock = Clock::manual();
        let ticker = clock.ticker(TICK);
        clock.advance(TICK * 5 / 2);
        select! { recv(ticker) -> at => assert_eq!(at.unwrap().since_origin(), TICK) }
        clock.advance(TICK / 2);
        select! { recv(ticker) -> at => assert_eq!(at.unwrap().since_origin(), TICK * 3) }
        assert_eq!(clock.timers(), 1);
    });
}

/// Everything has expired, everybody is called off, and the janitor has swept or will.
#[test]
fn a_jump_meets_a_cache_and_a_context() {
    always(|| {
        let clock = Clock::manual();
        let cache = Cache::builder().shards(1).clock(clock.clone()).sweep_every(TICK).build().expect("a valid cache");
        let context = Context::background(&clock).with_timeout(TICK);
        cache.set(1, 10, TICK);
        clock.advance(LATER);
        assert_eq!((context.wait(), cache.get(&1)), (Cause::DeadlineExceeded, None));
        drop((cache, context));
        assert_eq!(clock.timers(), 0);
    });
}

/// The end of time is never reached by waiting for it, and is no error.
#[test]
fn what_never_comes_is_no_overflow() {
    always(|| {
        let clock = Clock::manual();
        let context = Context::background(&clock).with_timeout(Duration::MAX);
        let cache = Cache::builder().shards(1).clock(clock.clone()).build().expect("a valid cache");
        cache.set(1, 10, Duration::MAX);
        clock.advance(LATER);
        assert_eq!((context.is_cancelled(), cache.get(&1)), (false, Some(10)));
    });
}
