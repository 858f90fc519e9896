//! Break it, and catch it. A wrong answer: to let others go first is no promise that they go.

use selvedge::sync::atomic::{AtomicU32, Ordering::SeqCst};
use selvedge::sync::thread;

/// What can `program` give? Write down every total that can come, and none that cannot.
pub const PREDICTED: &[u32] = &[1, 2];

/// Adds twice, at the same time: the test that is to catch the twin.
pub fn test(twin: &Twin) {
    thread::scope(|scope| {
        scope.spawn(|| twin.add(thread::yield_now));
        twin.add(thread::yield_now);
    });
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
