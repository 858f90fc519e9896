//! The document's worker under a context: steps that take time, and an end when it is called off.
//!
//! # Guarantees
//!
//! 1. The worker stops as soon as the context is cancelled, also in the middle of a step
//!    (`context/every_worker_stops`), and says which step it had reached and why
//!    (`context/a_worker_stops_where_it_is`).
//! 2. A step that is over when the context has been cancelled does not count
//!    (`context/a_step_that_ends_after_a_cancel_does_not_count`).
//! 3. No timer is left behind: the document's `time.After` in a loop holds each until it fires
//!    (`context/a_deadline_stops_the_work`).
//!
//! # Cost
//!
//! A timer and a wait a step; no thread.

use std::fmt;
use std::time::Duration;

use crate::sync::context::{Cause, Context};
use crate::sync::select;

/// Takes `steps` steps of the length `step`, and calls `completed` with the number of each, from 0.
///
/// # Errors
///
/// If the context is cancelled before the last step is over.
///
/// ```
/// use std::time::Duration;
/// use selvedge::patterns::step_runner::run_steps;
/// use selvedge::sync::{context::{Cause, Context}, thread, time::Clock};
///
/// # selvedge::check::verify(|| {
/// let clock = Clock::manual();
/// let context = Context::background(&clock).with_timeout(Duration::from_millis(250));
/// let worker = thread::spawn(move || run_steps(&context, 5, Duration::from_secs(1), |_| ()));
/// clock.advance(Duration::from_millis(250));
/// let stopped = worker.join().unwrap().unwrap_err();
/// assert_eq!((stopped.step, stopped.cause), (0, Cause::DeadlineExceeded));
/// # });
/// ```
pub fn run_steps(
    context: &Context,
    steps: usize,
    step: Duration,
    mut completed: impl FnMut(usize),
) -> Result<(), Stopped> {
    for number in 0..steps {
        let timer = context.clock().after(step);
        select! {
            recv(context.done()) -> _ => (),
            recv(timer) -> _ => (),
        }
        // Whichever came first: the cancel counts more.
        if let Some(cause) = context.cause() {
            return Err(Stopped { step: number, cause });
        }
        completed(number);
    }
    Ok(())
}

/// A worker stopped before its last step was over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// The step that it had reached, from 0.
    pub step: usize,
    /// Why it was called off.
    pub cause: Cause,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stopped at step {}: {}", self.step, self.cause)
    }
}

impl std::error::Error for Stopped {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}
