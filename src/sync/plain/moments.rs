//! When operations of what is checked begin and return, on real threads.

use std::panic::Location;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

/// The order of beginnings and returns: a clock that counts how often it was asked.
///
/// If an operation returned at an earlier moment than another began, then it was over: the later of two
/// updates of one atomic reads what the earlier one, or one after it, wrote, and so synchronizes with it.
/// That orders threads which the program itself does not; an error that shows without that order
/// only is one for loom.
#[derive(Debug)]
pub(crate) struct Moments {
    next: AtomicU64,
    met: AtomicUsize,
}

impl Moments {
    /// Of operations that the program asks for somewhere.
    pub(crate) fn new(_: &'static Location<'static>) -> Self {
        Moments { next: AtomicU64::new(0), met: AtomicUsize::new(0) }
    }

    /// Waits until so many threads do. What they have to do takes less than to start one, so that they would hardly meet.
    pub(crate) fn meet(&self, threads: usize) {
        // Relaxed: it orders nothing that anybody reads.
        self.met.fetch_add(1, Ordering::Relaxed);
        while self.met.load(Ordering::Relaxed) < threads {
            thread::yield_now();
        }
    }

    /// An operation is about to begin. The moment comes after all before.
    pub(crate) fn invoke(&self, _: impl FnOnce() -> String) -> u64 {
        // SeqCst: nothing of the operation happens before it, pairs with `respond`.
        self.next.fetch_add(1, Ordering::SeqCst)
    }

    /// An operation has returned.
    pub(crate) fn respond(&self, _: impl FnOnce() -> String) -> u64 {
        // SeqCst: all of the operation has happened before it, pairs with `invoke`.
        self.next.fetch_add(1, Ordering::SeqCst)
    }

    /// Runs `f`. Nobody stops the threads of the machine.
    pub(crate) fn alone<R>(&self, f: impl FnOnce() -> R) -> R {
        f()
    }

    /// Whether one can wait until nobody else can go on: nobody tells threads of the machine that wait from slow ones.
    pub(crate) fn settle(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_that_wait_are_not_told_from_slow_ones() {
        assert!(!Moments::new(Location::caller()).settle());
    }
}
