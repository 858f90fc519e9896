//! **Wrong:** a sequence lock without fences around its data.
//!
//! **From:** sequence locks written for one architecture.
//!
//! **Shortest interleaving:** A begins to write · B reads one new half and one old, between two equal numbers.
//!
//! **Seen by** loom and `rc11`. `dpor` and the samplers are sequentially consistent and cannot see it; x86 orders
//! stores and loads so that it seldom shows there, and a compiler may still reorder.

use selvedge::sync::atomic::Ordering;

use crate::memory::Orderings;

/// The orderings that look sufficient on the machine of the author.
#[derive(Debug)]
pub enum SequenceLockWithoutFences {}

impl Orderings for SequenceLockWithoutFences {
    const TELL: Ordering = Ordering::Release;
    const HEAR: Ordering = Ordering::Acquire;
    const FENCES: bool = false;
}
