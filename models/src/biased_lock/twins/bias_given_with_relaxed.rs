//! **Wrong:** a reader gives the bias with `Relaxed`.
//!
//! **From:** a flag that seems to say only that a thread may pass.
//!
//! **Shortest interleaving:** A writes · B reads through the gate, and gives the bias · C goes past the gate, and reads
//! what was there before A.
//!
//! **Seen by** loom and `rc11`; by `dpor` and the samplers as the data race that it is, though they are sequentially
//! consistent. On real threads x86 keeps stores in order, so that it does not show there, and a compiler may still
//! reorder.

use selvedge::sync::atomic::Ordering;

use crate::biased_lock::Decisions;

/// The ordering that looks sufficient on the machine of the author.
#[derive(Debug)]
pub enum BiasGivenWithRelaxed {}

impl Decisions for BiasGivenWithRelaxed {
    const GIVE: Ordering = Ordering::Relaxed;
}
