//! Locks, condition variables and semaphores: as many executions as under `dpor`, where nothing is weaker than SeqCst and
//! operations that commute are not ordered by the machine's state; otherwise the same outcomes.

use std::collections::BTreeSet;
use std::sync::Arc;

use selvedge::check::{Engine, Explorer, Verdict};
use selvedge::sync::atomic::AtomicU32;
use selvedge::sync::atomic::Ordering::{Relaxed, SeqCst};
use selvedge::sync::semaphore::Semaphore;
use selvedge::sync::{Condvar, Mutex, thread};

use super::{explore, headline};

/// Starts so many threads with their numbers, and waits for them.
fn threads<T: Send + 'static>(count: usize, body: impl Fn(usize) -> T + Clone + Send + 'static) -> Vec<T> {
    let start = |number| {
        let body = body.clone();
        thread::spawn(move || body(number))
    };
    let started: Vec<_> = (0..count).map(start).collect();
    started.into_iter().map(|thread| thread.join().unwrap()).collect()
}

/// What a program gives under an engine, and in how many executions.
fn outcomes<T: Ord + Clone + Send + 'static>(engine: Engine, program: fn() -> T) -> (BTreeSet<T>, u64) {
    let outcomes = Arc::new(std::sync::Mutex::new(BTreeSet::new()));
    let theirs = Arc::clone(&outcomes);
    let report = Explorer::new(engine).run(move || _ = theirs.lock().unwrap().insert(program()));
    assert_eq!((&report.verdict, report.blocked), (&Verdict::Exhausted, 0), "{}: {report}", engine.name());
    let outcomes = outcomes.lock().unwrap().clone();
    (outcomes, report.executions)
}

#[track_caller]
fn same_as_dpor<T: Ord + Clone + Send + std::fmt::Debug + 'static>(program: fn() -> T) {
    let [weak, strong] = [Engine::Rc11, Engine::Dpor].map(|engine| outcomes(engine, program));
    assert_eq!(weak, strong);
}

fn one_waits_for_another() -> u32 {
    let shared = Arc::new((Mutex::new(0), Condvar::new()));
    let theirs = Arc::clone(&shared);
    let worker = thread::spawn(move || {
        *theirs.0.lock() += 1;
        theirs.1.notify_one()
    });
    let mut value = shared.0.lock();
    while *value == 0 {
        shared.1.wait(&mut value);
    }
    drop(value);
    u32::from(worker.join().unwrap())
}

fn two_wait_for_one() -> Vec<usize> {
    let shared = Arc::new((Mutex::new(false), Condvar::new()));
    let theirs = Arc::clone(&shared);
    threads(3, move |number| match number {
        0 => {
            *theirs.0.lock() = true;
            theirs.1.notify_all()
        }
        _ => {
            let mut open = theirs.0.lock();
            theirs.1.wait_while(&mut open, |open| !*open);
            0
        }
    })
}

/// Each of two is notified by itself, by one that holds the lock.
fn a_token_each() -> Vec<u32> {
    let shared = Arc::new((Mutex::new(0_u32), Condvar::new()));
    let theirs = Arc::clone(&shared);
    threads(4, move |number| {
        let mut tokens = theirs.0.lock();
        if number < 2 {
            *tokens += 1;
            return u32::from(theirs.1.notify_one());
        }
        theirs.1.wait_while(&mut tokens, |tokens| *tokens == 0);
        *tokens -= 1;
        *tokens
    })
}

/// Values through a buffer of one, with a condition for each side.
fn a_buffer_of_one() -> Vec<u32> {
    struct Buffer {
        value: Mutex<Option<u32>>,
        filled: Condvar,
        emptied: Condvar,
    }
    let buffer = Arc::new(Buffer { value: Mutex::new(None), filled: Condvar::new(), emptied: Condvar::new() });
    threads(3, move |number| match number {
        0 => (1..=2).fold(0, |sum, _| {
            let mut value = buffer.value.lock();
            buffer.filled.wait_while(&mut value, |value| value.is_none());
            let taken = value.take().unwrap();
            buffer.emptied.notify_one();
            3 * sum + taken
        }),
        number => {
            let mut value = buffer.value.lock();
            buffer.emptied.wait_while(&mut value, |value| value.is_some());
            *value = Some(number as u32);
            buffer.filled.notify_one();
            0
        }
    })
}

/// A notification, and an attempt at the lock right after: it may be too early, but not while a sleeper lets go.
fn an_attempt_after_a_notification() -> (u32, bool) {
    let shared = Arc::new((Mutex::new(0), Condvar::new(), AtomicU32::new(0)));
    let theirs = Arc::clone(&shared);
    let worker = thread::spawn(move || {
        let woken = theirs.1.notify_one();
        let taken = theirs.0.try_lock().is_some();
        theirs.2.store(1, SeqCst);
        let _held = theirs.0.lock();
        theirs.1.notify_one();
        (u32::from(woken), taken)
    });
    let mut value = shared.0.lock();
    if shared.2.load(SeqCst) == 0 {
        shared.1.wait(&mut value);
    }
    drop(value);
    worker.join().unwrap()
}

