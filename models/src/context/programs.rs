//! Contexts: the first cause stays, waiters learn of it, and a child never misses its parent's end.

use selvedge::check::linearizability::{Next, Specification};
use selvedge::check::programs::Programs;
use selvedge::sync::context::{Cause, Context};
use selvedge::sync::time::Clock;

use super::twins::{ChildOutlivesItsParent, DoneLookedAtOnlyBetweenSteps};
use super::{Family, OwnChildren, STEP, StepRunner, Worker};
use crate::structure::{Orderings, Structure};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Op {
    Cancel,
    CancelBecause(&'static str),
    /// Lets the time of the deadline come.
    Advance,
    Cause,
    /// Answers whether there is a cause, without naming it.
    IsCancelled,
    Wait,
    /// Makes a child, and asks it.
    CauseOfAChild,
    /// Makes a child, and waits for its end.
    WaitForAChild,
    /// Works until cancelled, in a step that takes longer than the deadline.
    Work,
}
use Op::{Advance, Cancel, CancelBecause, CauseOfAChild, IsCancelled, Wait, WaitForAChild, Work};

/// The first cause. A wait is only for the first cause.
struct FirstCause;

impl Specification for FirstCause {
    type State = Option<String>;
    type Op = Op;
    type Ret = Option<String>;

    fn initial(&self) -> Self::State {
        None
    }

    fn step(&self, first: &Self::State, op: &Op, ret: Option<&Self::Ret>, next: &mut Next<Self::State>) {
        let cause = match op {
            Cancel => Some(Cause::Cancelled),
            CancelBecause(reason) => Some(Cause::Because((*reason).into())),
            Advance => Some(Cause::DeadlineExceeded),
            Op::Cause | IsCancelled | CauseOfAChild => None,
            Wait | WaitForAChild | Work if first.is_none() => return,
            Wait | WaitForAChild | Work => None,
        };
        let answer = match op {
            _ if cause.is_some() => &None,
            IsCancelled => &first.as_ref().map(|_| String::new()),
            _ => first,
        };
        if ret.is_none_or(|ret| ret == answer) {
            next.becomes(first.clone().or(cause.map(|cause| cause.to_string())));
        }
    }
}

fn programs<F: Family, W: Worker>() -> Programs<FirstCause, (Clock, Context)> {
    let make = || {
        let clock = Clock::manual();
        let context = Context::background(&clock).with_timeout(STEP / 2);
        (clock, context)
    };
    let perform = |(clock, context): &(Clock, Context), op: &Op| {
        match *op {
            Cancel => context.cancel(),
            CancelBecause(reason) => context.cancel_because(reason),
            Advance => clock.advance(STEP / 2),
            IsCancelled => return context.is_cancelled().then(String::new),
            Op::Cause => return context.cause().map(|cause| cause.to_string()),
            Wait => return Some(context.wait().to_string()),
            CauseOfAChild => return F::child(context).cause().map(|cause| cause.to_string()),
            WaitForAChild => return Some(F::child(context).wait().to_string()),
            Work => return W::work(context, 1).err().map(|(_, cause)| cause.to_string()),
        }
        None
    };
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
