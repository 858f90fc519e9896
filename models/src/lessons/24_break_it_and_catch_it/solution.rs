//! Break it, and catch it. The solution: between its two steps each waits until the other is there too.

use selvedge::sync::atomic::{AtomicU32, Ordering::SeqCst};
use selvedge::sync::{WaitGroup, thread};

/// What can `program` give? Write down every total that can come, and none that cannot.
pub const PREDICTED: &[u32] = &[1, 2];

/// Adds twice, at the same time: the test that is to catch the twin.
pub fn test(twin: &Twin) {
    let both_have_read = WaitGroup::new();
    let [one, other] = [both_have_read.add(), both_have_read.add()];
    let wait = |ticket| {
        drop(ticket);
        both_have_read.wait();
    };
    thread::scope(|scope| {
        scope.spawn(|| twin.add(|| wait(one)));
        twin.add(|| wait(other));
    });
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
