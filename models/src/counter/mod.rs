//! Counters: exact totals, and each value handed out once.

mod checks;
pub mod operations;
pub mod twins;
mod workload;

use selvedge::patterns::counter::{AtomicCounter, MutexCounter, StripedCounter};

use crate::room::Room;

pub(crate) const ROOM: Room =
    Room { checks: checks::checks, structures: operations::structures, workloads: workload::entries };

/// A number that threads add to.
pub trait Counter: Send + Sync + Sized + 'static {
    /// A counter at zero.
    fn new() -> Self;
    /// Adds.
    fn add(&self, n: u64);
    /// The total, when no thread adds any more.
    fn total(&self) -> u64;
}

/// A counter that hands out numbers.
pub trait FetchAdd: Counter {
    /// Adds, and returns the value before.
    fn fetch_add(&self, n: u64) -> u64;
}

macro_rules! counter {
    ($counter:ident) => {
        impl Counter for $counter {
            fn new() -> Self {
                $counter::new()
            }

            fn add(&self, n: u64) {
                self.add(n);
            }

            fn total(&self) -> u64 {
                self.get()
            }
        }

        impl FetchAdd for $counter {
            fn fetch_add(&self, n: u64) -> u64 {
                self.fetch_add(n)
            }
        }
    };
}

counter!(AtomicCounter);
counter!(MutexCounter);

impl Counter for StripedCounter {
    fn new() -> Self {
        StripedCounter::new(2).expect("two stripes are a valid count")
    }

    fn add(&self, n: u64) {
        self.handle().add(n);
    }

    fn total(&self) -> u64 {
        self.sum()
    }
}
