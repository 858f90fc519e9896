//! Fences and counts. The solution: each releases what it wrote, and the last acquires it from all of them.

use selvedge::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use selvedge::sync::atomic::{AtomicU32, fence};
use selvedge::sync::thread;

/// What can `program` give? Write down every sum that can come, and none that cannot.
pub const PREDICTED: &[u32] = &[1, 2];

/// Gives up a share: whether it was the last, after which everything that others wrote has to be seen.
pub fn leave(shares: &AtomicU32) -> bool {
    let is_last = shares.fetch_sub(1, Release) == 1;
    if is_last {
        fence(Acquire);
    }
    is_last
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
