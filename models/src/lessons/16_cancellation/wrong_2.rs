//! Cancellation. A wrong answer: the cancellation ends the wait, and not the work.

use std::time::Duration;

use selvedge::sync::context::Context;
use selvedge::sync::time::Clock;
use selvedge::sync::{select, thread};

/// What can `program` give? Write down every number of steps that can come, and none that cannot.
pub const PREDICTED: &[u32] = &[0, 1, 2];

/// Three steps of 100 ms: how many were done when it was called off, if it was.
pub fn work(context: &Context) -> Result<(), u32> {
    for step in 0..3 {
        select! {
            recv(context.done()) -> _ => continue,
            timeout(context.clock(), STEP) => (),
        }
        if context.is_cancelled() {
            return Err(step);
        }
    }
    Ok(())
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
