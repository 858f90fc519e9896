//! Programs over contexts: with a deadline, children and workers.

use selvedge::check::programs::Programs;
use selvedge::sync::context::Context;
use selvedge::sync::time::Clock;

use super::operations::Op::{Advance, Cancel, CancelBecause, CauseOfAChild, IsCancelled, Wait, WaitForAChild, Work};
use super::operations::{FirstCause, Op, perform};
use super::twins::{ChildOutlivesItsParent, DoneLookedAtOnlyBetweenSteps};
use super::{Family, OwnChildren, STEP, StepRunner, Worker};
use crate::structure::{Orderings, Structure};

fn programs<F: Family, W: Worker>() -> Programs<FirstCause, (Clock, Context)> {
    let make = || {
        let clock = Clock::manual();
        let context = Context::background(&clock).with_timeout(STEP / 2);
        (clock, context)
    };
    let perform = |(clock, context): &(Clock, Context), op: &Op| perform::<F, W>(clock, context, op);
    Programs::new(FirstCause, make, perform).unblock(|(_, context), _| context.cancel()).after([Op::Cause])
}

/// Programs with a deadline, and several threads that cancel.
fn deadline() -> Programs<FirstCause, (Clock, Context)> {
    programs::<OwnChildren, StepRunner>().operations([Cancel, CancelBecause("it is late"), Advance, Op::Cause, Wait])
}

fn children<F: Family>() -> Programs<FirstCause, (Clock, Context)> {
    programs::<F, StepRunner>().operations([Cancel, Op::Cause, CauseOfAChild, WaitForAChild])
}

fn workers<W: Worker>() -> Programs<FirstCause, (Clock, Context)> {
    programs::<OwnChildren, W>().operations([Cancel, CancelBecause("it is late"), Work])
}

/// A child, cancelled with its parent or by itself: of three contexts the last is asked, which is the child or a
/// grandchild.
fn family(grandchild: bool) -> Programs<FirstCause, [Context; 3]> {
    let make = move || {
        let parent = Context::background(&Clock::manual()).child();
        let child = parent.child();
        let asked = if grandchild { child.child() } else { child.clone() };
        [parent, child, asked]
    };
    let perform = |[parent, child, asked]: &[Context; 3], op: &Op| {
        match *op {
            Cancel => parent.cancel(),
            CancelBecause(reason) => child.cancel_because(reason),
            Wait => return Some(asked.wait().to_string()),
            CauseOfAChild => return asked.child().cause().map(|cause| cause.to_string()),
            _ => return asked.cause().map(|cause| cause.to_string()),
        }
        None
    };
    let programs = Programs::new(FirstCause, make, perform).unblock(|[parent, ..], _| parent.cancel());
    programs.operations([Cancel, CancelBecause("it is late"), Op::Cause, Wait, CauseOfAChild])
}

pub(super) fn structures() -> Vec<Structure> {
    vec![
        Structure::new("context", "Context", deadline()).with_orderings(Orderings::Hidden),
        Structure::new("context_child", "Context", family(false)).with_orderings(Orderings::Hidden),
        Structure::new("context_grandchild", "Context", family(true)).with_orderings(Orderings::Hidden),
        Structure::new("context_children", "Context", children::<OwnChildren>()).with_orderings(Orderings::Hidden),
        Structure::new("step_runner", "run_steps", workers::<StepRunner>()).with_orderings(Orderings::Hidden),
        Structure::lock_free("context_lock_free", "Context::is_cancelled", {
            let programs = programs::<OwnChildren, StepRunner>().lock_free([IsCancelled, Op::Cause]);
            programs.operations([Cancel, CancelBecause("it is late"), Advance, CauseOfAChild])
        }),
        Structure::twin("context_children", "ChildOutlivesItsParent", children::<ChildOutlivesItsParent>()),
        Structure::twin("step_runner", "DoneLookedAtOnlyBetweenSteps", workers::<DoneLookedAtOnlyBetweenSteps>()),
    ]
}
