//! **Wrong:** the first look of a double-checked initialization is `Relaxed`.
//!
//! **From:** the double-checked locking of the nineties (Bacon and others, "The double-checked locking is broken declaration").
//!
//! **Shortest interleaving:** A initializes and says so · B sees that without the lock, and reads nothing.
//!
//! **Seen by** loom and `rc11`; by `dpor` and the samplers as the data race that it is, though they are sequentially
//! consistent. On real threads x86 orders stores and loads so that it seldom shows there, and a compiler may still
//! reorder.

use selvedge::sync::atomic::Ordering;

use crate::memory::Orderings;

/// The orderings that look sufficient on the machine of the author.
#[derive(Debug)]
pub enum DoubleCheckedWithRelaxed {}

impl Orderings for DoubleCheckedWithRelaxed {
    const TELL: Ordering = Ordering::Relaxed;
    const HEAR: Ordering = Ordering::Relaxed;
}
