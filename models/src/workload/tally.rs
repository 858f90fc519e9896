//! A sum that grows: the bounds between which a read must lie while other threads add.
//!
//! Every thread records before an addition that it begins, and afterwards that it is done. A reader counts the
//! additions done before its read, and those begun by the time after it: a sum that is smaller has lost an addition, a
//! larger one has made one up. No read has to wait for the other threads to stop.

use selvedge::sync::CachePadded;
use selvedge::sync::atomic::{AtomicU64, Ordering, fence};

/// What each thread has begun to add, and has added.
#[derive(Debug)]
pub struct Tally {
    threads: Box<[CachePadded<Added>]>,
}

/// Written by one thread.
#[derive(Debug, Default)]
struct Added {
    begun: AtomicU64,
    done: AtomicU64,
}

impl Tally {
    /// An empty tally for so many threads.
    pub fn new(threads: usize) -> Self {
        Tally { threads: (0..threads).map(|_| CachePadded::default()).collect() }
    }

    /// Adds `n` as the thread `thread`.
    pub fn add<T>(&self, thread: usize, n: u64, add: impl FnOnce() -> T) -> T {
        let Added { begun, done } = &*self.threads[thread];
        let sum = begun.load(Ordering::Relaxed) + n;
        begun.store(sum, Ordering::Relaxed);
        // Release: pairs with the fence in `most`; a thread that sees what `add` writes sees that it has begun.
        fence(Ordering::Release);
        let added = add();
        // Release: pairs with the Acquire in `look`; a thread that sees that it is done sees what `add` has written.
        done.store(sum, Ordering::Release);
        added
    }

    /// Looks at something that has the sum in it.
    ///
    /// # Errors
    ///
    /// If the sum is impossible; `what` is its name in the message.
    pub fn look<T>(&self, what: &str, look: impl FnOnce() -> T, sum: impl FnOnce(&T) -> u64) -> Result<T, String> {
        // Acquire: pairs with the Release in `add`.
        let least: u64 = self.threads.iter().map(|thread| thread.done.load(Ordering::Acquire)).sum();
        let looked = look();
        let (seen, most) = (sum(&looked), self.most());
        match seen {
            _ if seen < least => Err(format!("{what} is {seen}, and {least} had been added before")),
            _ if seen > most => Err(format!("{what} is {seen}, and no more than {most} was ever added")),
            _ => Ok(looked),
        }
    }

    /// The sum of all begun additions: no sum that was seen before can be larger.
    pub fn most(&self) -> u64 {
        // Acquire: pairs with the fence in `add`.
        fence(Ordering::Acquire);
        self.threads.iter().map(|thread| thread.begun.load(Ordering::Relaxed)).sum()
    }

    /// The sum of all additions, when no thread adds any more.
    pub fn total(&self) -> u64 {
        self.threads.iter().map(|thread| thread.done.load(Ordering::Acquire)).sum()
    }
}
