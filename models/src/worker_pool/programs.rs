//! Programs over a pool with one worker.

use selvedge::check::programs::Programs;
use selvedge::patterns::worker_pool::WorkerPool;

use super::operations::{OneWorker, Op, perform};
use super::twins::{CloseForgetsTheQueue, CloseWaitsForUndrainedWorkers, SubmitAfterClosePanics, WorkerLostToAPanic};
use super::{BAD, Pool};
use crate::structure::Structure;

fn programs<P: Pool + 'static>() -> Programs<OneWorker, P> {
    // A waiting operation waits for a result.
    let programs = Programs::new(OneWorker, || P::new(1, 1), perform).unblock(|pool, _| pool.close());
    let after = [Op::Close, Op::NextResult, Op::NextResult, Op::NextResult, Op::NextResult, Op::NextResult];
    programs.operations([Op::Submit(1), Op::Submit(BAD), Op::NextResult, Op::Close]).after(after)
}

pub(super) fn structures() -> Vec<Structure> {
    type Real = WorkerPool<u32, u32>;
    vec![
        Structure::new("worker_pool", "WorkerPool", programs::<Real>()),
        Structure::twin("worker_pool", "CloseForgetsTheQueue", programs::<CloseForgetsTheQueue>()),
        Structure::twin("worker_pool", "CloseWaitsForUndrainedWorkers", programs::<CloseWaitsForUndrainedWorkers>()),
        Structure::twin("worker_pool", "SubmitAfterClosePanics", programs::<SubmitAfterClosePanics>()),
        Structure::twin("worker_pool", "WorkerLostToAPanic", programs::<WorkerLostToAPanic>()),
    ]
}
