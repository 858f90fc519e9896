//! The document's pattern 5: atomic operations against a mutex, and a striped counter for many
//! writers.
//!
//! # Guarantees
//!
//! 1. The total is exact after any number of threads (`counter/*_total_is_exact`).
//! 2. `fetch_add` returns each value once (`counter/*_hands_out_each_value_once`).
//! 3. [`StripedCounter::sum`] is exact when nobody adds. While others add, it counts every addition that happens before
//!    the sum, none that the sum happens before, and perhaps some of those that are concurrent with it. So it need not
//!    be the total of a moment: of two threads that each add and then sum up, both may miss the other's addition, on a
//!    machine with weak orderings (`what_orderings_let_see_is_found_under_loom`).
//! 4. The operations of [`AtomicCounter`] and [`StripedCounter`] are lock-free (`programs/counter_*_lock_free`).
//!
//! # Cost
//!
//! | counter | add | read |
//! |---|---|---|
//! | [`AtomicCounter`] | one read-modify-write of a line that all writers share | a load |
//! | [`MutexCounter`] | a lock and an unlock | a lock and an unlock |
//! | [`StripedCounter`] | one read-modify-write of a line that few share | a load a stripe |
//!
//! Every ordering is relaxed: a counter orders nothing but itself. Who reads it after a join or a
//! wait sees what came before by the join.

use std::fmt;

use crate::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use crate::sync::{CachePadded, Compound, Mutex};

/// A counter in one atomic.
///
/// ```
/// use selvedge::patterns::counter::AtomicCounter;
/// use selvedge::sync::thread;
///
/// # selvedge::check::verify(|| {
/// let visits = AtomicCounter::new();
/// thread::scope(|scope| {
///     scope.spawn(|| visits.add(1));
///     scope.spawn(|| visits.add(2));
/// });
/// assert_eq!(visits.get(), 3);
/// # });
/// ```
pub struct AtomicCounter {
    compound: Compound,
    value: AtomicU64,
}

impl Default for AtomicCounter {
    #[track_caller]
    fn default() -> Self {
        AtomicCounter::new()
    }
}

impl fmt::Debug for AtomicCounter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AtomicCounter").finish_non_exhaustive()
    }
}

impl AtomicCounter {
    /// A counter at zero.
    #[track_caller]
    pub fn new() -> Self {
        AtomicCounter { compound: Compound::new("counter"), value: AtomicU64::new(0) }
    }

    /// Adds; wraps at `u64::MAX`.
    #[track_caller]
    #[inline]
    pub fn add(&self, n: u64) {
        self.fetch_add(n);
    }

    /// Adds, and returns the value before.
    #[track_caller]
    #[inline]
    pub fn fetch_add(&self, n: u64) -> u64 {
        self.compound.call("add to", || {
            // Relaxed: each value comes out once by the modification order of this one atomic.
            self.value.fetch_add(n, Ordering::Relaxed)
        })
    }

    /// The value at this moment.
    #[track_caller]
    #[inline]
    pub fn get(&self) -> u64 {
        self.compound.call("read", || {
            // Relaxed: see the module.
            self.value.load(Ordering::Relaxed)
        })
    }
}

/// A counter behind a mutex, for comparison.
///
/// ```
/// use selvedge::patterns::counter::MutexCounter;
/// use selvedge::sync::thread;
///
/// # selvedge::check::verify(|| {
/// let visits = MutexCounter::new();
/// thread::scope(|scope| {
///     scope.spawn(|| visits.add(1));
///     scope.spawn(|| visits.add(2));
/// });
/// assert_eq!(visits.get(), 3);
/// # });
/// ```
pub struct MutexCounter {
    compound: Compound,
    value: Mutex<u64>,
}

impl Default for MutexCounter {
    #[track_caller]
    fn default() -> Self {
        MutexCounter::new()
    }
}

impl fmt::Debug for MutexCounter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutexCounter").finish_non_exhaustive()
    }
}

impl MutexCounter {
    /// A counter at zero.
    #[track_caller]
    pub fn new() -> Self {
        MutexCounter { compound: Compound::new("counter"), value: Mutex::new(0) }
    }

