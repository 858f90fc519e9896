//! Contexts: a cancelled worker stops, with the right cause, and leaves no timer behind.

use std::marker::PhantomData;

use fastrand::Rng;
use selvedge::check::linearizability::{Answer, Checker, History};
use selvedge::sync::context::{Cause, Context};
use selvedge::sync::thread;
use selvedge::sync::time::Clock;
use serde::{Deserialize, Serialize};

use super::twins::{ChildOutlivesItsParent, DoneLookedAtOnlyBetweenSteps, TimerOutlivesItsContext};
use super::{Family, OwnChildren, STEP, StepRunner, Worker};
use crate::workload::{Entry, Plan, Workload, ensure, equal};

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Op {
    /// Works for so many steps, with so many steps of time.
    Deadline(u32, u32),
    /// Is cancelled while it works, on a clock that stands still.
    Cancel(u32),
    /// Ends a parent, and looks at its child.
    Family,
}

struct Calls<W, F> {
    /// Advanced by all threads.
    clock: Clock,
    root: Context,
    /// Never advanced.
    still: Clock,
    kinds: PhantomData<fn() -> (W, F)>,
}

impl<W: Worker, F: Family> Calls<W, F> {
    /// The result of a worker that runs at the same time as `meanwhile`.
    fn work(context: &Context, steps: u32, meanwhile: impl FnOnce()) -> Result<Result<(), (usize, Cause)>, String> {
        let outcome = thread::scope(|scope| {
            let worker = scope.spawn(|| W::work(context, steps as usize));
            meanwhile();
            worker.join()
        });
        outcome.map_err(|_| "a worker panicked".to_owned())
    }
}

impl<W: Worker + 'static, F: Family + 'static> Workload for Calls<W, F> {
    type Op = Op;
    type Ret = ();

    const OPERATIONS: u32 = 100;
    /// Operations wait, and their answers are about time.
    const HAS_HISTORIES: bool = false;

    fn start(_: &Plan) -> Self {
        let (clock, still) = (Clock::manual(), Clock::manual());
        Calls { root: Context::background(&clock), clock, still, kinds: PhantomData }
    }

    fn draw(_: &Plan, _: usize, random: &mut Rng) -> Op {
        match random.u8(0..3) {
            0 => Op::Deadline(random.u32(1..4), random.u32(1..4)),
            1 => Op::Cancel(random.u32(1..4)),
            _ => Op::Family,
        }
    }

    fn perform(&self, _: usize, op: &Op) -> Result<(), String> {
        match *op {
            Op::Deadline(steps, time) => {
                let context = self.root.with_timeout(STEP * time);
                // Enough for every deadline and every step. Other threads' workers see it too.
                let pass = || (0..steps + time).for_each(|_| self.clock.advance(STEP));
                let outcome = Self::work(&context, steps, || {
                    pass();
                    context.cancel();
                })?;
                let explained = match &outcome {
                    Ok(()) => true,
                    Err((_, cause)) => context.cause().as_ref() == Some(cause),
                };
                ensure(explained, || format!("a worker says {outcome:?}, and the cause is {:?}", context.cause()))
            }
            Op::Cancel(steps) => {
                let context = Context::background(&self.still).child();
                let outcome = Self::work(&context, steps, || context.cancel())?;
                ensure(outcome == Err((0, Cause::Cancelled)), || {
                    format!("a worker that never got a tick says {outcome:?}")
                })
            }
            Op::Family => {
                let parent = self.root.child();
                let child = F::child(&parent);
                parent.cancel();
                ensure(child.cause() == Some(Cause::Cancelled), || {
                    format!("the parent is cancelled, and of its child the cause is {:?}", child.cause())
                })
            }
        }
    }

    fn verify(&self) -> Result<(), String> {
        ensure(!self.root.is_cancelled(), || "a child's end was its parent's".to_owned())?;
        equal("the number of timers left", self.clock.timers() + self.still.timers(), 0)
    }

    fn judge(_: &Plan, _: &Checker, _: &History<Op, ()>) -> Answer {
        unreachable!("it has no histories")
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
