//! **Wrong:** a reader by a free bias does not fence, and a writer takes the bias away with an ordinary fence.
//!
//! **From:** a fence that seems to be one side's affair: two fences of different kinds order nothing.
//!
//! **Shortest interleaving:** A's mark waits in its store buffer · B takes the bias, fences, and finds no mark · A, which sees
//! the bias still, reads while B writes.
//!
//! **Seen by** loom and `rc11`, and by real threads of x86 too, seldom. `dpor` and the samplers are sequentially
//! consistent and cannot see it.

use crate::biased_lock::{Decisions, ThatFrees};

/// The fence that is cheaper.
#[derive(Debug)]
pub enum FreeBiasTakenWithAFence {}

impl Decisions for FreeBiasTakenWithAFence {
    const FREES: bool = true;
    const HEAVY: bool = false;
    const KEEP: Option<selvedge::sync::atomic::Ordering> = ThatFrees::KEEP;
}
