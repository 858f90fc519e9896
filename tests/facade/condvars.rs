//! Condition variables.

use std::time::{Duration, Instant};

use selvedge::sync::{Arc, Condvar, Mutex, thread};

use super::everywhere;

/// Another thread sets a flag, and says so; `wait` waits for it.
fn waiting(wait: fn(&Mutex<bool>, &Condvar)) {
    everywhere(move || {
        let shared = Arc::new((Mutex::new(false), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let other = thread::spawn(move || {
            *theirs.0.lock() = true;
            theirs.1.notify_all();
        });
        wait(&shared.0, &shared.1);
        other.join().unwrap();
        assert!(*shared.0.lock());
    });
}

#[test]
fn a_loop_waits() {
    waiting(|flag, condvar| {
        let mut flag = flag.lock();
        while !*flag {
            condvar.wait(&mut flag);
        }
    });
}

#[test]
fn a_loop_waits_with_a_timeout() {
    waiting(|flag, condvar| {
        let mut flag = flag.lock();
        while !*flag {
            let result = condvar.wait_for(&mut flag, Duration::from_micros(10));
            if result.timed_out() && *flag {
                break;
            }
        }
    });
}

#[test]
fn a_wait_has_a_timeout() {
    waiting(|flag, condvar| {
        let mut flag = flag.lock();
        if !*flag {
            condvar.wait_until(&mut flag, Instant::now() + Duration::from_micros(10));
        }
    });
}

#[test]
fn a_condition_is_waited_for_with_a_timeout() {
    waiting(|flag, condvar| {
        let tick = Duration::from_micros(10);
        let mut flag = flag.lock();
        let result = condvar.wait_while_for(&mut flag, |flag| !*flag, tick);
        assert!(*flag || result.timed_out());
    });
}

#[test]
fn a_notification_says_whom_it_woke() {
    everywhere(|| {
        let condvar = Condvar::default();
        assert!(!condvar.notify_one() && condvar.notify_all() == 0);
    });
}
