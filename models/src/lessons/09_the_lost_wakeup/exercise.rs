//! The lost wakeup. Read `lesson.md` first.

use selvedge::sync::atomic::{AtomicBool, Ordering::SeqCst};
use selvedge::sync::{Condvar, Mutex, thread};

/// What can `program` give? Write down every pair that can come, and none that cannot: whether the one goes to sleep, whether
/// the other wakes it.
pub const PREDICTED: &[(bool, bool)] = &[];

/// Waits until the event has come.
pub fn wait_for(event: &Event) {
    let mut guard = event.lock.lock();
    while !event.has_come.load(SeqCst) {
        event.changed.wait(&mut guard);
    }
}

/// Says that the event has come, and wakes who waits for it.
pub fn announce(event: &Event) {
    event.has_come.store(true, SeqCst);
    event.changed.notify_one();
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
