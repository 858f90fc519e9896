//! The explorers find what is there to find, and say how they found it.

use std::time::Duration;

use selvedge::check::{Engine, Explorer, Report, Verdict};
use selvedge::sync::atomic::{AtomicU64, Ordering};
use selvedge::sync::{Arc, Condvar, Mutex, RwLock, channel, thread};

/// Runs a check under every exploring engine of this build; real threads may miss anything.
fn explored(check: impl Fn() + Send + Sync + Clone + 'static) -> Vec<Report> {
    let engines = Engine::available().filter(|&engine| engine != Engine::Threads);
    engines.map(|engine| Explorer::new(engine).run(check.clone())).collect()
}

#[track_caller]
fn assert_fails(check: impl Fn() + Send + Sync + Clone + 'static, headline: &str) {
    for report in explored(check) {
        match &report.verdict {
            Verdict::Failed(failure) => {
                assert!(failure.headline.contains(headline), "{} says: {failure}", report.engine.name());
            }
            _ => panic!("{} did not find it: {report}", report.engine.name()),
        }
    }
}

/// No limit is as good as any other, and no part of a search is too small.
#[test]
fn takes_any_number() {
    for engine in Engine::available() {
        let explorer = Explorer::new(engine).time_limit(Duration::MAX).shard(0, usize::MAX).executions(2);
        let report = explorer.run(|| {
            let lock = Arc::new(Mutex::new(0));
            let theirs = Arc::clone(&lock);
            let worker = thread::spawn(move || *theirs.lock() += 1);
            *lock.lock() += 1;
            worker.join().expect("it does not panic");
        });
        assert!(report.verdict.holds(), "{report}");
    }
}

