//! **Wrong:** a reader marks by a free bias, without a fence, and goes on when it sees any bias again.
//!
//! **From:** a second look that asks whether there is a bias, as it did when there was one kind.
//!
//! **Shortest interleaving:** A sees a free bias · B takes it, finds no mark, writes, and gives one with a fence · A's mark waits
//! in its store buffer, and A sees that bias · B takes it with an ordinary fence, finds no mark, and writes while A reads.
//!
//! **Seen by** loom and `rc11`. `dpor` and the samplers are sequentially consistent and cannot see it.

use crate::biased_lock::{Decisions, ThatFrees};

/// The look that had one kind of bias to find.
#[derive(Debug)]
pub enum AnotherBiasIsAsGood {}

impl Decisions for AnotherBiasIsAsGood {
    const FREES: bool = true;
    const SAME: bool = false;
    const KEEP: Option<selvedge::sync::atomic::Ordering> = ThatFrees::KEEP;
}
