//! Loops that look and yield, and count their turns.

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Engine, Explorer, Verdict};
use selvedge::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use selvedge::sync::channel::unbounded;
use selvedge::sync::thread::{self, yield_now};
use selvedge::sync::{Arc, Backoff, Condvar, Mutex};

use super::loops::{atomic, clones};
use super::{JOBS, comes_to, dpor, fails_by, gather};

/// Looks so many times, and then asserts that the store was seen.
fn a_loop_that_gives_up() -> Result<(), Failed> {
    for turns in [1, 2, 5] {
        fails_by("never seen", move || {
            let x = atomic(0);
            let [theirs] = clones(&x);
            let other = thread::spawn(move || theirs.store(1, SeqCst));
            let seen = (0..turns).any(|_| {
                let seen = x.load(SeqCst) == 1;
                if !seen {
                    yield_now();
                }
                seen
            });
            assert!(seen, "never seen");
            other.join().unwrap();
        })?;
    }
    Ok(())
}

/// Waits for a flag: some turns of looking, and then on a condition variable. Who sets it notifies under the lock, or, and
/// that is a bug, without.
fn park(turns: usize, under_the_lock: bool) {
    let state = Arc::new((AtomicBool::new(false), Mutex::new(()), Condvar::new()));
    let [theirs] = clones(&state);
    let waiter = thread::spawn(move || {
        let (flag, lock, condvar) = &*theirs;
        for _ in 0..turns {
            if flag.load(SeqCst) {
                return;
            }
            yield_now();
        }
        let mut guard = lock.lock();
        if !flag.load(SeqCst) {
            condvar.wait(&mut guard);
        }
    });
    let (flag, lock, condvar) = &*state;
    if under_the_lock {
        let _guard = lock.lock();
        flag.store(true, SeqCst);
        condvar.notify_one();
    } else {
        flag.store(true, SeqCst);
        condvar.notify_one();
    }
    waiter.join().unwrap();
}

/// The bug that comes after the turns is found, and the right program is exhausted; or it is said how far.
fn spin_then_park() -> Result<(), Failed> {
    for turns in [2, 3, 5] {
        fails_by("deadlock", move || park(turns, false))?;
        comes_to(&[()], move || park(turns, true))?;
    }
    for jobs in JOBS {
        let (report, _) = gather(dpor(jobs), || park(12, true));
        if report.verdict != (Verdict::Bounded { preemptions: None, turns: Some(8) }) {
            return Err(format!("{jobs} jobs: {report}").into());
        }
    }
    // Where nobody else can go on, the loop does, and comes to its end.
    fails_by("deadlock", || park(12, false))
}

fn backoff_then_park() -> Result<(), Failed> {
    fails_by("deadlock", || {
        let state = Arc::new((AtomicBool::new(false), Mutex::new(()), Condvar::new()));
        let [theirs] = clones(&state);
        let waiter = thread::spawn(move || {
            let (flag, lock, condvar) = &*theirs;
            let backoff = Backoff::new();
            for _ in 0..3 {
                if flag.load(SeqCst) {
                    return;
                }
                backoff.snooze();
            }
            let mut guard = lock.lock();
            if !flag.load(SeqCst) {
                condvar.wait(&mut guard);
            }
        });
        let (flag, _, condvar) = &*state;
        flag.store(true, SeqCst);
        condvar.notify_one();
        waiter.join().unwrap();
    })
}

/// Tries so many times to take a lock, with a yield after each.
fn try_some_times(turns: usize) -> impl Fn() + Clone + Send + Sync + 'static {
    move || {
        let lock = Arc::new(Mutex::new(()));
        let [theirs] = clones(&lock);
        let other = thread::spawn(move || drop(theirs.lock()));
        let gained = (0..turns).any(|_| {
            let gained = lock.try_lock().is_some();
            if !gained {
                yield_now();
            }
            gained
        });
        assert!(gained, "never gained");
        other.join().unwrap();
    }
}

fn try_thrice() -> Result<(), Failed> {
    [2, 3, 5].into_iter().try_for_each(|turns| fails_by("never gained", try_some_times(turns)))
}

/// Asks a channel so many times, and then waits for it; whether it got what it asked for.
fn ask(turns: usize) -> impl Fn() -> bool + Clone + Send + Sync + 'static {
    move || {
        let (sender, receiver) = unbounded();
        let other = thread::spawn(move || sender.send(1).unwrap());
        let asked = (0..turns).any(|_| {
            let got = receiver.try_recv().is_ok();
            if !got {
                yield_now();
            }
            got
        });
        if !asked {
            assert_eq!(receiver.recv(), Ok(1));
        }
        other.join().unwrap();
        asked
    }
}

fn ask_a_channel() -> Result<(), Failed> {
    [2, 5].into_iter().try_for_each(|turns| comes_to(&[true, false], ask(turns)))
}

/// Of a loop that counts further than it is explored, the verdict says how far it is.
fn a_loop_that_counts_further() -> Result<(), Failed> {
    let expected = Verdict::Bounded { preemptions: None, turns: Some(8) };
    for jobs in JOBS {
        let (report, _) = gather(dpor(jobs), ask(12));
        if report.verdict != expected {
            return Err(format!("{jobs} jobs: {report}").into());
        }
    }
    Ok(())
}

/// A loop that has spun before may count when it is come to again.
fn a_loop_that_spins_first_and_counts_then() -> Result<(), Failed> {
    fn is_reached(x: &AtomicUsize, value: usize, most: usize) -> bool {
        (0..most).any(|_| {
            let reached = x.load(SeqCst) >= value;
            if !reached {
                yield_now();
            }
            reached
        })
    }

    for engine in [Engine::Dpor, Engine::Rc11] {
        let report = Explorer::new(engine).scouts(false).run(|| {
            let x = atomic(0);
            let [theirs] = clones(&x);
            let other = thread::spawn(move || theirs.store(1, SeqCst));
            assert!(is_reached(&x, 1, usize::MAX));
            assert!(!is_reached(&x, 2, 40));
            other.join().unwrap();
        });
        if !matches!(report.verdict, Verdict::Bounded { preemptions: None, turns: Some(8) }) {
            return Err(format!("{engine:?}: {report}").into());
        }
    }
    Ok(())
}

/// The schedules that a bound on preemptions allows are explored by the same rule.
fn under_a_bound() -> Result<(), Failed> {
    let report = Explorer::new(Engine::Dpor).bound(Some(1)).run(|| park(3, true));
    let expected = Verdict::Bounded { preemptions: Some(1), turns: None };
    (report.verdict == expected).then_some(()).ok_or_else(|| report.to_string().into())
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("a_loop_that_spins_first_and_counts_then", a_loop_that_spins_first_and_counts_then),
        Trial::test("a_loop_that_gives_up", a_loop_that_gives_up),
        Trial::test("spin_then_park", spin_then_park),
        Trial::test("backoff_then_park", backoff_then_park),
        Trial::test("try_thrice", try_thrice),
        Trial::test("ask_a_channel", ask_a_channel),
        Trial::test("a_loop_that_counts_further", a_loop_that_counts_further),
        Trial::test("a_loop_under_a_bound", under_a_bound),
    ]
}
