//! The lost wakeup. A wrong answer: a second look only makes the window smaller.

use selvedge::sync::atomic::{AtomicBool, Ordering::SeqCst};
use selvedge::sync::{Condvar, Mutex, thread};

/// What can `program` give? Write down every pair that can come, and none that cannot: whether the one goes to sleep, whether
/// the other wakes it.
pub const PREDICTED: &[(bool, bool)] = &[(false, false), (true, false), (true, true)];

/// Waits until the event has come.
pub fn wait_for(event: &Event) {
    let mut guard = event.lock.lock();
    while !event.has_come.load(SeqCst) {
        if !event.has_come.load(SeqCst) {
            event.changed.wait(&mut guard);
        }
    }
}

/// Says that the event has come, and wakes who waits for it.
pub fn announce(event: &Event) {
    event.has_come.store(true, SeqCst);
    event.changed.notify_one();
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

use selvedge::check::require;

/// Something that comes once, and that others wait for.
#[derive(Debug)]
pub struct Event {
    has_come: AtomicBool,
    lock: Mutex<()>,
    changed: Condvar,
}

/// A wait and an announcement in slow motion: one looks whether the event has come, and lies down if it has not; the other says
/// that it has come, and wakes who lies there.
pub fn program() -> (bool, bool) {
    let (has_come, asleep) = (AtomicBool::new(false), AtomicBool::new(false));
    thread::scope(|scope| {
        let announcer = scope.spawn(|| {
            has_come.store(true, SeqCst);
            asleep.load(SeqCst)
        });
        let sleeps = !has_come.load(SeqCst);
        if sleeps {
            asleep.store(true, SeqCst);
        }
        (sleeps, announcer.join().unwrap())
    })
}

/// Who waits for the event goes on when it has come.
pub fn check() {
    let event = Event { has_come: AtomicBool::new(false), lock: Mutex::new(()), changed: Condvar::new() };
    thread::scope(|scope| {
        scope.spawn(|| announce(&event));
        wait_for(&event);
        require(event.has_come.load(SeqCst), || "who waits goes on before the event has come".to_owned());
    });
}
