//! Store buffering. The solution: there is one order of all SeqCst operations, and in it one of the stores comes before the other load.

use selvedge::sync::atomic::AtomicU32;
use selvedge::sync::atomic::Ordering::{Relaxed, SeqCst};
use selvedge::sync::thread;

/// What can `program` give? Write down every pair that can come, and none that cannot.
pub const PREDICTED: &[(u32, u32)] = &[(0, 0), (0, 1), (1, 0), (1, 1)];

/// Says that this one is here, and looks whether the other is.
pub fn arrive(mine: &AtomicU32, other: &AtomicU32) -> u32 {
    mine.store(1, SeqCst);
    other.load(SeqCst)
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
