use selvedge::check::require;

/// A step takes this long.
const STEP: Duration = Duration::from_millis(100);

/// How many of two steps a worker has done when its time of 200 ms is up.
pub fn program() -> u32 {
    let clock = Clock::manual();
    let context = Context::background(&clock).with_timeout(2 * STEP);
    let theirs = context.clone();
    let worker = thread::spawn(move || {
        for step in 0..2 {
            select! {
                recv(theirs.done()) -> _ => return step,
                timeout(theirs.clock(), STEP) => (),
            }
        }
        2
    });
    clock.advance(STEP);
    clock.advance(STEP);
    worker.join().unwrap()
}

/// Work that is called off ends, though no time passes any more.
pub fn check() {
    let context = Context::background(&Clock::manual());
    let theirs = context.clone();
    let worker = thread::spawn(move || work(&theirs));
    context.cancel();
    let done = worker.join().unwrap();
    require(done == Err(0), || format!("the work is called off in its first step, and says {done:?}"));
}
