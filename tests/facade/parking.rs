//! Threads that sleep until others wake them.

use std::time::Duration;

use selvedge::sync::atomic::{AtomicBool, Ordering::SeqCst};
use selvedge::sync::{Arc, Mutex, thread};

use super::everywhere;

#[test]
fn a_thread_parks_until_a_flag_is_set() {
    everywhere(|| {
        let flag = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&flag);
        let sleeper = thread::spawn(move || {
            while !theirs.load(SeqCst) {
                thread::park();
            }
        });
        flag.store(true, SeqCst);
        sleeper.thread().unpark();
        sleeper.join().unwrap();
    });
}

#[test]
fn the_first_thread_parks() {
    everywhere(|| {
        let flag = Arc::new(AtomicBool::new(false));
        let (theirs, main) = (Arc::clone(&flag), thread::current());
        let other = thread::spawn(move || {
            theirs.store(true, SeqCst);
            main.unpark();
        });
        while !flag.load(SeqCst) {
            thread::park();
        }
        other.join().unwrap();
    });
}

#[test]
fn a_thread_parks_with_a_timeout() {
    everywhere(|| {
        let waiter = Arc::new(Mutex::new(None));
        let theirs = Arc::clone(&waiter);
        let other = thread::spawn(move || {
            *theirs.lock() = Some(thread::current());
            thread::park_timeout(Duration::from_micros(10));
        });
        if let Some(thread) = &*waiter.lock() {
            thread.unpark();
        }
        other.join().unwrap();
    });
}

#[test]
fn a_wakeup_before_the_sleep_is_kept() {
    everywhere(|| {
        let me = thread::current();
        me.unpark();
        me.unpark();
        thread::park();
        thread::park_timeout(Duration::from_micros(1));
    });
}
