//! Code in std's shape.

use std::time::Duration;

use selvedge::std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use selvedge::std::sync::{Arc, Barrier, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock, TryLockError, Weak, mpsc};
use selvedge::std::{hint, thread};
use selvedge::sync::panic::catch_unwind;

use super::everywhere;

#[test]
fn a_mutex_is_poisoned_by_who_panics() {
    everywhere(|| {
        let mutex = Arc::new(Mutex::new(1));
        let theirs = Arc::clone(&mutex);
        let other = thread::spawn(move || {
            let panicked = catch_unwind(|| {
                let mut value = theirs.lock().unwrap();
                *value = 2;
                panic!("no");
            });
            assert!(panicked.is_err() && theirs.is_poisoned());
        });
        let seen = match mutex.lock() {
            Ok(value) => *value,
            Err(poisoned) => *poisoned.into_inner(),
        };
        other.join().unwrap();
        assert!(matches!(seen, 1 | 2) && matches!(mutex.try_lock(), Err(TryLockError::Poisoned(_))));
        mutex.clear_poison();
        let held = mutex.lock().unwrap();
        assert!(matches!(mutex.try_lock(), Err(TryLockError::WouldBlock)));
        drop(held);
        assert_eq!(Arc::into_inner(mutex).unwrap().into_inner().unwrap(), 2);
    });
}

#[test]
fn readers_and_writers() {
    everywhere(|| {
        let lock = Arc::new(RwLock::new(0));
        let theirs = Arc::clone(&lock);
        let other = thread::spawn(move || *theirs.write().unwrap() += 1);
        assert!(*lock.read().unwrap() <= 1);
        other.join().unwrap();
        let reader = lock.try_read().unwrap();
        assert!(lock.try_write().is_err() && !lock.is_poisoned() && *reader == 1);
        assert_eq!(format!("{reader}"), "1");
    });
}

#[test]
fn a_condition_is_waited_for() {
    everywhere(|| {
        let pair = Arc::new((Mutex::new(0), Condvar::new()));
        let theirs = Arc::clone(&pair);
        let other = thread::spawn(move || {
            *theirs.0.lock().unwrap() = 1;
            theirs.1.notify_one();
        });
        let mut value = pair.0.lock().unwrap();
        while *value == 0 {
            value = pair.1.wait(value).unwrap();
        }
        let (value, result) = pair.1.wait_timeout(value, Duration::from_micros(1)).unwrap();
        let _ = result.timed_out();
        let (value, _) = pair.1.wait_timeout_while(value, Duration::from_micros(1), |value| *value == 0).unwrap();
        let value = pair.1.wait_while(value, |value| *value == 0).unwrap();
        assert_eq!(*value, 1);
        drop(value);
        other.join().unwrap();
    });
}

#[test]
fn messages_pass_through_a_channel() {
    everywhere(|| {
        let (sender, receiver) = mpsc::channel();
        let another = sender.clone();
        let other = thread::spawn(move || another.send(1).unwrap());
        sender.send(2).unwrap();
        let first = receiver.recv().unwrap();
        drop(sender);
        let mut sum = first;
        for message in &receiver {
            sum += message;
        }
        other.join().unwrap();
        assert_eq!((sum, receiver.try_recv()), (3, Err(mpsc::TryRecvError::Disconnected)));
        assert_eq!(receiver.recv_timeout(Duration::from_micros(1)), Err(mpsc::RecvTimeoutError::Disconnected));
        assert_eq!(receiver.into_iter().count(), 0);
    });
}

#[test]
fn a_channel_has_room_for_so_many() {
    everywhere(|| {
        let (sender, receiver) = mpsc::sync_channel(1);
        sender.send("a").unwrap();
        assert_eq!(sender.try_send("b"), Err(mpsc::TrySendError::Full("b")));
        assert_eq!(receiver.try_iter().collect::<Vec<_>>(), ["a"]);
        drop(receiver);
        assert_eq!(sender.send("c"), Err(mpsc::SendError("c")));
        let (sender, receiver) = mpsc::sync_channel(0);
        let other = thread::spawn(move || sender.send(7).unwrap());
        assert_eq!(receiver.iter().next(), Some(7));
        other.join().unwrap();
    });
}

static TABLE: LazyLock<Vec<usize>> = LazyLock::new(|| vec![1, 2]);

#[test]
fn what_is_left() {
    everywhere(|| {
        let (once, lock, barrier, count) = (Once::new(), OnceLock::new(), Barrier::new(2), AtomicUsize::new(0));
        thread::scope(|scope| {
            scope.spawn(|| {
                once.call_once(|| _ = count.fetch_add(1, SeqCst));
                barrier.wait();
            });
            barrier.wait();
            while count.load(SeqCst) == 0 {
                hint::spin_loop();
            }
        });
        let me: Weak<usize> = Arc::downgrade(&Arc::new(1));
        assert_eq!((*lock.get_or_init(|| TABLE.len()), me.upgrade()), (2, None));
        let parked = thread::Builder::new().name("sleeper".to_owned()).spawn(thread::park).unwrap();
        parked.thread().unpark();
        parked.join().unwrap();
    });
}
