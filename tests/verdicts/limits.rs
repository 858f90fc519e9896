//! What an engine cannot explore is said, with what to do about it, and is no failure of the program.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst as Real};
use std::time::Duration;

#[cfg(shuttle)]
use selvedge::check::{Engine, Explorer};
use selvedge::check::{Kind, Report, Verdict};
use selvedge::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use selvedge::sync::{Arc, Mutex, channel, thread};
#[cfg(shuttle)]
use selvedge::sync::{Condvar, select};

use crate::{explorer, failure};

#[track_caller]
fn unsupported(report: Report) -> String {
    match report.verdict {
        Verdict::Unsupported { what } => what,
        _ => panic!("it was explored by {}: {report}", report.engine.name()),
    }
}

#[track_caller]
fn cut(report: Report) -> String {
    match report.verdict {
        Verdict::Cut { limit } => limit,
        _ => panic!("it was not cut by {}: {report}", report.engine.name()),
    }
}

/// Two threads that do something, so that there is something to explore.
fn busy() {
    let total = Arc::new(Mutex::new(0));
    let theirs = Arc::clone(&total);
    let other = thread::spawn(move || *theirs.lock() += 1);
    *total.lock() += 1;
    other.join().unwrap();
}

#[cfg(shuttle)]
#[test]
fn there_may_be_any_number_of_threads() {
    let in_turn = explorer().run(|| {
        let total = Arc::new(AtomicUsize::new(0));
        for _ in 0..66 {
            let total = Arc::clone(&total);
            thread::spawn(move || total.fetch_add(1, SeqCst)).join().unwrap();
        }
        assert_eq!(total.load(SeqCst), 66);
        busy();
    });
    assert!(matches!(in_turn.verdict, Verdict::Exhausted), "{in_turn}");
    // More than there are bits in a word wait, and all are woken.
    for engine in Engine::available().filter(|engine| engine.samples_from_seed()) {
        let report = Explorer::new(engine).executions(3).run(|| {
            let gate = Arc::new((Mutex::new(false), Condvar::new()));
            let waiter = |_| {
                let gate = Arc::clone(&gate);
                thread::spawn(move || {
                    let mut open = gate.0.lock();
                    while !*open {
                        gate.1.wait(&mut open);
                    }
                })
            };
            let waiters: Vec<_> = (0..70).map(waiter).collect();
            *gate.0.lock() = true;
            gate.1.notify_all();
            waiters.into_iter().for_each(|waiter| waiter.join().unwrap());
        });
        assert!(report.verdict.holds(), "{}: {report}", engine.name());
    }
}

#[cfg(loom)]
#[test]
fn a_sixth_thread_is_more_than_loom_has() {
    let what = unsupported(explorer().run(|| {
        let workers: Vec<_> = (0..5).map(|_| thread::spawn(busy)).collect();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
    }));
    assert!(what.contains("more than 5 threads") && what.contains("dpor"), "{what}");
}

/// B7: what is long need not be without an end.
#[test]
fn a_long_execution_is_cut_by_the_limit_that_it_met() {
    let long = |turns: usize| {
        move || {
            busy();
            let lock = Mutex::new(0);
            (0..turns).for_each(|_| *lock.lock() += 1);
        }
    };
    let limit = cut(explorer().run(long(10_001)));
    assert!(limit.starts_with("the limit of 20000 operations in one execution; main last: "), "{limit}");
    let limit = cut(explorer().operations(100).run(long(60)));
    assert!(limit.starts_with("the limit of 100 operations"), "{limit}");
    let report = explorer().operations(1_000).run(long(60));
    assert!(report.verdict.holds(), "{report}");
}

/// C13: std's spin_loop is no yield.
#[test]
fn a_loop_that_does_not_yield_is_told_to() {
    let what = unsupported(explorer().run(|| {
        let flag = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&flag);
        let other = thread::spawn(move || theirs.store(true, SeqCst));
        while !flag.load(SeqCst) {
            std::hint::spin_loop();
        }
        other.join().unwrap();
    }));
    assert!(what.contains("without letting others go on; call thread::yield_now"), "{what}");
}

