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
