//! **Wrong:** the wait for the gate stands under `if`, where `while` is needed.
//!
//! **From:** the belief that a thread which wakes was notified. POSIX and std allow spurious wakeups.
//!
//! **Shortest interleaving:** A sees the gate closed, and waits · A wakes spuriously, and passes.
//!
//! **Seen by** every engine that is asked for spurious wakeups, and by nothing else.

use selvedge::sync::{Condvar, Mutex};

use crate::gate::Gate;

/// A gate that is not looked at again.
#[derive(Debug)]
pub struct PassUnderIf {
    open: Mutex<bool>,
    opened: Condvar,
}

impl Gate for PassUnderIf {
    fn new() -> Self {
        PassUnderIf { open: Mutex::new(false), opened: Condvar::new() }
    }

    fn open(&self) {
        *self.open.lock() = true;
        self.opened.notify_all();
    }

    fn pass(&self) {
        let mut open = self.open.lock();
        if !*open {
            self.opened.wait(&mut open);
        }
    }
}
