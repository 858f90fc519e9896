//! **Wrong:** a reader looks at the bias, marks that it reads, and does not look again.
//!
//! **From:** a second look that seems to be only for speed.
//!
//! **Shortest interleaving:** A sees the bias · B takes it away, and finds no mark · A marks and reads, while B writes.
//!
//! **Seen by** loom and Shuttle; real threads if the writer comes in the window.

use crate::biased_lock::Decisions;

/// The look that seemed enough.
#[derive(Debug)]
pub enum BiasLookedAtOnce {}

impl Decisions for BiasLookedAtOnce {
    const LOOKS_AGAIN: bool = false;
}
