//! Waits for a time, writers that give up, and selects that only look, beside atomics: the same outcomes as under `dpor` where
//! all is SeqCst, and what they order where it is not.

use std::sync::Arc;
use std::time::Duration;

use selvedge::sync::atomic::AtomicU32;
use selvedge::sync::atomic::Ordering::{Relaxed, SeqCst};
use selvedge::sync::channel::{bounded, unbounded};
use selvedge::sync::select::Select;
use selvedge::sync::{Condvar, Mutex, RwLock, thread};

use super::{explore, headline, same_outcomes_as_dpor};

const MOMENT: Duration = Duration::from_millis(1);

type Waiting = Arc<(Mutex<u32>, Condvar, AtomicU32)>;

fn waiting() -> Waiting {
    Arc::new((Mutex::new(0), Condvar::new(), AtomicU32::new(0)))
}

/// One waits for a time, and another notifies it without the lock.
fn a_wait_beside_an_atomic() -> (u32, bool, u32) {
    let shared = waiting();
    let theirs = Arc::clone(&shared);
    let notifier = thread::spawn(move || {
        theirs.2.store(1, SeqCst);
        u32::from(theirs.1.notify_one())
    });
    let mut held = shared.0.lock();
    let timed_out = shared.1.wait_for(&mut held, MOMENT).timed_out();
    drop(held);
    let seen = shared.2.swap(2, SeqCst);
    (seen, timed_out, notifier.join().unwrap())
}

/// Of two that wait one is notified: the other one, if the first one's time is over.
fn two_wait_and_one_is_notified() -> [u32; 3] {
    let shared = waiting();
    let [one, other] = [(); 2].map(|()| Arc::clone(&shared));
    let wait = |shared: Waiting, for_a_time: bool| {
        move || {
            let mut held = shared.0.lock();
            if shared.2.fetch_add(1, SeqCst) > 4 {
                return 7;
            }
            match for_a_time {
                true => u32::from(shared.1.wait_for(&mut held, MOMENT).timed_out()),
                false => u32::from(shared.1.wait_while_for(&mut held, |value| *value == 0, MOMENT).timed_out()),
            }
        }
    };
    let threads = [thread::spawn(wait(one, true)), thread::spawn(wait(other, false))];
    let woken = {
        *shared.0.lock() = 1;
        shared.2.fetch_add(5, SeqCst);
        u32::from(shared.1.notify_one())
    };
    let [first, second] = threads.map(|thread| thread.join().unwrap());
    [first, second, woken]
}

/// A loop of such waits ends when what it waits for has come.
fn a_loop_of_waits() -> u32 {
    let shared = waiting();
    let theirs = Arc::clone(&shared);
    let setter = thread::spawn(move || theirs.2.store(1, SeqCst));
    let mut held = shared.0.lock();
    while shared.2.load(SeqCst) == 0 {
        shared.1.wait_for(&mut held, MOMENT);
    }
    drop(held);
    setter.join().unwrap();
    shared.2.load(SeqCst)
}

/// A writer that gives up opens the door again, for a reader that it has kept out meanwhile.
fn a_writer_that_gives_up() -> [u32; 3] {
    let shared = Arc::new((RwLock::new(0), AtomicU32::new(0)));
    let [one, other] = [(); 2].map(|()| Arc::clone(&shared));
    let writer = thread::spawn(move || match one.0.try_write_for(MOMENT) {
        Some(mut value) => {
            *value = 1;
            10 + one.1.swap(1, SeqCst)
        }
        None => one.1.swap(1, SeqCst),
    });
    let reader = thread::spawn(move || {
        let seen = other.1.load(SeqCst);
        other.0.try_read().map_or(9, |value| 2 * *value + seen)
    });
    let inside = {
        let value = shared.0.read();
        10 * *value + shared.1.fetch_add(3, SeqCst)
    };
    [writer.join().unwrap(), reader.join().unwrap(), inside]
}

/// Two writers for a time.
fn two_writers_that_give_up() -> [u32; 3] {
    let shared = Arc::new((RwLock::new(0), AtomicU32::new(0)));
    let write = |number: u32| {
        let shared = Arc::clone(&shared);
        thread::spawn(move || match shared.0.try_write_for(MOMENT) {
            Some(mut value) => {
                *value = 2 * *value + number;
                10 * *value
            }
            None => shared.1.fetch_add(number, SeqCst),
        })
    };
    let writers = [write(1), write(2)];
    let read = *shared.0.read();
    let [one, other] = writers.map(|writer| writer.join().unwrap());
    [one, other, read]
}

