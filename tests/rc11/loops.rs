//! Loops that look and yield, over objects with more to them than an atomic.

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
