//! What a tool cannot see. A wrong answer: strong stores, and loads that need not see them.

use selvedge::sync::atomic::Ordering::{Acquire, Release, SeqCst};
use selvedge::sync::atomic::{AtomicBool, AtomicUsize};
use selvedge::sync::thread;

/// What can `program` give under `rc11`? Write down every pair that can come, and none that cannot.
pub const PREDICTED: &[(bool, bool)] = &[(false, false), (false, true), (true, false), (true, true)];

/// Peterson's lock, tried once: whether thread `me`, 0 or 1, may enter.
pub fn try_enter(wants: &[AtomicBool; 2], turn: &AtomicUsize, me: usize) -> bool {
    let other = 1 - me;
    wants[me].store(true, SeqCst);
    turn.store(other, SeqCst);
    !wants[other].load(Acquire) || turn.load(Acquire) == me
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
