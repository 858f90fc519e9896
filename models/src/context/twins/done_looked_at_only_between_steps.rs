//! **Wrong:** the worker looks whether it is cancelled before each step, and not while it waits.
//!
//! **From:** a loop over `ctx.Err()` with a `time.Sleep` in it.
//!
//! **Shortest interleaving:** the worker looks · it is cancelled · it waits for a step that nobody needs any more, as
//! long as the step takes.
//!
//! **Seen by** every engine, since in a check time passes only when a thread says so. On real threads it looks like a
//! slow shutdown.

use selvedge::sync::context::{Cause, Context};

use crate::context::{STEP, Worker};

/// A worker that sleeps through its own cancellation.
#[derive(Debug)]
pub enum DoneLookedAtOnlyBetweenSteps {}

impl Worker for DoneLookedAtOnlyBetweenSteps {
    fn work(context: &Context, steps: usize) -> Result<(), (usize, Cause)> {
        for step in 0..steps {
            if let Some(cause) = context.cause() {
                return Err((step, cause));
            }
            context.clock().sleep(STEP);
        }
        Ok(())
    }
}
