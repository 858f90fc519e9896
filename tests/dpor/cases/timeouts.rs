//! Waits with a time: what others see of who waits, and what is told to who has waited.

use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use selvedge::std::sync as shape;
use selvedge::sync::{Arc, Condvar, Mutex, RwLock, thread};

use super::comes_to;

const SOON: Duration = Duration::from_millis(1);

/// As parking_lot's: the door is shut while a writer waits for readers to leave, and open when it has given up.
fn a_writer_with_a_time_shuts_the_door() -> Result<(), Failed> {
    // Whether a reader comes in beside the one inside, and whether the writer was ever alone.
    comes_to(&[(false, false), (false, true), (true, false), (true, true)], || {
        let lock = Arc::new(RwLock::new(()));
        let theirs = Arc::clone(&lock);
        let first = lock.read();
        let writer = thread::spawn(move || theirs.try_write_for(SOON).is_some());
        let second = lock.try_read().is_some();
        drop(first);
        let alone = writer.join().unwrap();
        assert!(!lock.is_locked(), "who has given up leaves the door open");
        (second, alone)
    })
}

/// Behind a writer inside it does not come to the door.
fn a_writer_with_a_time_waits_behind_another() -> Result<(), Failed> {
    comes_to(&[false, true], || {
        let lock = Arc::new(RwLock::new(()));
        let theirs = Arc::clone(&lock);
        let first = lock.write();
        let writer = thread::spawn(move || theirs.try_write_until(std::time::Instant::now() + SOON).is_some());
        drop(first);
        writer.join().unwrap()
    })
}

fn a_loop_of_writes_with_a_time_ends() -> Result<(), Failed> {
    comes_to(&[()], || {
        let lock = Arc::new(RwLock::new(0));
        let theirs = Arc::clone(&lock);
        let first = lock.read();
        let writer = thread::spawn(move || {
            loop {
                if let Some(mut value) = theirs.try_write_for(SOON) {
                    *value += 1;
                    return;
                }
            }
        });
        drop(first);
        writer.join().unwrap();
        assert_eq!(*lock.read(), 1);
    })
}

/// parking_lot's says that the time was over, and does not ask again; std's asks again.
fn whether_the_condition_is_asked_again() -> Result<(), Failed> {
    let both = [(false, true), (true, false), (true, true)];
    // Whether it timed out, and whether the flag was set.
    comes_to(&both, || {
        let shared = Arc::new((Mutex::new(false), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let setter = thread::spawn(move || {
            *theirs.0.lock() = true;
            theirs.1.notify_one();
        });
        let mut flag = shared.0.lock();
        let result = shared.1.wait_while_for(&mut flag, |flag| !*flag, SOON);
        let seen = (result.timed_out(), *flag);
        drop(flag);
        setter.join().unwrap();
        seen
    })?;
    comes_to(&[(false, true), (true, false)], || {
        let shared = Arc::new((shape::Mutex::new(false), shape::Condvar::new()));
        let theirs = Arc::clone(&shared);
        let setter = thread::spawn(move || {
            *theirs.0.lock().unwrap() = true;
            theirs.1.notify_one();
        });
        let flag = shared.0.lock().unwrap();
        let (flag, result) = shared.1.wait_timeout_while(flag, SOON, |flag| !*flag).unwrap();
        let seen = (result.timed_out(), *flag);
        drop(flag);
        setter.join().unwrap();
        seen
    })
}

/// Whose time is over sleeps no more, although it has to wait for the mutex: a notification goes to another, or to nobody.
fn whose_time_is_over_is_not_notified() -> Result<(), Failed> {
    // Whether the notification woke somebody; whether the waiter timed out, and saw the flag. None if it did not wait.
    let expected =
        [(false, None), (false, Some((true, false))), (false, Some((true, true))), (true, Some((false, true)))];
    comes_to(&expected, || {
        let shared = Arc::new((Mutex::new(false), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let notifier = thread::spawn(move || {
            let mut flag = theirs.0.lock();
            *flag = true;
            theirs.1.notify_one()
        });
        let mut flag = shared.0.lock();
        let seen = (!*flag).then(|| {
            let timed_out = shared.1.wait_for(&mut flag, SOON).timed_out();
            (timed_out, *flag)
        });
        drop(flag);
        (notifier.join().unwrap(), seen)
    })
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("a_writer_with_a_time_shuts_the_door", a_writer_with_a_time_shuts_the_door),
        Trial::test("a_writer_with_a_time_waits_behind_another", a_writer_with_a_time_waits_behind_another),
        Trial::test("a_loop_of_writes_with_a_time_ends", a_loop_of_writes_with_a_time_ends),
        Trial::test("whether_the_condition_is_asked_again", whether_the_condition_is_asked_again),
        Trial::test("whose_time_is_over_is_not_notified", whose_time_is_over_is_not_notified),
    ]
}
