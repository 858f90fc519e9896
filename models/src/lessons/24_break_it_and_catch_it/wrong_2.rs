//! Break it, and catch it. A wrong answer: a test that tries three times has three chances, and no certainty.

use selvedge::sync::atomic::{AtomicU32, Ordering::SeqCst};
use selvedge::sync::thread;

/// What can `program` give? Write down every total that can come, and none that cannot.
pub const PREDICTED: &[u32] = &[1, 2];

/// Adds twice, at the same time: the test that is to catch the twin.
pub fn test(twin: &Twin) {
    for _ in 0..3 {
        twin.total.store(0, SeqCst);
        thread::scope(|scope| {
            scope.spawn(|| twin.add(|| ()));
            twin.add(|| ());
        });
        if twin.total.load(SeqCst) == 1 {
            return;
        }
    }
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
