//! When the operations of a history begin and return, on real threads.

use std::panic::Location;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

/// The order of begins and returns: a counter that each of them increments.
///
/// If an operation's return has a smaller number than another's begin, it happened before: the later of two updates of
/// one atomic reads what the earlier update, or one after it, wrote, and so synchronizes with it. This orders threads
/// that the program itself does not order; an error that shows only without this order has to be found by loom.
#[derive(Debug)]
pub(crate) struct Moments {
    next: AtomicU64,
    met: AtomicUsize,
}

impl Moments {
    /// For operations that the program asks for at some line.
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
        // SeqCst: pairs with `respond`; no part of the operation happens before it.
        self.next.fetch_add(1, Ordering::SeqCst)
    }

    /// An operation has returned.
    pub(crate) fn respond(&self, _: impl FnOnce() -> String) -> u64 {
        // SeqCst: pairs with `invoke`; all of the operation happens before it.
        self.next.fetch_add(1, Ordering::SeqCst)
    }

    /// Runs `f`. Real threads cannot be stopped.
    pub(crate) fn alone<R>(&self, f: impl FnOnce() -> R) -> R {
        f()
    }

    /// Whether it has waited until no other thread can go on: never, since waiting real threads cannot be told from
    /// slow ones.
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
