//! **Wrong:** a worker that is called off leaves the timer of its step behind.
//!
//! **From:** the document's `time.After` in a loop: each holds its timer until it fires.
//!
//! **Shortest interleaving:** the worker sets its timer · it is called off · the timer is still there.
//!
//! **Seen by** every engine; real threads if the worker had begun its step. The outcome is right: only a count of the
//! timers shows the defect.

use selvedge::sync::context::{Cause, Context};
use selvedge::sync::select;

use crate::context::{STEP, Worker};

/// A worker that stops none of its timers.
#[derive(Debug)]
pub enum TimerOutlivesItsContext {}

impl Worker for TimerOutlivesItsContext {
    fn work(context: &Context, steps: usize) -> Result<(), (usize, Cause)> {
        for step in 0..steps {
            let timer = context.clock().after(STEP);
            select! {
                recv(context.done()) -> _ => (),
                recv(timer) -> _ => (),
            }
            std::mem::forget(timer);
            if let Some(cause) = context.cause() {
                return Err((step, cause));
            }
        }
        Ok(())
    }
}
