//! Publish with the weakest ordering that holds. A wrong answer: it holds, and asks for an agreement of all threads that two do not need.

use selvedge::sync::atomic::Ordering::{self, Relaxed, SeqCst};
use selvedge::sync::atomic::{AtomicBool, AtomicU32};
use selvedge::sync::thread;

/// What can `program` give? Write down everything that can be read, and nothing that cannot: `None` where the flag is not set.
pub const PREDICTED: &[Option<u32>] = &[None, Some(0), Some(42)];

/// How the flag is set.
pub const SET: Ordering = SeqCst;

/// How the flag is looked at.
pub const LOOK: Ordering = SeqCst;

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
