//! **Wrong:** the flag that announces a value is stored with `Relaxed`.
//!
//! **From:** "it is only a bool".
//!
//! **Shortest interleaving:** A writes the value and the flag · B sees the flag, and not the value.
//!
//! **Seen by** loom and `rc11`; by `dpor` and the samplers as the data race that it is, though they are sequentially
//! consistent. On real threads x86 orders stores and loads so that it seldom shows there, and a compiler may still
//! reorder.

use selvedge::sync::atomic::Ordering;

use crate::memory::Orderings;

/// The orderings that look sufficient on the machine of the author.
#[derive(Debug)]
pub enum PublishWithRelaxed {}

impl Orderings for PublishWithRelaxed {
    const TELL: Ordering = Ordering::Relaxed;
    const HEAR: Ordering = Ordering::Acquire;
}
