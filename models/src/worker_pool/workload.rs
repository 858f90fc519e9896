//! Worker pools: as many results as tasks, whatever the tasks do, and a close that returns.

use fastrand::Rng;
use selvedge::check::linearizability::{Answer, Checker, History};
use selvedge::patterns::worker_pool::WorkerPool;
use selvedge::sync::atomic::{AtomicU64, Ordering};
use serde::{Deserialize, Serialize};

use super::twins::{
    CloseForgetsTheQueue, CloseWaitsForUndrainedWorkers, DropDoesNotJoin, SubmitAfterClosePanics, WorkerLostToAPanic,
};
use super::{BAD, Pool};
use crate::workload::{Entry, Plan, Workload, ensure, equal};

/// Results that are not fetched before the pool is closed.
const LEFT: u32 = 4;

/// A task, for which some result is fetched.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Task(u32);

struct Tasks<P> {
    pool: P,
    good: AtomicU64,
    bad: AtomicU64,
    doubled: AtomicU64,
    panicked: AtomicU64,
}

impl<P: Pool> Tasks<P> {
    fn submit(&self, task: u32) -> Result<(), String> {
        self.pool.submit(task).map_err(|task| format!("an open pool refused the task {task}"))?;
        let (sum, n) = if task == BAD { (&self.bad, 1) } else { (&self.good, task) };
        sum.fetch_add(n.into(), Ordering::Relaxed);
        Ok(())
    }

    fn collect(&self, result: Result<u32, ()>) {
        match result {
            Ok(doubled) => self.doubled.fetch_add(doubled.into(), Ordering::Relaxed),
            Err(()) => self.panicked.fetch_add(1, Ordering::Relaxed),
        };
    }
}

impl<P: Pool + 'static> Workload for Tasks<P> {
    type Op = Task;
    type Ret = ();

    const OPERATIONS: u32 = 1_000;
    /// Results do not say which task they belong to.
    const HAS_HISTORIES: bool = false;

    fn start(plan: &Plan) -> Self {
        let zero = AtomicU64::default;
        let pool = P::new(1 + plan.keys as usize % 4, plan.size);
        Tasks { pool, good: zero(), bad: zero(), doubled: zero(), panicked: zero() }
    }

    fn draw(_: &Plan, _: usize, random: &mut Rng) -> Task {
        Task(if random.u8(0..32) == 0 { BAD } else { random.u32(100..1_000) })
    }

    /// There are as many results as tasks, so that no thread waits for ever.
    fn perform(&self, _: usize, &Task(task): &Task) -> Result<(), String> {
        self.submit(task)?;
        let result = self.pool.next_result().ok_or_else(|| "an open pool has no more results".to_owned())?;
        self.collect(result);
        Ok(())
    }

    fn verify(&self) -> Result<(), String> {
        (1..=LEFT).try_for_each(|task| self.submit(task))?;
        self.pool.close();
        std::iter::from_fn(|| self.pool.next_result()).for_each(|result| self.collect(result));
        let (good, bad) = (self.good.load(Ordering::Relaxed), self.bad.load(Ordering::Relaxed));
        equal("the sum of the results", self.doubled.load(Ordering::Relaxed), 2 * good)?;
        equal("the number of tasks that panicked", self.panicked.load(Ordering::Relaxed), bad)?;
        ensure(self.pool.submit(1) == Err(1), || "a closed pool took a task".to_owned())
    }

    fn judge(_: &Plan, _: &Checker, _: &History<Task, ()>) -> Answer {
        unreachable!("it has no histories")
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
