//! Break it, and catch it. Read `lesson.md` first.

use selvedge::sync::atomic::{AtomicU32, Ordering::SeqCst};
use selvedge::sync::thread;

/// What can `program` give? Write down every total that can come, and none that cannot.
pub const PREDICTED: &[u32] = &[];

/// Adds twice, at the same time: the test that is to catch the twin.
pub fn test(twin: &Twin) {
    thread::scope(|scope| {
        scope.spawn(|| twin.add(|| ()));
        twin.add(|| ());
    });
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
