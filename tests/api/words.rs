//! Every error says what is wrong, in a fragment that fits behind a colon, and everything that can be printed says
//! what it is, whatever it holds.

use std::error::Error;
use std::fmt::Debug;
use std::io;
use std::time::Duration;

use selvedge::check::linearizability::Malformed;
use selvedge::check::{Engine, Explorer, Verdict};
use selvedge::patterns::concurrent_map::ConcurrentMap;
use selvedge::patterns::copy_on_write::CopyOnWrite;
use selvedge::patterns::counter::{NoStripe, StripedCounter};
use selvedge::patterns::safe_data::SafeData;
use selvedge::patterns::sharded_map::ShardedMap;
use selvedge::patterns::step_runner::Stopped;
use selvedge::patterns::ttl_cache::{BuildError, Cache};
use selvedge::patterns::worker_pool::{StartError, TrySubmitError, WorkerPool};
use selvedge::sync::context::{Cause, Context};
use selvedge::sync::time::Clock;

/// Neither shown nor comparable.
struct Opaque;

/// One execution will do, and there may be no other.
fn in_any_build(check: fn()) {
    for engine in Engine::available() {
        let report = Explorer::new(engine).executions(1).run(check);
        assert!(!matches!(report.verdict, Verdict::Failed(_)), "under {}: {report}", engine.name());
    }
}

#[test]
fn errors_are_fragments() {
    in_any_build(|| {
        let pool = WorkerPool::new(1, 1, |_: Opaque| panic!("no such file")).expect("a pool of one");
        assert!(pool.submit(Opaque).is_ok());
        let panicked: Result<Opaque, _> = pool.results().recv().expect("the task was accepted");
        let panicked = panicked.err().expect("the task panicked");
        pool.close();
        let closed = pool.submit(Opaque).expect_err("it is closed");
        assert_eq!(format!("{closed:?}"), "SubmitError(..)");
        let full = TrySubmitError::Full(Opaque);
        assert_eq!(format!("{full:?} {:?}", TrySubmitError::Closed(Opaque)), "Full(..) Closed(..)");
        let because = Stopped { step: 2, cause: Cause::Because("lunch".into()) };
        let errors: [(&dyn Error, &str); 17] = [
            (&panicked, "the task panicked: no such file"),
            (&closed, "the pool is closed"),
            (&full, "the queue is full"),
            (&TrySubmitError::Closed(Opaque), "the pool is closed"),
            (&StartError::NoWorker, "a pool needs at least one worker"),
            (&StartError::Thread(io::Error::other("no thread")), "failed to start a worker: no thread"),
            (&NoStripe, "a striped counter needs at least one stripe"),
            (&because, "stopped at step 2: lunch: lunch"),
            (&Cause::Cancelled, "context cancelled"),
            (&Cause::DeadlineExceeded, "context deadline exceeded"),
            (&ShardedMap::<u32, u32>::new(3).expect_err("three"), "3 shards are not a power of two"),
            (&Malformed::Overlap { process: 3 }, "process 3 already has an operation under way"),
            (&Malformed::NothingUnderWay { process: 3 }, "process 3 has no operation under way"),
            (&Malformed::Backwards { process: 3 }, "an operation of process 3 returned before it was invoked"),
            (&BuildError::NoCapacity, "a cache needs a capacity of at least one entry"),
            (&BuildError::NoPeriod, "a janitor needs a period that is longer than zero"),
            (&BuildError::Janitor(io::Error::other("no thread")), "failed to start the janitor: no thread"),
        ];
        for (error, expected) in errors {
            let source = error.source().map(|source| format!(": {source}")).unwrap_or_default();
            assert_eq!(format!("{error}{source}"), expected);
        }
    });
}

#[test]
fn everything_can_be_printed() {
    in_any_build(|| {
        let clock = Clock::manual();
        let second = Duration::from_secs(1);
        let pool = WorkerPool::new(1, 1, |task: Opaque| task).expect("a pool of one");
        let cache = Cache::<u32, u32>::builder().shards(2).clock(clock.clone()).build().expect("a valid cache");
        let context = Context::background(&clock).with_timeout(second);
        let printed: [(&dyn Debug, &str); 11] = [
            (&ConcurrentMap::<u32, Opaque>::new(), "ConcurrentMap"),
            (&ShardedMap::<u32, Opaque>::new(4).expect("four"), "ShardedMap { shards: 4"),
            (&SafeData::<u32, Opaque>::new(), "SafeData"),
            (&CopyOnWrite::new(7), "CopyOnWrite"),
            (&StripedCounter::new(2).expect("two"), "StripedCounter { stripes: 2"),
            (&pool, "WorkerPool"),
            (&cache, "Cache { shards: 2"),
            (&clock, "Clock::manual"),
            (&clock.ticker(second), "Ticker { period: 1s"),
            (&clock.after(second), "Timer { clock: Clock::manual, "),
            (&context, "Context { deadline: Some(Instant(1000000000))"),
        ];
        for (value, expected) in printed {
            let text = format!("{value:?}");
            assert!(text.starts_with(expected), "{text}");
        }
    });
}
