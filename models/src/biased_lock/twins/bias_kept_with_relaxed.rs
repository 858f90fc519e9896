//! **Wrong:** a writer gives the bias back with `Relaxed`.
//!
//! **From:** the gate, which the writer still holds, and which orders writers and the readers that go through it.
//!
//! **Shortest interleaving:** A writes, and gives the bias back · B goes past the gate, and reads what was there before A.
//!
//! **Seen by** loom and `rc11`; by `dpor` and the samplers as the data race that it is, though they are sequentially
//! consistent. On real threads x86 keeps stores in order, so that it does not show there, and a compiler may still
//! reorder.

use selvedge::sync::atomic::Ordering;

use crate::biased_lock::Decisions;

/// The ordering that seems enough under a lock.
#[derive(Debug)]
pub enum BiasKeptWithRelaxed {}

impl Decisions for BiasKeptWithRelaxed {
    const KEEP: Option<Ordering> = Some(Ordering::Relaxed);
}
