//! **Wrong:** a reader marks and looks at the bias, a writer takes the bias and looks at the marks, and neither fences.
//!
//! **From:** Dekker's algorithm, which needs the order of a store and a later load: the one that x86 does not keep.
//!
//! **Shortest interleaving:** A's mark waits in its store buffer · B takes the bias, and finds no mark · A, which sees the
//! bias still, reads while B writes.
//!
//! **Seen by** loom and `rc11`, and by real threads of x86 too, seldom. `dpor` and the samplers are sequentially
//! consistent and cannot see it.

use crate::biased_lock::Decisions;

/// The orderings that look sufficient where stores and loads are taken to be in order.
#[derive(Debug)]
pub enum MarkWithoutFences {}

impl Decisions for MarkWithoutFences {
    const FENCES: bool = false;
}
