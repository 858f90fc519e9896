//! Worker pools: as many results as tasks, whatever the tasks do, and a close that returns.

use fastrand::Rng;
use selvedge::patterns::worker_pool::WorkerPool;
use selvedge::sync::atomic::{AtomicU64, Ordering};

use super::operations::{Answer, Op, perform};
use super::twins::{
    CloseForgetsTheQueue, CloseWaitsForUndrainedWorkers, DropDoesNotJoin, SubmitAfterClosePanics, WorkerLostToAPanic,
};
use super::{BAD, Pool};
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

    fn submit(&self, op: Op) -> Result<(), String> {
        ensure(self.count(op) == Answer::Accepted, || format!("an open pool refused {op:?}"))
    }
}

impl<P: Pool + 'static> Workload for Tasks<P> {
    type Op = Op;
    type Ret = Answer;

    const OPERATIONS: u32 = 1_000;
    /// With several workers, results do not say which task they belong to.
    const HAS_HISTORIES: bool = false;

    fn start(plan: &Plan) -> Self {
        let zero = AtomicU64::default;
        let pool = P::new(1 + plan.keys as usize % 4, plan.size);
        Tasks { pool, good: zero(), bad: zero(), doubled: zero(), panicked: zero() }
    }

    fn draw(_: &Plan, _: usize, random: &mut Rng) -> Op {
        Op::Submit(if random.u8(0..32) == 0 { BAD } else { random.u32(100..1_000) })
    }

    /// A result is fetched for each task, so that no thread waits for ever.
    fn perform(&self, _: usize, op: &Op) -> Result<Answer, String> {
        self.submit(*op)?;
        let answer = self.count(Op::NextResult);
        ensure(answer != Answer::Drained, || "an open pool has no more results".to_owned())?;
        Ok(answer)
    }

    fn verify(&self) -> Result<(), String> {
        (1..=LEFT).try_for_each(|task| self.submit(Op::Submit(task)))?;
        self.count(Op::Close);
        while self.count(Op::NextResult) != Answer::Drained {}
        let (good, bad) = (self.good.load(Ordering::Relaxed), self.bad.load(Ordering::Relaxed));
        equal("the sum of the results", self.doubled.load(Ordering::Relaxed), 2 * good)?;
        equal("the number of tasks that panicked", self.panicked.load(Ordering::Relaxed), bad)?;
        equal("what a closed pool answers to a task", self.count(Op::Submit(1)), Answer::Returned)
    }
}

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Entry::new::<Tasks<WorkerPool<u32, u32>>>("worker_pool", "WorkerPool"),
        Entry::twin::<Tasks<CloseForgetsTheQueue>>("worker_pool", "CloseForgetsTheQueue"),
        Entry::twin::<Tasks<WorkerLostToAPanic>>("worker_pool", "WorkerLostToAPanic"),
        Entry::twin::<Tasks<CloseWaitsForUndrainedWorkers>>("worker_pool", "CloseWaitsForUndrainedWorkers"),
        Entry::twin::<Tasks<DropDoesNotJoin>>("worker_pool", "DropDoesNotJoin"),
        Entry::twin::<Tasks<SubmitAfterClosePanics>>("worker_pool", "SubmitAfterClosePanics"),
    ]
}