/// What is seen to be ready may be gone.
fn what_is_ready_may_be_taken() -> [u32; 3] {
    let flag = Arc::new(AtomicU32::new(0));
    let theirs = Arc::clone(&flag);
    let [(a, from_a), (b, from_b)] = [bounded(1), unbounded()];
    let taker = from_a.clone();
    let sender = thread::spawn(move || {
        a.send(1).unwrap();
        theirs.store(1, SeqCst);
        b.send(2).unwrap();
        0
    });
    let thief = thread::spawn(move || taker.try_recv().unwrap_or(0));
    let mut select = Select::new();
    select.recv(&from_a);
    select.recv(&from_b);
    let ready = select.ready() as u32;
    let got = from_a.try_recv().unwrap_or(5) + 10 * flag.load(SeqCst) + 100 * ready;
    [sender.join().unwrap(), thief.join().unwrap(), got]
}

/// Room is seen, and an attempt to see it fails.
fn whether_there_is_room() -> [u32; 2] {
    let flag = Arc::new(AtomicU32::new(0));
    let theirs = Arc::clone(&flag);
    let (sender, receiver) = bounded(1);
    sender.send(1).unwrap();
    let taker = thread::spawn(move || {
        let before = theirs.load(SeqCst);
        receiver.recv().unwrap() + 10 * before
    });
    let mut select = Select::new();
    select.send(&sender);
    let at_once = u32::from(select.try_ready().is_ok());
    flag.store(1, SeqCst);
    let in_time = u32::from(select.ready_timeout(MOMENT).is_ok());
    [taker.join().unwrap(), at_once + 10 * in_time]
}

#[test]
fn waits_for_a_time_have_the_outcomes_that_they_have_under_dpor() {
    same_outcomes_as_dpor(a_wait_beside_an_atomic);
    same_outcomes_as_dpor(two_wait_and_one_is_notified);
    same_outcomes_as_dpor(a_loop_of_waits);
}

#[test]
fn writers_that_give_up_have_the_outcomes_that_they_have_under_dpor() {
    same_outcomes_as_dpor(a_writer_that_gives_up);
    same_outcomes_as_dpor(two_writers_that_give_up);
}

#[test]
fn what_is_only_looked_at_has_the_outcomes_that_it_has_under_dpor() {
    same_outcomes_as_dpor(what_is_ready_may_be_taken);
    same_outcomes_as_dpor(whether_there_is_room);
}

/// A notification orders nothing by itself, in time or not: the lock does.
#[test]
fn a_notification_without_the_lock_orders_nothing() {
    let run = |locked: bool| {
        explore(move || {
            let shared = waiting();
            let theirs = Arc::clone(&shared);
            let notifier = thread::spawn(move || {
                theirs.2.store(1, Relaxed);
                let _held = locked.then(|| theirs.0.lock());
                theirs.1.notify_one();
            });
            let mut held = shared.0.lock();
            let timed_out = shared.1.wait_for(&mut held, MOMENT).timed_out();
            let seen = shared.2.load(Relaxed);
            drop(held);
            assert!(timed_out || seen == 1, "notified, and unseen");
            notifier.join().unwrap();
        })
    };
    assert!(run(true).verdict.holds(), "{}", run(true));
    assert!(headline(&run(false)).contains("notified, and unseen"));
}

/// A writer that has given up has seen nothing of the readers; one that has got in has seen all of them.
#[test]
fn a_writer_that_got_in_has_seen_what_the_readers_did() {
    let run = |got_in: bool| {
        explore(move || {
            let shared = Arc::new((RwLock::new(()), AtomicU32::new(0), AtomicU32::new(0)));
            let theirs = Arc::clone(&shared);
            let reader = thread::spawn(move || {
                let _inside = theirs.0.read();
                theirs.1.store(1, Relaxed);
                theirs.2.store(1, Relaxed);
            });
            let writes = shared.0.try_write_for(MOMENT);
            let (came, seen) = (shared.2.load(Relaxed), shared.1.load(Relaxed));
            assert!(came == 0 || seen == 1 || writes.is_some() != got_in, "came, and unseen");
            drop(writes);
            reader.join().unwrap();
        })
    };
    assert!(run(true).verdict.holds(), "{}", run(true));
    assert!(headline(&run(false)).contains("came, and unseen"));
}

/// That a channel was seen to be ready orders nothing; that its message was taken does.
#[test]
fn what_is_seen_to_be_ready_is_not_known_yet() {
    let run = |taken: bool| {
        explore(move || {
            let data = Arc::new(AtomicU32::new(0));
            let theirs = Arc::clone(&data);
            let (to, from) = bounded(1);
            let sender = thread::spawn(move || {
                theirs.store(1, Relaxed);
                to.send(()).unwrap();
            });
            let mut select = Select::new();
            select.recv(&from);
            select.ready();
            if taken {
                from.recv().unwrap();
            }
            assert!(data.load(Relaxed) == 1, "ready, and unseen");
            sender.join().unwrap();
        })
    };
    assert!(run(true).verdict.holds(), "{}", run(true));
    assert!(headline(&run(false)).contains("ready, and unseen"));
}
