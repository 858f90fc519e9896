//! What a tool cannot see. The solution: all four are in the one order of SeqCst operations, in which the algorithm was proven.

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
    !wants[other].load(SeqCst) || turn.load(SeqCst) == me
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
