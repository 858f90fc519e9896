//! **Wrong:** a reader takes its mark away with `Relaxed`.
//!
//! **From:** a flag that seems to say only that a reader has left.
//!
//! **Shortest interleaving:** A reads and takes its mark away · B finds no mark, and writes: nothing orders the two.
//!
//! **Seen by** loom and `rc11`; by `dpor` and the samplers as the data race that it is, though they are sequentially
//! consistent. On real threads x86 orders loads before later stores, so that it does not show there, and a compiler may
//! still reorder.

use selvedge::sync::atomic::Ordering;

use crate::biased_lock::Decisions;

/// The ordering that looks sufficient on the machine of the author.
#[derive(Debug)]
pub enum MarkGoneWithRelaxed {}

impl Decisions for MarkGoneWithRelaxed {
    const LEAVE: Ordering = Ordering::Relaxed;
}
