//! The operations of a context, by itself or through its children and workers: the first cause stays, and whoever waits learns of
//! it.

use selvedge::check::linearizability::{Next, Specification};
use selvedge::sync::context::{Cause, Context};
use selvedge::sync::time::Clock;

use super::{Family, STEP, Worker};

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Calls off.
    Cancel,
    /// Calls off for a reason.
    CancelBecause(&'static str),
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

/// The first cause. Nothing is waited for but that there is one.
#[derive(Debug)]
pub struct FirstCause;

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

/// Performs an operation on a context, by a clock.
pub fn perform<F: Family, W: Worker>(clock: &Clock, context: &Context, op: &Op) -> Option<String> {
    match *op {
        Cancel => context.cancel(),
        CancelBecause(reason) => context.cancel_because(reason),
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