/// The counter that is wrong on purpose: it proves that the explorers can find a lost update.
#[test]
fn finds_a_lost_update() {
    let check = || {
        let counter = Arc::new(AtomicU64::new(0));
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let counter = Arc::clone(&counter);
                thread::spawn(move || {
                    let old = counter.load(Ordering::SeqCst);
                    counter.store(old + 1, Ordering::SeqCst);
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        selvedge::check::require(counter.load(Ordering::SeqCst) == 2, || "lost update: two increments make one".into());
    };
    assert_fails(check, "lost update: two increments make one");
}

#[test]
fn holds_where_nothing_is_lost() {
    let check = || {
        let counter = Arc::new(Mutex::new(0));
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let counter = Arc::clone(&counter);
                thread::spawn(move || *counter.lock() += 1)
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(*counter.lock(), 2);
    };
    for engine in Engine::available() {
        let report = Explorer::new(engine).run(check);
        assert!(report.verdict.holds(), "under {}: {report}", engine.name());
    }
}

#[test]
fn finds_a_deadlock_of_two_locks() {
    let check = || {
        let locks = Arc::new((Mutex::new(0), Mutex::new(0)));
        let theirs = Arc::clone(&locks);
        let other = thread::spawn(move || {
            let _b = theirs.1.lock();
            let _a = theirs.0.lock();
        });
        {
            let _a = locks.0.lock();
            let _b = locks.1.lock();
        }
        other.join().unwrap();
    };
    assert_fails(check, "wait for each other");
}

#[test]
fn finds_a_reader_that_locks_again_behind_a_writer() {
    let check = || {
        let lock = Arc::new(RwLock::new(0));
        let theirs = Arc::clone(&lock);
        let writer = thread::spawn(move || *theirs.write() += 1);
        let outer = lock.read();
        let inner = lock.read();
        assert_eq!(*outer, *inner);
        drop((outer, inner));
        writer.join().unwrap();
    };
    assert_fails(check, "wait for each other");
}

#[test]
fn finds_a_leaked_worker() {
    let check = || {
        let (sender, receiver) = channel::unbounded::<()>();
        let worker = thread::Builder::new().name("collector".to_owned()).spawn(move || receiver.iter().count());
        drop(worker);
        std::mem::forget(sender);
    };
    assert_fails(check, "leaked worker: collector still waits");
}

#[test]
fn finds_a_lost_wakeup() {
    let check = || {
        let flag = Arc::new((AtomicU64::new(0), Mutex::new(()), Condvar::new()));
        let theirs = Arc::clone(&flag);
        let setter = thread::spawn(move || {
            theirs.0.store(1, Ordering::SeqCst);
            theirs.2.notify_one();
        });
        let mut guard = flag.1.lock();
        if flag.0.load(Ordering::SeqCst) == 0 {
            flag.2.wait(&mut guard);
        }
        drop(guard);
        setter.join().unwrap();
    };
    assert_fails(check, "deadlock: main waits, and nobody is left to wake it");
}

#[test]
fn tells_a_panic_by_its_line() {
    let check = || {
        let worker = thread::spawn(|| panic!("no such account"));
        let _ = worker.join();
    };
    for engine in Engine::available() {
        let report = Explorer::new(engine).run(check);
        let Verdict::Failed(failure) = report.verdict else { panic!("missed by {}", engine.name()) };
        assert!(failure.headline.starts_with("panicked: no such account at tests/api/explore.rs:"), "{failure}");
    }
}

#[test]
fn a_panic_that_is_caught_is_none() {
    let check = || {
        let counter = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&counter);
        let worker = thread::spawn(move || {
            let outcome = selvedge::sync::panic::catch_unwind(|| {
                *theirs.lock() += 1;
                panic!("caught");
            });
            assert!(outcome.is_err());
        });
        *counter.lock() += 1;
        worker.join().unwrap();
        assert_eq!(*counter.lock(), 2);
    };
    for engine in Engine::available() {
        let report = Explorer::new(engine).run(check);
        assert!(report.verdict.holds(), "under {}: {report}", engine.name());
    }
}

#[test]
fn a_panic_after_one_that_is_caught_is_found() {
    let check = || {
        let worker = thread::spawn(|| {
            assert!(selvedge::sync::panic::catch_unwind(|| panic!("caught")).is_err());
            panic!("and one that is not");
        });
        let _ = worker.join();
    };
    for engine in Engine::available() {
        let report = Explorer::new(engine).run(check);
        let Verdict::Failed(failure) = report.verdict else { panic!("missed by {}", engine.name()) };
        assert!(failure.headline.starts_with("panicked: and one that is not at"), "{failure}");
    }
}

#[test]
fn a_check_without_a_visible_operation_is_vacuous() {
    for report in explored(|| ()) {
        assert!(matches!(report.verdict, Verdict::Vacuous { .. }), "{}: {report}", report.engine.name());
    }
}

#[test]
fn what_does_not_fit_the_time_limit_is_cut() {
    let check = || {
        let counter = Arc::new(Mutex::new(0));
        let threads: Vec<_> = (0..3)
            .map(|_| {
                let counter = Arc::clone(&counter);
                thread::spawn(move || (0..6).for_each(|_| *counter.lock() += 1))
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    };
    for engine in Engine::available() {
        let explorer = Explorer::new(engine).executions(u64::MAX - 1).time_limit(Duration::from_millis(100));
        let report = explorer.run(check);
        assert!(matches!(report.verdict, Verdict::Cut { .. }), "{}: {report}", engine.name());
    }
}

#[test]
fn a_spin_without_end_is_a_livelock() {
    let check = || {
        let flag = AtomicU64::new(0);
        while flag.load(Ordering::SeqCst) == 0 {
            thread::yield_now();
        }
    };
    assert_fails(check, "livelock");
}

#[test]
fn a_clock_of_its_own_is_nondeterminism() {
    let check = || {
        let lock = Arc::new(AtomicU64::new(0));
        let theirs = Arc::clone(&lock);
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64;
        let worker = thread::spawn(move || theirs.store(now, Ordering::SeqCst));
        lock.load(Ordering::SeqCst);
        worker.join().unwrap();
    };
    assert_fails(check, "nondeterminism");
}
