//! Loops that look and yield, over objects with more to them than an atomic.

use std::time::Duration;

use selvedge::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use selvedge::sync::atomic::{AtomicBool, AtomicU32};
use selvedge::sync::channel::bounded;
use selvedge::sync::{Arc, Mutex, RwLock, thread};

use super::same_outcomes_as_dpor;

/// A loop under a reader's lock waits for a writer, and ends with it. Its turn is a taking and a leaving, and the writer may
/// shut the door between the two.
#[test]
fn a_loop_under_a_readers_lock_waits_for_the_writer() {
    same_outcomes_as_dpor(|| {
        let lock = Arc::new(RwLock::new(0));
        let theirs = Arc::clone(&lock);
        let writer = thread::spawn(move || *theirs.write() = 1);
        while *lock.read() == 0 {
            thread::yield_now();
        }
        writer.join().unwrap();
    });
    same_outcomes_as_dpor(|| {
        let lock = Arc::new(RwLock::new(0));
        let threads = [1, 2].map(|number| {
            let lock = Arc::clone(&lock);
            thread::spawn(move || {
                while lock.try_read().is_none_or(|value| *value + 1 < number) {
                    thread::yield_now();
                }
                *lock.write() += 1;
            })
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        *lock.read()
    });
}

/// Two that try for a lock, and one of which has perhaps ended when the other begins.
#[test]
fn loops_that_try_for_a_lock_end() {
    same_outcomes_as_dpor(|| {
        let lock = Arc::new(Mutex::new(0));
        let start = || {
            let lock = Arc::clone(&lock);
            thread::spawn(move || {
                while lock.try_lock().is_none() {
                    thread::yield_now();
                }
            })
        };
        let first = start();
        let ended = first.is_finished();
        let second = start();
        first.join().unwrap();
        second.join().unwrap();
        ended
    });
}

/// An attempt that may fail without a reason, in a loop that yields: it fails for one, or is told to fail, in any order.
#[test]
fn loops_whose_attempts_may_fail_end() {
    const SOON: Duration = Duration::from_millis(1);

    same_outcomes_as_dpor(|| {
        let x = Arc::new(AtomicU32::new(0));
        let theirs = Arc::clone(&x);
        let other = thread::spawn(move || {
            while theirs.compare_exchange_weak(1, 2, SeqCst, SeqCst).is_err() {
                thread::yield_now();
            }
        });
        x.store(1, SeqCst);
        other.join().unwrap();
    });
    same_outcomes_as_dpor(|| {
        let (sender, receiver) = bounded(1);
        let other = thread::spawn(move || sender.send(1).unwrap());
        while receiver.recv_timeout(SOON).is_err() {
            thread::yield_now();
        }
        other.join().unwrap();
    });
    same_outcomes_as_dpor(|| {
        let lock = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&lock);
        let other = thread::spawn(move || *theirs.lock() += 1);
        while lock.try_lock_for(SOON).is_none() {
            thread::yield_now();
        }
        other.join().unwrap();
    });
}

/// A lock that spins, with a weak exchange.
#[test]
fn a_spin_lock_with_a_weak_exchange_is_exhausted() {
    same_outcomes_as_dpor(|| {
        let shared = Arc::new((AtomicBool::new(false), AtomicU32::new(0)));
        let threads = [1, 10].map(|number| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (locked, sum) = &*shared;
                while locked.compare_exchange_weak(false, true, Acquire, Relaxed).is_err() {
                    thread::yield_now();
                }
                let before = sum.load(Relaxed);
                sum.store(before + number, Relaxed);
                locked.store(false, Release);
                before
            })
        });
        threads.map(|thread| thread.join().unwrap())
    });
}
