//! **Wrong:** a spin lock is released with `Relaxed`.
//!
//! **From:** locks that were tested on x86 alone.
//!
//! **Shortest interleaving:** A writes and unlocks · B locks, and reads what was there before.
//!
//! **Seen by** loom and `rc11`; by `dpor` and the samplers as the data race that it is, though they are sequentially
//! consistent. On real threads x86 orders stores and loads so that it seldom shows there, and a compiler may still
//! reorder.

use selvedge::sync::atomic::Ordering;

use crate::memory::Orderings;

/// The orderings that look sufficient on the machine of the author.
#[derive(Debug)]
pub enum SpinLockReleasedWithRelaxed {}

impl Orderings for SpinLockReleasedWithRelaxed {
    const TELL: Ordering = Ordering::Relaxed;
    const HEAR: Ordering = Ordering::Acquire;
}
