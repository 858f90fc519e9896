//! Fences and counts. A wrong answer: what is released has to be acquired, and nobody does.

use selvedge::sync::atomic::AtomicU32;
use selvedge::sync::atomic::Ordering::{Relaxed, Release};
use selvedge::sync::thread;

/// What can `program` give? Write down every sum that can come, and none that cannot.
pub const PREDICTED: &[u32] = &[1, 2];

/// Gives up a share: whether it was the last, after which everything that others wrote has to be seen.
pub fn leave(shares: &AtomicU32) -> bool {
    shares.fetch_sub(1, Release) == 1
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
