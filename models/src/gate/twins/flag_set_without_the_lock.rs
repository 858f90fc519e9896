//! **Wrong:** the flag is set without the lock under which it is waited for, and then announced.
//!
//! **From:** an atomic flag "needs no lock". The lost wakeup.
//!
//! **Shortest interleaving:** A sees the flag down · B sets it, and finds no sleeper to wake · A goes to sleep.
//!
//! **Seen by** loom and Shuttle; real threads hit the window between the look and the wait rarely. A
//! race detector says nothing: the flag is atomic.

use selvedge::sync::atomic::{AtomicBool, Ordering};
use selvedge::sync::{Condvar, Mutex};

use crate::gate::Gate;

/// A gate whose opening can be missed.
#[derive(Debug)]
pub struct FlagSetWithoutTheLock {
    open: AtomicBool,
    lock: Mutex<()>,
    opened: Condvar,
}

impl Gate for FlagSetWithoutTheLock {
    fn new() -> Self {
        FlagSetWithoutTheLock { open: AtomicBool::new(false), lock: Mutex::new(()), opened: Condvar::new() }
    }

    fn open(&self) {
        self.open.store(true, Ordering::SeqCst);
        self.opened.notify_all();
    }

    fn pass(&self) {
        let mut guard = self.lock.lock();
        while !self.open.load(Ordering::SeqCst) {
            self.opened.wait(&mut guard);
        }
    }
}
