//! Store buffering. A wrong answer: a Release store and an Acquire load order what is around a value that was read, and here 0 was read.

use selvedge::sync::atomic::AtomicU32;
use selvedge::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use selvedge::sync::thread;

/// What can `program` give? Write down every pair that can come, and none that cannot.
pub const PREDICTED: &[(u32, u32)] = &[(0, 0), (0, 1), (1, 0), (1, 1)];

/// Says that this one is here, and looks whether the other is.
pub fn arrive(mine: &AtomicU32, other: &AtomicU32) -> u32 {
    mine.store(1, Release);
    other.load(Acquire)
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
