//! Contexts: a cancelled worker stops, with the right cause, and leaves no timer behind. In recorded rounds the threads go
//! from one context to the next together, and each context has one cause for all of them.

use std::marker::PhantomData;

use fastrand::Rng;
use selvedge::sync::context::{Cause, Context};
use selvedge::sync::thread;
use selvedge::sync::time::Clock;
use serde::{Deserialize, Serialize};

use super::operations::Op::{Advance, Cancel, CancelBecause, CauseOfAChild, IsCancelled, Wait, WaitForAChild, Work};
use super::operations::{FIRST_CAUSE, Op, perform, with_deadline, work};
use super::twins::{ChildOutlivesItsParent, DoneLookedAtOnlyBetweenSteps, TimerOutlivesItsContext};
use super::{Family, OwnChildren, STEP, StepRunner, Worker};
use crate::reference::Reference;
use crate::workload::{Entry, Plan, Workload, ensure, equal};

/// Operations of a thread on a context, before it goes to the next.
const ON_ONE: u32 = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Call {
    /// Works for so many steps, with so many steps of time.
    Deadline(u32, u32),
    /// Is cancelled while it works, on a clock that stands still.
    Cancel(u32),
    /// Ends a parent, and looks at its child.
    Family,
    /// An operation on the context of this number.
    On(usize, Op),
}

struct Calls<W, F> {
    /// Advanced by all threads.
    clock: Clock,
    root: Context,
    /// Never advanced.
    still: Clock,
    /// Those of recorded rounds, each with a clock of its own.
    contexts: Vec<(Clock, Context)>,
    kinds: PhantomData<fn() -> (W, F)>,
}

impl<W: Worker, F: Family> Calls<W, F> {
    /// The cause for which a worker stopped that runs at the same time as `meanwhile`.
    fn work(context: &Context, steps: u32, meanwhile: impl FnOnce()) -> Result<Option<String>, String> {
        let outcome = thread::scope(|scope| {
            let worker = scope.spawn(|| work::<W>(context, steps as usize));
            meanwhile();
            worker.join()
        });
        outcome.map_err(|_| "a worker panicked".to_owned())
    }

    /// Performs an operation on a context.
    fn on(&self, context: &Context, op: Op) -> Option<String> {
        perform::<F, W>(&self.clock, context, &op)
    }
}

impl<W: Worker + 'static, F: Family + 'static> Workload for Calls<W, F> {
    type Specification = Reference<Option<String>, Call, Option<String>>;

    const OPERATIONS: u32 = 100;

    fn start(plan: &Plan) -> Self {
        let (clock, still) = (Clock::manual(), Clock::manual());
        let contexts = if plan.recorded { plan.operations.div_ceil(ON_ONE) } else { 0 };
        let contexts = (0..contexts).map(|_| with_deadline()).collect();
        Calls { root: Context::background(&clock), clock, still, contexts, kinds: PhantomData }
    }

    fn draw(plan: &Plan, number: u32, random: &mut Rng) -> Call {
        if plan.recorded {
            let ops: &[Op] = match number % ON_ONE {
                1 => &[Cancel, CancelBecause, Advance],
                // There is a cause by now, so that nobody waits for ever.
                3 => &[Wait, WaitForAChild, Work],
                _ => &[Op::Cause, IsCancelled, CauseOfAChild],
            };
            return Call::On((number / ON_ONE) as usize, ops[random.usize(..ops.len())]);
        }
        match random.u8(0..3) {
            0 => Call::Deadline(random.u32(1..4), random.u32(1..4)),
            1 => Call::Cancel(random.u32(1..4)),
            _ => Call::Family,
        }
    }

    fn perform(&self, _: usize, call: &Call) -> Result<Option<String>, String> {
        let cancelled = Some(Cause::Cancelled.to_string());
        match *call {
            Call::Deadline(steps, time) => {
                let context = self.root.with_timeout(STEP * time);
                // Enough for every deadline and every step. Other threads' workers see it too.
                let said = Self::work(&context, steps, || {
                    (0..steps + time).for_each(|_| self.clock.advance(STEP));
                    self.on(&context, Cancel);
                })?;
                let cause = self.on(&context, Op::Cause);
                let is_that = |said: &String| cause.as_ref().is_some_and(|cause| said.starts_with(cause));
                let explained = said.as_ref().is_none_or(is_that);
                ensure(explained, || format!("a worker says {said:?}, and the cause is {cause:?}"))
            }
            Call::Cancel(steps) => {
                let context = Context::background(&self.still).child();
                let said = Self::work(&context, steps, || context.cancel())?;
                equal("what a worker says that never got a tick", said, cancelled)
            }
            Call::Family => {
                let parent = self.root.child();
                let child = F::child(&parent);
                self.on(&parent, Cancel);
                equal("the cause of a child whose parent is cancelled", self.on(&child, Op::Cause), cancelled)
            }
            Call::On(number, op) => {
                let (clock, context) = &self.contexts[number];
                return Ok(perform::<F, W>(clock, context, &op));
            }
        }?;
        Ok(None)
    }

    fn verify(&self) -> Result<(), String> {
        ensure(!self.root.is_cancelled(), || "a child's end was its parent's".to_owned())?;
        equal("the number of timers left", self.clock.timers() + self.still.timers(), 0)
    }

    fn specification(_: &Plan) -> Self::Specification {
        let apply = |first: &mut Option<String>, call: &Call| match call {
            Call::On(_, op) => (FIRST_CAUSE.apply)(first, op),
            _ => unreachable!("it is not recorded"),
        };
        Reference { initial: FIRST_CAUSE.initial, apply }
    }

    fn part(call: &Call) -> usize {
        if let Call::On(number, _) = call { *number } else { unreachable!("it is not recorded") }
    }
}

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Entry::new::<Calls<StepRunner, OwnChildren>>("context", "Context"),
        Entry::twin::<Calls<DoneLookedAtOnlyBetweenSteps, OwnChildren>>("context", "DoneLookedAtOnlyBetweenSteps"),
        Entry::twin::<Calls<TimerOutlivesItsContext, OwnChildren>>("context", "TimerOutlivesItsContext"),
        Entry::twin::<Calls<StepRunner, ChildOutlivesItsParent>>("context", "ChildOutlivesItsParent"),
    ]
}
