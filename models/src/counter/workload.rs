//! Counters: the total is what was added; during additions it is between those done and those begun.

use fastrand::Rng;
use selvedge::patterns::counter::{AtomicCounter, MutexCounter, StripedCounter};

use super::Counter;
use super::operations::{Op, SPECIFICATION, Specification, perform};
use super::twins::{LoadThenStore, StripeSummedTwice};
use crate::workload::{Entry, Plan, Tally, Workload, equal};

struct Count<C> {
    counter: C,
    added: Tally,
}

impl<C: Counter> Workload for Count<C> {
    type Specification = Specification;

    const OPERATIONS: u32 = 40_000;

    fn start(plan: &Plan) -> Self {
        Count { counter: C::new(), added: Tally::new(plan.threads) }
    }

    /// If histories are recorded, all threads add 1: then a sum over stripes is the sum of some moment, which otherwise
    /// it need not be.
    fn draw(plan: &Plan, _: u32, random: &mut Rng) -> Op {
        let n = if plan.recorded { 1 } else { random.u64(0..10) };
        if random.u8(0..4) == 0 { Op::Total } else { Op::Add(n) }
    }

    fn perform(&self, thread: usize, op: &Op) -> Result<Option<u64>, String> {
        match *op {
            Op::Total => self.added.look("the total", || self.counter.total(), |&total| total).map(Some),
            Op::Add(n) | Op::FetchAdd(n) => Ok(self.added.add(thread, n, || perform(&self.counter, op))),
        }
    }

    fn verify(&self) -> Result<(), String> {
        equal("the total", self.counter.total(), self.added.total())
    }

    fn specification(_: &Plan) -> Specification {
        SPECIFICATION
    }
}

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Entry::new::<Count<AtomicCounter>>("counter", "AtomicCounter"),
        Entry::new::<Count<MutexCounter>>("counter", "MutexCounter"),
        Entry::new::<Count<StripedCounter>>("counter", "StripedCounter"),
        Entry::twin::<Count<LoadThenStore>>("counter", "LoadThenStore"),
        Entry::twin::<Count<StripeSummedTwice>>("counter", "StripeSummedTwice"),
    ]
}
