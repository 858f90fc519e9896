//! Cancellation: every worker stops, reports its step and the cause, and leaves nothing behind.

mod checks;
pub mod operations;
pub mod twins;
mod workload;

use std::time::Duration;

use selvedge::patterns::step_runner::{Stopped, run_steps};
use selvedge::sync::context::{Cause, Context};

use crate::room::Room;

pub(crate) const ROOM: Room =
    Room { checks: checks::checks, structures: operations::structures, workloads: workload::entries };

pub(crate) const STEP: Duration = Duration::from_millis(100);

/// A worker that takes steps until it is done or cancelled.
pub trait Worker {
    /// Takes `steps` steps of 100 ms. The error has the step at which it stopped, and why.
    fn work(context: &Context, steps: usize) -> Result<(), (usize, Cause)>;
}

/// The document's worker.
#[derive(Debug)]
pub enum StepRunner {}

impl Worker for StepRunner {
    fn work(context: &Context, steps: usize) -> Result<(), (usize, Cause)> {
        run_steps(context, steps, STEP, |_| ()).map_err(|Stopped { step, cause }| (step, cause))
    }
}

/// Makes children.
pub trait Family {
    /// A context that ends with its parent at the latest.
    fn child(parent: &Context) -> Context;
}

/// The context's own.
#[derive(Debug)]
pub enum OwnChildren {}

impl Family for OwnChildren {
    fn child(parent: &Context) -> Context {
        parent.child()
    }
}