    /// Adds; wraps at `u64::MAX`.
    #[track_caller]
    pub fn add(&self, n: u64) {
        self.fetch_add(n);
    }

    /// Adds, and returns the value before.
    #[track_caller]
    pub fn fetch_add(&self, n: u64) -> u64 {
        self.compound.call("add to", || {
            let mut value = self.value.lock();
            let before = *value;
            *value = before.wrapping_add(n);
            before
        })
    }

    /// The value at this moment.
    #[track_caller]
    pub fn get(&self) -> u64 {
        self.compound.call("read", || *self.value.lock())
    }
}

/// A counter in several atomics, each in a cache line of its own, for many writers.
///
/// ```
/// use selvedge::patterns::counter::StripedCounter;
/// use selvedge::sync::thread;
///
/// # selvedge::check::verify(|| {
/// let visits = StripedCounter::new(2).unwrap();
/// thread::scope(|scope| {
///     scope.spawn(|| visits.handle().add(1));
///     scope.spawn(|| visits.handle().add(2));
/// });
/// assert_eq!(visits.sum(), 3);
/// # });
/// ```
pub struct StripedCounter {
    compound: Compound,
    stripes: Box<[CachePadded<AtomicU64>]>,
    /// The stripe of the next handle, counted without end.
    next: AtomicUsize,
}

impl StripedCounter {
    /// A counter at zero, in so many stripes: as many as there are writers at once is enough.
    ///
    /// # Errors
    ///
    /// If there is no stripe.
    #[track_caller]
    pub fn new(stripes: usize) -> Result<Self, NoStripe> {
        if stripes == 0 {
            return Err(NoStripe);
        }
        let stripes = (0..stripes).map(|_| CachePadded::new(AtomicU64::new(0))).collect();
        Ok(StripedCounter { compound: Compound::new("counter"), stripes, next: AtomicUsize::new(0) })
    }

    /// A writer's stripe. A thread keeps its handle: taking one is a write to a line that all share.
    #[track_caller]
    pub fn handle(&self) -> StripedHandle<'_> {
        self.compound.call("take a stripe of", || {
            // Relaxed: any stripe will do.
            let next = self.next.fetch_add(1, Ordering::Relaxed);
            StripedHandle { counter: self.compound, stripe: &self.stripes[next % self.stripes.len()] }
        })
    }

    /// The sum of the stripes, each read once; wraps at `u64::MAX`.
    #[track_caller]
    pub fn sum(&self) -> u64 {
        self.compound.call("sum up", || {
            // Relaxed: see the module.
            self.stripes.iter().fold(0_u64, |sum, stripe| sum.wrapping_add(stripe.load(Ordering::Relaxed)))
        })
    }
}

/// A writer of a [`StripedCounter`].
#[derive(Clone, Copy)]
pub struct StripedHandle<'a> {
    counter: Compound,
    stripe: &'a AtomicU64,
}

impl StripedHandle<'_> {
    /// Adds; wraps at `u64::MAX`.
    #[track_caller]
    #[inline]
    pub fn add(&self, n: u64) {
        self.counter.call("add to", || {
            // Relaxed: see the module.
            self.stripe.fetch_add(n, Ordering::Relaxed);
        })
    }
}

impl fmt::Debug for StripedHandle<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StripedHandle").finish_non_exhaustive()
    }
}

/// A counter of no stripes has no place for a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoStripe;

impl fmt::Display for NoStripe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a striped counter needs at least one stripe")
    }
}

impl std::error::Error for NoStripe {}

impl fmt::Debug for StripedCounter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StripedCounter").field("stripes", &self.stripes.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::verify;

    #[test]
    fn a_counter_needs_a_stripe() {
        assert_eq!(StripedCounter::new(0).map(drop), Err(NoStripe));
    }

    #[test]
    fn handles_go_round_the_stripes() {
        verify(|| {
            let counter = StripedCounter::new(2).expect("two are enough");
            (1..=3).for_each(|n| counter.handle().add(n));
            let stripes: Vec<u64> = counter.stripes.iter().map(|stripe| stripe.load(Ordering::Relaxed)).collect();
            assert_eq!(stripes, [4, 2]);
        });
    }
}
