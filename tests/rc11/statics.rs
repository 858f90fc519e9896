//! Objects that exist from the beginning of an execution: those of statics, and the main thread's own.

use std::time::Duration;

use selvedge::future;
use selvedge::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use selvedge::sync::atomic::{AtomicU32, AtomicUsize};
use selvedge::sync::channel::{Receiver, Sender, bounded};
use selvedge::sync::{Arc, LazyLock, Mutex, Once, OnceLock, RwLock, select, thread};

use super::{exhausted, explore, headline, same_outcomes_as_dpor};

selvedge::statics! {
    static X: AtomicU32 = AtomicU32::new(0);
    static Y: AtomicU32 = AtomicU32::new(0);
    static FLAG: AtomicU32 = AtomicU32::new(0);
    static COUNT: Mutex<u32> = Mutex::new(0);
    static TABLE: RwLock<u32> = RwLock::new(0);
    static ONCE: Once = Once::new();
    static CELL: OnceLock<u32> = OnceLock::new();
    static CHANNELS: [(Sender<u32>, Receiver<u32>); 2] = [bounded(1), bounded(1)];
}

static LAZY: LazyLock<AtomicUsize> = LazyLock::new(|| AtomicUsize::new(7));

/// Store buffering: all four outcomes, each once, though a thread comes to each static before main does.
#[test]
fn what_is_relaxed_is_so_in_a_static() {
    let report = explore(|| {
        let other = thread::spawn(|| {
            X.store(1, Relaxed);
            Y.load(Relaxed)
        });
        Y.store(1, Relaxed);
        let seen = X.load(Relaxed);
        other.join().unwrap();
        assert!(seen <= 1);
    });
    assert_eq!(exhausted(&report, "store buffering"), 4);
}

/// Three that add in any order; and what only the last operation of the program, or only one of the threads, uses.
#[test]
fn statics_are_there_from_the_beginning_whoever_uses_them_first() {
    let report = explore(|| {
        let threads = [1, 2, 3].map(|number| {
            thread::spawn(move || {
                let before = X.fetch_add(number, Relaxed);
                if before == 3 {
                    Y.store(number, Relaxed);
                }
            })
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert!(FLAG.load(Relaxed) == 0);
    });
    assert_eq!(exhausted(&report, "adds"), 6);
}

/// An ordering that is missing is missed over statics too.
#[test]
fn a_message_passed_through_statics_needs_its_orderings() {
    fn pass(store: std::sync::atomic::Ordering) {
        let other = thread::spawn(move || {
            X.store(1, Relaxed);
            FLAG.store(1, store);
        });
        if FLAG.load(Acquire) == 1 {
            assert_eq!(X.load(Relaxed), 1, "the message is there");
        }
        other.join().unwrap();
    }

    exhausted(&explore(|| pass(Release)), "released");
    assert!(headline(&explore(|| pass(Relaxed))).contains("the message is there"));
}

/// Objects of all kinds, and a select over channels that are there from the beginning.
#[test]
fn every_kind_of_object_can_be_in_a_static() {
    same_outcomes_as_dpor(|| {
        let other = thread::spawn(|| {
            *COUNT.lock() += 1;
            ONCE.call_once(|| *TABLE.write() += 1);
            CHANNELS[0].0.send(LAZY.fetch_add(1, Relaxed) as u32).unwrap();
            *CELL.get_or_init(|| 1)
        });
        ONCE.call_once(|| *TABLE.write() += 2);
        CHANNELS[1].0.send(1).unwrap();
        let (first, second) = (&CHANNELS[0].1, &CHANNELS[1].1);
        let received = select! {
            recv(first) -> message => message.unwrap(),
            recv(second) -> message => message.unwrap(),
        };
        let cell = *CELL.get_or_init(|| 2);
        (received, cell, other.join().unwrap(), *TABLE.read(), *COUNT.lock())
    });
}

/// The body of the check has a thread of its own, which can be parked, and woken by another.
#[test]
fn the_main_thread_parks() {
    same_outcomes_as_dpor(|| {
        let (main, flag) = (thread::current(), Arc::new(AtomicU32::new(0)));
        let theirs = Arc::clone(&flag);
        let other = thread::spawn(move || {
            theirs.store(1, Release);
            main.unpark();
        });
        let mut parked = 0;
        while flag.load(Acquire) == 0 {
            thread::park();
            parked += 1;
        }
        thread::park_timeout(Duration::from_millis(1));
        other.join().unwrap();
        parked
    });
}

/// So `block_on` runs in it.
#[test]
fn the_main_thread_waits_for_a_future() {
    same_outcomes_as_dpor(|| {
        let task = future::spawn(async {
            future::yield_now().await;
            X.fetch_add(1, Relaxed)
        });
        let mine = X.fetch_add(1, Relaxed);
        (mine, future::block_on(task))
    });
}