#[cfg(shuttle)]
#[test]
fn a_stack_has_room_or_says_that_it_has_none() {
    #[inline(never)]
    fn deep(bytes: usize) -> u8 {
        // Each call has a kilobyte.
        let room = std::hint::black_box([1_u8; 1_024]);
        if bytes < room.len() { room[bytes] } else { deep(bytes - room.len()).max(room[0]) }
    }
    let check = |bytes: usize| {
        move || {
            busy();
            let worker = thread::Builder::new().name("deep".to_owned()).spawn(move || {
                busy();
                deep(bytes)
            });
            assert_eq!(worker.unwrap().join().unwrap(), 1);
        }
    };
    let fits = explorer().limit(3).run(check(200_000));
    assert!(matches!(fits.verdict, Verdict::Cut { .. }), "{fits}");
    let what = unsupported(explorer().run(check(5_000_000)));
    assert!(what.contains("a stack that is too small: that of deep overflows after "), "{what}");
    assert!(what.contains("Explorer::stack"), "{what}");
    let fits = explorer().stack(16_000_000).limit(3).run(check(5_000_000));
    assert!(matches!(fits.verdict, Verdict::Cut { .. }), "{fits}");
}

/// One task waits for a lock of std's that another one holds: all tasks share one thread of the machine.
#[test]
fn what_hangs_in_std_is_named() {
    let line = line!() + 10;
    let what = unsupported(explorer().run(|| {
        let (lock, flag) = (Arc::new(std::sync::Mutex::new(0)), Arc::new(AtomicUsize::new(0)));
        let theirs = (Arc::clone(&lock), Arc::clone(&flag));
        let worker = thread::Builder::new().name("holder".to_owned()).spawn(move || {
            let held = theirs.0.lock().unwrap();
            theirs.1.store(*held, SeqCst);
            theirs.1.load(SeqCst);
        });
        flag.load(SeqCst);
        *lock.lock().unwrap() += 1;
        worker.unwrap().join().unwrap();
    }));
    assert!(what.contains("waits there for something that is none of selvedge::sync's"), "{what}");
    assert!(what.starts_with(&format!("main is at verdicts/limits.rs:{line}")), "{what}, and not {line}");
}

/// The same for whatever else of std's makes a thread wait. Each is found in some seconds, side by side.
#[test]
fn whatever_of_stds_makes_a_thread_wait_is_named() {
    let receives = || {
        let (sender, receiver) = std::sync::mpsc::channel::<u32>();
        let worker = thread::spawn(move || receiver.recv());
        busy();
        sender.send(1).unwrap();
        assert_eq!(worker.join().unwrap(), Ok(1));
    };
    let parks = || {
        let main = std::thread::current();
        let worker = thread::spawn(move || main.unpark());
        std::thread::park();
        std::thread::park();
        worker.join().unwrap();
    };
    let initializes = || {
        let cell = Arc::new((std::sync::OnceLock::new(), Mutex::new(0)));
        let theirs = Arc::clone(&cell);
        let worker = thread::spawn(move || *theirs.0.get_or_init(|| *theirs.1.lock()));
        assert_eq!(*cell.0.get_or_init(|| *cell.1.lock()), 0);
        worker.join().unwrap();
    };
    let joins = || {
        let lock = Arc::new(std::sync::Mutex::new(0));
        let theirs = Arc::clone(&lock);
        let held = lock.lock().unwrap();
        busy();
        let stray = std::thread::spawn(move || *theirs.lock().unwrap());
        assert_eq!(stray.join().unwrap(), *held);
    };
    let mut checks: Vec<(&str, fn())> = vec![("receives", receives), ("parks", parks), ("joins", joins)];
    // loom does not switch in the midst of an initialization.
    if cfg!(shuttle) {
        checks.push(("initializes", initializes));
    }
    std::thread::scope(|scope| {
        let explore = |(name, check): (_, fn())| (name, scope.spawn(move || unsupported(explorer().run(check))));
        for (name, explored) in checks.into_iter().map(explore).collect::<Vec<_>>() {
            let what = explored.join().unwrap_or_else(|_| panic!("{name} was not named"));
            assert!(what.contains("waits there for something") && what.contains("limits.rs:"), "{name}: {what}");
        }
    });
}