/// Who has notified did so before whoever was woken goes on, lock or no lock.
fn what_was_stored_before_a_notification() -> (u32, bool) {
    let shared = Arc::new((Mutex::new(()), Condvar::new(), AtomicU32::new(0)));
    let theirs = Arc::clone(&shared);
    let worker = thread::spawn(move || {
        theirs.2.store(1, SeqCst);
        let woken = theirs.1.notify_one();
        let _held = theirs.0.lock();
        theirs.1.notify_one();
        woken
    });
    let mut held = shared.0.lock();
    let seen = match shared.2.load(SeqCst) {
        0 => {
            shared.1.wait(&mut held);
            shared.2.load(SeqCst)
        }
        _ => 2,
    };
    drop(held);
    (seen, worker.join().unwrap())
}

fn locks_in_order() -> Vec<u32> {
    let locks = Arc::new([Mutex::new(0_u32), Mutex::new(0)]);
    threads(3, move |number| {
        let mut first = locks[number % 2].lock();
        *first = 2 * *first + number as u32;
        let value = *first;
        drop(first);
        locks[1].try_lock().map_or(value, |mut other| {
            *other += 1;
            value + 10 * *other
        })
    })
}

#[test]
fn condition_variables_and_locks_have_as_many_executions_as_under_dpor() {
    same_as_dpor(one_waits_for_another);
    same_as_dpor(two_wait_for_one);
    same_as_dpor(a_token_each);
    same_as_dpor(a_buffer_of_one);
    same_as_dpor(an_attempt_after_a_notification);
    same_as_dpor(what_was_stored_before_a_notification);
    same_as_dpor(locks_in_order);
}

fn permits(count: usize, permits: u32) -> Vec<u32> {
    let semaphore = Arc::new(Semaphore::new(permits as usize));
    let inside = Arc::new(AtomicU32::new(0));
    threads(count, move |number| {
        let permit = if number == 0 { semaphore.try_acquire().ok() } else { semaphore.acquire().ok() };
        let seen = if permit.is_some() { 1 + inside.fetch_add(1, SeqCst) } else { 0 };
        if permit.is_some() {
            inside.fetch_sub(1, SeqCst);
        }
        seen
    })
}

#[test]
fn semaphores_have_the_outcomes_that_they_have_under_dpor() {
    for program in [|| permits(3, 1), || permits(3, 2)] {
        let [weak, strong] = [Engine::Rc11, Engine::Dpor].map(|engine| outcomes(engine, program));
        assert_eq!(weak.0, strong.0);
        // What commutes is ordered by the state.
        assert!(weak.1 >= strong.1);
    }
}

#[test]
fn a_deadlock_is_told() {
    let report = explore(|| {
        let locks = Arc::new([Mutex::new(()), Mutex::new(())]);
        let theirs = Arc::clone(&locks);
        let worker = thread::spawn(move || {
            let _first = theirs[1].lock();
            let _second = theirs[0].lock();
        });
        let first = locks[0].lock();
        drop(locks[1].lock());
        drop(first);
        worker.join().unwrap();
    });
    assert!(headline(&report).starts_with("deadlock: main and A wait for each other"), "{report}");
}

#[test]
fn a_notification_that_comes_too_early_is_lost() {
    let report = explore(|| {
        let shared = Arc::new((Mutex::new(()), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let worker = thread::spawn(move || theirs.1.notify_one());
        shared.1.wait(&mut shared.0.lock());
        worker.join().unwrap();
    });
    assert!(headline(&report).starts_with("deadlock"), "{report}");
}

/// A lock orders what it guards, and a flag beside it nothing.
#[test]
fn a_lock_hands_on_what_its_holder_knows() {
    let run = |locked: bool| {
        explore(move || {
            let shared = Arc::new((Mutex::new(false), AtomicU32::new(0), AtomicU32::new(0)));
            let theirs = Arc::clone(&shared);
            let worker = thread::spawn(move || {
                theirs.1.store(1, Relaxed);
                *theirs.0.lock() = true;
                theirs.2.store(1, Relaxed);
            });
            let set = if locked { *shared.0.lock() } else { shared.2.load(Relaxed) == 1 };
            let seen = shared.1.load(Relaxed);
            assert!(!set || seen == 1, "set, and unseen");
            worker.join().unwrap();
        })
    };
    assert!(run(true).verdict.holds());
    assert!(headline(&run(false)).contains("set, and unseen"));
}

/// Who parks waits for a token, and there is one at most.
fn parked() -> Vec<u32> {
    let seen = Arc::new(AtomicU32::new(0));
    let theirs = Arc::clone(&seen);
    let sleeper = thread::spawn(move || {
        thread::park();
        theirs.load(SeqCst)
    });
    let handle = sleeper.thread().clone();
    let (value, other) = (Arc::clone(&seen), handle.clone());
    let waker = thread::spawn(move || {
        value.store(1, SeqCst);
        other.unpark();
        0
    });
    seen.fetch_add(2, SeqCst);
    handle.unpark();
    [sleeper, waker].into_iter().map(|thread| thread.join().unwrap()).collect()
}

#[test]
fn parked_threads_have_the_outcomes_that_they_have_under_dpor() {
    let [weak, strong] = [Engine::Rc11, Engine::Dpor].map(|engine| outcomes(engine, parked));
    assert_eq!(weak.0, strong.0);
    // Two that make the token are ordered.
    assert!(weak.1 >= strong.1);
}
