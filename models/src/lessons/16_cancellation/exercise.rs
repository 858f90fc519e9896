//! Cancellation. Read `lesson.md` first.

use std::time::Duration;

use selvedge::sync::context::Context;
use selvedge::sync::time::Clock;
use selvedge::sync::{select, thread};

/// What can `program` give? Write down every number of steps that can come, and none that cannot.
pub const PREDICTED: &[u32] = &[];

/// Three steps of 100 ms: how many were done when it was called off, if it was.
pub fn work(context: &Context) -> Result<(), u32> {
    for step in 0..3 {
        if context.is_cancelled() {
            return Err(step);
        }
        context.clock().sleep(STEP);
    }
    Ok(())
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

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