/// A15: nobody knows of the thread, but that it panicked.
#[test]
fn a_thread_of_stds_that_panics_is_named() {
    let what = unsupported(explorer().run(|| {
        busy();
        let _ = std::thread::spawn(|| panic!("unseen")).join();
    }));
    assert!(what.contains("a thread of std's") && what.contains("limits.rs:") && what.contains("unseen"), "{what}");
    let what = unsupported(explorer().run(|| {
        let total = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&total);
        busy();
        assert!(std::thread::spawn(move || *theirs.lock() += 1).join().is_err());
    }));
    assert!(what.contains("a thread of std's") && what.contains("used outside of an execution"), "{what}");
}

/// B8.
#[test]
fn an_object_of_another_execution_is_told_as_such() {
    static LOCK: std::sync::OnceLock<Mutex<u32>> = std::sync::OnceLock::new();
    let line = line!() + 3;
    let what = unsupported(explorer().run(|| {
        busy();
        *LOCK.get_or_init(|| Mutex::new(0)).lock() += 1;
    }));
    assert!(what.contains(&format!("limits.rs:{line}")) && what.contains("what another execution has made"), "{what}");
    static SENDER: std::sync::OnceLock<(channel::Sender<u32>, channel::Receiver<u32>)> = std::sync::OnceLock::new();
    let what = unsupported(explorer().run(|| {
        busy();
        let sender = SENDER.get_or_init(channel::unbounded).0.clone();
        sender.send(1).unwrap();
    }));
    assert!(what.contains("what another execution has made"), "{what}");
}

/// A16: what comes back to the same after some executions.
#[test]
fn what_differs_in_every_other_execution_is_nondeterminism() {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    for (phase, threads) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
        COUNT.store(phase, Real);
        let failure = failure(explorer().run(move || {
            let x = Arc::new(AtomicUsize::new(0));
            let theirs = Arc::clone(&x);
            let other = thread::spawn(move || (0..threads).for_each(|_| theirs.store(1, SeqCst)));
            if COUNT.fetch_add(1, Real).is_multiple_of(2) {
                x.load(SeqCst);
            } else {
                x.swap(0, SeqCst);
            }
            other.join().unwrap();
        }));
        assert_eq!(failure.kind, Kind::Nondeterminism, "{phase}, {threads}: {failure}");
    }
}

/// A loop of std's atomics comes back to nobody.
#[test]
fn an_execution_that_does_not_end_says_where_it_is() {
    static NEVER: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
    let limit = cut(explorer().time_limit(Duration::from_millis(10)).run(|| {
        busy();
        while !NEVER.load(Real) {
            std::hint::spin_loop();
        }
    }));
    assert!(
        limit.contains("in an execution that does not end: main is at ") && limit.contains("limits.rs:"),
        "{limit}"
    );
}

/// What reaches Shuttle past the facade: nothing can be said of its schedules.
#[cfg(shuttle)]
#[test]
fn what_goes_past_the_facade_is_named() {
    let line = line!() + 1;
    let what = unsupported(explorer().run(|| drop(shuttle::sync::Mutex::new(0).lock())));
    assert!(what.starts_with("an unannounced operation at"), "{what}");
    assert!(what.contains(&format!("limits.rs:{line};")) || what.contains(&format!("limits.rs:{line}:")), "{what}");
    let what = unsupported(explorer().run(|| {
        use shuttle::rand::Rng;

        let _drawn: u64 = shuttle::rand::thread_rng().r#gen();
    }));
    assert!(what.starts_with("random data at"), "{what}");
    // Nor is it taken for the choice of an arm that stands alone.
    let what = unsupported(explorer().run(|| {
        use shuttle::rand::Rng;

        let (sender, receiver) = channel::bounded(1);
        let other = thread::spawn(move || sender.send(1).unwrap());
        select! { recv(receiver) -> message => assert_eq!(message, Ok(1)) }
        let _drawn: u64 = shuttle::rand::thread_rng().r#gen();
        other.join().unwrap();
    }));
    assert!(what.starts_with("random data at"), "{what}");
}
