//! Worker pools: as many results as tasks, whatever the tasks do, and a close that returns.

use fastrand::Rng;
use selvedge::sync::atomic::{AtomicU64, Ordering};

use super::operations::{Answer, Op, Workers, perform};
use super::twins::{
    CloseForgetsTheQueue, CloseWaitsForUndrainedWorkers, DropDoesNotJoin, SubmitAfterClosePanics, WorkerLostToAPanic,
};
use super::{BAD, Pool, Real};
use crate::workload::{Entry, Plan, Workload, ensure, equal};

/// Results that are not fetched before the pool is closed.
const LEFT: u32 = 4;

struct Tasks<P> {
    pool: P,
    good: AtomicU64,
    bad: AtomicU64,
    doubled: AtomicU64,
    panicked: AtomicU64,
}

impl<P: Pool> Tasks<P> {
    /// Performs an operation, and counts what it comes to.
    fn count(&self, op: Op) -> Answer {
        let answer = perform(&self.pool, &op);
        let (sum, n) = match (op, answer) {
            (Op::Submit(BAD), Answer::Accepted) => (&self.bad, 1),
            (Op::Submit(task), Answer::Accepted) => (&self.good, task),
            (_, Answer::Result(doubled)) => (&self.doubled, doubled),
            (_, Answer::Panicked) => (&self.panicked, 1),
            _ => return answer,
        };
        sum.fetch_add(n.into(), Ordering::Relaxed);
        answer
    }
}

fn workers(plan: &Plan) -> usize {
    1 + plan.keys as usize % 4
}

impl<P: Pool + 'static> Workload for Tasks<P> {
    type Specification = Workers;

    const OPERATIONS: u32 = 2_000;

    fn start(plan: &Plan) -> Self {
        let zero = AtomicU64::default;
        Tasks { pool: P::new(workers(plan), plan.size), good: zero(), bad: zero(), doubled: zero(), panicked: zero() }
    }

    /// A thread fetches a result for each task that it has handed in, so that none waits for ever.
    fn draw(_: &Plan, number: u32, random: &mut Rng) -> Op {
        match number % 2 {
            0 => Op::Submit(if random.u8(0..32) == 0 { BAD } else { random.u32(100..1_000) }),
            _ => Op::NextResult,
        }
    }

    fn perform(&self, _: usize, op: &Op) -> Result<Answer, String> {
        let answer = self.count(*op);
        let open = !matches!(answer, Answer::Returned | Answer::Drained);
        ensure(open, || format!("an open pool answers {op:?} with {answer:?}"))?;
        Ok(answer)
    }

    fn verify(&self) -> Result<(), String> {
        (1..=LEFT).try_for_each(|task| self.perform(0, &Op::Submit(task)).map(drop))?;
        self.count(Op::Close);
        while self.count(Op::NextResult) != Answer::Drained {}
        let (good, bad) = (self.good.load(Ordering::Relaxed), self.bad.load(Ordering::Relaxed));
        equal("the sum of the results", self.doubled.load(Ordering::Relaxed), 2 * good)?;
        equal("the number of tasks that panicked", self.panicked.load(Ordering::Relaxed), bad)?;
        equal("what a closed pool answers to a task", self.count(Op::Submit(1)), Answer::Returned)
    }

    fn specification(plan: &Plan) -> Workers {
        Workers(workers(plan))
    }
}

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Entry::new::<Tasks<Real>>("worker_pool", "WorkerPool"),
        Entry::twin::<Tasks<CloseForgetsTheQueue>>("worker_pool", "CloseForgetsTheQueue"),
        Entry::twin::<Tasks<WorkerLostToAPanic>>("worker_pool", "WorkerLostToAPanic"),
        Entry::twin::<Tasks<CloseWaitsForUndrainedWorkers>>("worker_pool", "CloseWaitsForUndrainedWorkers"),
        Entry::twin::<Tasks<DropDoesNotJoin>>("worker_pool", "DropDoesNotJoin"),
        Entry::twin::<Tasks<SubmitAfterClosePanics>>("worker_pool", "SubmitAfterClosePanics"),
    ]
}
