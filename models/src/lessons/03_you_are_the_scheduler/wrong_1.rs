//! You are the scheduler. A wrong answer: it loses an update, with one preemption too many.

use Who::{A, B};
use selvedge::sync::atomic::{AtomicU32, Ordering::SeqCst};
use selvedge::sync::{Condvar, Mutex, thread};

/// What can `program` give? Write down every total that can come, and none that cannot.
pub const PREDICTED: &[u32] = &[1, 2];

/// Who goes on, step by step. Each has two steps: it reads the total, and it writes one more than it has read.
pub const SCHEDULE: &[Who] = &[A, B, A, B];

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
