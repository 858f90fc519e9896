//! **Wrong:** an owner leaves with `Relaxed`, and the last one frees without an `Acquire`.
//!
//! **From:** a count that is only a statistic needs no more, but this is no statistic.
//!
//! **Shortest interleaving:** A reads and leaves · B leaves as the last and frees, before A's read has happened.
//!
//! **Seen by** loom and `rc11`; by `dpor` and the samplers as the data race that it is, though they are sequentially
//! consistent. On real threads x86 orders stores and loads so that it seldom shows there, and a compiler may still
//! reorder.

use selvedge::sync::atomic::Ordering;

use crate::memory::Orderings;

/// The orderings that look sufficient on the machine of the author.
#[derive(Debug)]
pub enum ReferenceCountWithRelaxed {}

impl Orderings for ReferenceCountWithRelaxed {
    const TELL: Ordering = Ordering::Relaxed;
    const HEAR: Ordering = Ordering::Relaxed;
    const FENCES: bool = false;
}
