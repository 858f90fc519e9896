//! Locks, condition variables, wait groups, threads and atomics.

use selvedge::sync::atomic::{AtomicU64, Ordering};
use selvedge::sync::panic::catch_unwind;
use selvedge::sync::{Arc, Condvar, Mutex, RwLock, WaitGroup, channel, thread};

use super::{always, outcomes};

/// loom alone misses the second outcome: see `Order` in `src/sync/engine/loom.rs`.
#[test]
fn a_load_of_ones_own_hides_no_load_of_another() {
    outcomes(&[0, 1], || {
        let x = Arc::new(AtomicU64::new(0));
        let lock = Arc::new(Mutex::new(()));
        let (x_too, lock_too) = (Arc::clone(&x), Arc::clone(&lock));
        let reader = thread::spawn(move || {
            let seen = x_too.load(Ordering::Acquire);
            drop(lock_too.lock());
            seen
        });
        let writer = thread::spawn(move || {
            let _locked = lock.lock();
            x.load(Ordering::Relaxed);
            x.store(1, Ordering::Release);
        });
        let seen = reader.join().unwrap();
        writer.join().unwrap();
        seen
    });
}

#[test]
fn an_attempt_to_lock_fails_only_while_the_mutex_is_held() {
    outcomes(&[None, Some(0), Some(1)], || {
        let lock = Arc::new(Mutex::new(0));
        let worker = {
            let lock = Arc::clone(&lock);
            thread::spawn(move || *lock.lock() = 1)
        };
        let seen = lock.try_lock().map(|value| *value);
        worker.join().unwrap();
        seen
    });
}

#[test]
fn an_attempt_at_a_mutex_of_ones_own_fails() {
    always(|| {
        let lock = Arc::new(Mutex::new(0));
        let worker = {
            let lock = Arc::clone(&lock);
            thread::spawn(move || *lock.lock() += 1)
        };
        let mut held = lock.lock();
        assert!(lock.try_lock().is_none());
        *held += 1;
        drop(held);
        worker.join().unwrap();
        assert_eq!(lock.try_lock().map(|value| *value), Some(2));
    });
}

#[test]
fn a_panic_that_is_caught_leaves_the_mutex_as_a_return_would() {
    always(|| {
        let lock = Arc::new(Mutex::new(0));
        let worker = {
            let lock = Arc::clone(&lock);
            thread::spawn(move || {
                let caught = catch_unwind(|| {
                    *lock.lock() += 1;
                    let _held = lock.lock();
                    panic!("with the mutex held");
                });
                assert!(caught.is_err());
            })
        };
        *lock.lock() += 1;
        worker.join().unwrap();
        assert_eq!(*lock.lock(), 2);
    });
}

#[test]
fn a_waiting_writer_goes_before_new_readers() {
    outcomes(&["held back", "went in"], || {
        let lock = Arc::new(RwLock::new(0));
        let (arrived, arrivals) = channel::bounded(1);
        let inside = lock.read();
        let writer = {
            let lock = Arc::clone(&lock);
            thread::spawn(move || {
                arrived.send(()).unwrap();
                *lock.write() = 1;
            })
        };
        arrivals.recv().unwrap();
        let reader = {
            let lock = Arc::clone(&lock);
            thread::spawn(move || lock.try_read().map(|value| *value))
        };
        let seen = reader.join().unwrap();
        drop(inside);
        writer.join().unwrap();
        match seen {
            // Held back although the lock is only held for reading: the writer waits in front.
            None => "held back",
            Some(0) => "went in",
            Some(other) => panic!("read {other} while a reader was inside"),
        }
    });
}

#[test]
fn a_condition_is_waited_for() {
    always(|| {
        let pair = Arc::new((Mutex::new(0), Condvar::new()));
        let theirs = Arc::clone(&pair);
        let worker = thread::spawn(move || {
            *theirs.0.lock() += 1;
            theirs.1.notify_all();
        });
        let mut value = pair.0.lock();
        pair.1.wait_while(&mut value, |value| *value == 0);
        assert_eq!(*value, 1);
        drop(value);
        worker.join().unwrap();
    });
}

#[test]
fn a_wait_group_waits_for_every_ticket() {
    always(|| {
        let group = WaitGroup::new();
        let done = Arc::new(Mutex::new(0));
        let workers = [0, 1].map(|_| {
            let (ticket, done) = (group.add(), Arc::clone(&done));
            thread::spawn(move || {
                *done.lock() += 1;
                drop(ticket);
            })
        });
        group.wait();
        assert_eq!(*done.lock(), 2);
        workers.into_iter().for_each(|worker| worker.join().unwrap());
    });
}

#[test]
fn a_scope_ends_after_its_threads() {
    always(|| {
        let total = Mutex::new(0);
        thread::scope(|scope| {
            scope.spawn(|| *total.lock() += 1);
            let second = scope.spawn(|| 2);
            *total.lock() += second.join().unwrap();
        });
        assert_eq!(total.into_inner(), 3);
    });
}

/// A notification wakes whoever sleeps, once, and says whether there was anybody.
#[test]
fn a_notification_wakes_once() {
    always(|| {
        let (woken, bell) = (Mutex::new(0), Condvar::new());
        let (asleep, told) = channel::unbounded();
        assert!(!bell.notify_one());
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut woken = woken.lock();
                for times in 1..=2 {
                    asleep.send(()).unwrap();
                    bell.wait(&mut woken);
                    *woken = times;
                }
            });
            for times in 0..2 {
                told.recv().unwrap();
                // The mutex is free again once the other one sleeps.
                assert_eq!(*woken.lock(), times);
                assert!(bell.notify_one());
            }
        });
    });
}

#[test]
fn a_lock_shows_what_it_holds() {
    always(|| {
        let (mutex, lock) = (Mutex::new(1), RwLock::new(2));
        assert_eq!(format!("{mutex:?} {lock:?}"), "Mutex { data: 1 } RwLock { data: 2 }");
        assert_eq!(format!("{:?} {:?}", mutex.lock(), lock.read()), "1 2");
        assert_eq!(format!("{:?}", lock.write()), "2");
    });
}

#[test]
fn an_attempt_at_a_lock_goes_in_where_there_is_room() {
    always(|| {
        let lock = RwLock::new(0);
        let reader = lock.try_read().expect("nobody is inside");
        assert!(lock.try_read().is_some() && lock.try_write().is_none());
        drop(reader);
        *lock.try_write().expect("the readers have left") += 1;
        let writer = lock.write();
        assert!(lock.try_read().is_none() && lock.try_write().is_none());
        drop(writer);
        assert_eq!(*lock.read(), 1);
    });
}

#[test]
fn a_thread_is_finished_once_it_has_ended() {
    outcomes(&[false, true], || {
        let (go, gone) = channel::bounded::<()>(0);
        let worker = thread::spawn(move || gone.recv().is_err());
        assert!(!worker.is_finished(), "it waits");
        drop(go);
        let finished = worker.is_finished();
        assert!(worker.join().unwrap());
        finished
    });
}
