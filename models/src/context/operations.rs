//! The operations of a context, by itself or through its children and workers: the first cause stays, and whoever waits learns of
//! it. And programs over contexts with a deadline, children and workers.

use selvedge::check::programs::Programs;
use selvedge::sync::context::{Cause, Context};
use selvedge::sync::time::Clock;
use serde::{Deserialize, Serialize};

use super::twins::{ChildOutlivesItsParent, DoneLookedAtOnlyBetweenSteps};
use super::{Family, OwnChildren, STEP, StepRunner, Worker};
use crate::reference::Reference;
use crate::structure::{Orderings, Structure};

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Op {
    /// Calls off.
    Cancel,
    /// Calls off because it is late.
    CancelBecause,
    /// Lets half a step of time pass.
    Advance,
    /// The cause, if there is one.
    Cause,
    /// Answers like a cause that is not named.
    IsCancelled,
    /// Waits for a cause.
    Wait,
    /// Makes a child, and asks it.
    CauseOfAChild,
    /// Makes a child, and waits for its end.
    WaitForAChild,
    /// Works until called off, in a step that takes longer than there is time.
    Work,
}
use Op::{Advance, Cancel, CancelBecause, CauseOfAChild, IsCancelled, Wait, WaitForAChild, Work};

/// A reason to call off.
const LATE: &str = "it is late";

/// The first cause, in words. Nothing is waited for but that there is one.
pub type FirstCause = Reference<Option<String>, Op, Option<String>>;

/// Of one context.
pub const FIRST_CAUSE: FirstCause = Reference { initial: None, apply };

fn apply(first: &mut Option<String>, op: &Op) -> Option<Option<String>> {
    let cause = match op {
        Cancel => Cause::Cancelled,
        CancelBecause => Cause::Because(LATE.into()),
        Advance => Cause::DeadlineExceeded,
        IsCancelled => return Some(first.as_ref().map(|_| String::new())),
        Op::Cause | CauseOfAChild => return Some(first.clone()),
        Wait | WaitForAChild | Work => return first.clone().map(Some),
    };
    first.get_or_insert(cause.to_string());
    Some(None)
}

/// Performs an operation on a context, by a clock.
pub fn perform<F: Family, W: Worker>(clock: &Clock, context: &Context, op: &Op) -> Option<String> {
    match *op {
        Cancel => context.cancel(),
        CancelBecause => context.cancel_because(LATE),
        Advance => clock.advance(STEP / 2),
        IsCancelled => return context.is_cancelled().then(String::new),
        Op::Cause => return context.cause().map(|cause| cause.to_string()),
        Wait => return Some(context.wait().to_string()),
        CauseOfAChild => return F::child(context).cause().map(|cause| cause.to_string()),
        WaitForAChild => return Some(F::child(context).wait().to_string()),
        Work => return work::<W>(context, 1),
    }
    None
}

/// Works for so many steps. Why it stopped, if it did; and in which step, if that was not the first.
pub fn work<W: Worker>(context: &Context, steps: usize) -> Option<String> {
    W::work(context, steps).err().map(|(step, cause)| match step {
        0 => cause.to_string(),
        step => format!("{cause} in step {step}"),
    })
}

/// A context with a deadline after half a step, and its clock.
pub fn with_deadline() -> (Clock, Context) {
    let clock = Clock::manual();
    let context = Context::background(&clock).with_timeout(STEP / 2);
    (clock, context)
}

fn programs<F: Family, W: Worker>() -> Programs<FirstCause, (Clock, Context)> {
    let perform = |(clock, context): &(Clock, Context), op: &Op| perform::<F, W>(clock, context, op);
    Programs::new(FIRST_CAUSE, with_deadline, perform).unblock(|(_, context), _| context.cancel()).after([Op::Cause])
}

/// Programs with a deadline, and several threads that cancel.
fn deadline() -> Programs<FirstCause, (Clock, Context)> {
    programs::<OwnChildren, StepRunner>().operations([Cancel, CancelBecause, Advance, Op::Cause, Wait])
}

fn children<F: Family>() -> Programs<FirstCause, (Clock, Context)> {
    programs::<F, StepRunner>().operations([Cancel, Op::Cause, CauseOfAChild, WaitForAChild])
}

fn workers<W: Worker>() -> Programs<FirstCause, (Clock, Context)> {
    programs::<OwnChildren, W>().operations([Cancel, CancelBecause, Work])
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
            CancelBecause => child.cancel_because(LATE),
            Wait => return Some(asked.wait().to_string()),
            CauseOfAChild => return asked.child().cause().map(|cause| cause.to_string()),
            _ => return asked.cause().map(|cause| cause.to_string()),
        }
        None
    };
    let programs = Programs::new(FIRST_CAUSE, make, perform).unblock(|[parent, ..], _| parent.cancel());
    programs.operations([Cancel, CancelBecause, Op::Cause, Wait, CauseOfAChild])
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
            programs.operations([Cancel, CancelBecause, Advance, CauseOfAChild])
        }),
        Structure::twin("context_children", "ChildOutlivesItsParent", children::<ChildOutlivesItsParent>()),
        Structure::twin("step_runner", "DoneLookedAtOnlyBetweenSteps", workers::<DoneLookedAtOnlyBetweenSteps>()),
    ]
}
