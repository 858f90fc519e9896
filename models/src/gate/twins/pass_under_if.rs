//! **Wrong:** the wait for the gate stands under `if`, where `while` is needed.
//!
//! **From:** the belief that a thread which wakes was notified. POSIX and std allow spurious wakeups.
//!
//! **Shortest interleaving:** A sees the gate closed, and waits · A wakes spuriously, and passes.
//!
//! **Seen by** every engine that is asked for spurious wakeups, and by nothing else: parking_lot has none.

use crate::gate::{FlagUnderTheLock, Gate};

/// A gate that is not looked at again.
#[derive(Debug)]
pub struct PassUnderIf {
    gate: FlagUnderTheLock,
}

impl Gate for PassUnderIf {
    fn new() -> Self {
        PassUnderIf { gate: Gate::new() }
    }

    fn open(&self) {
        self.gate.open();
    }

    fn pass(&self) {
        let mut open = self.gate.open.lock();
        if !*open {
            self.gate.opened.wait(&mut open);
        }
    }
}
