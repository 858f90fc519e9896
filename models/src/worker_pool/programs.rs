//! The worker pool: each accepted task gives its result, in order if there is one worker, and a close returns.

use std::collections::VecDeque;

use selvedge::check::linearizability::{Next, Specification};
use selvedge::check::programs::Programs;
use selvedge::patterns::worker_pool::WorkerPool;

use super::twins::{CloseForgetsTheQueue, CloseWaitsForUndrainedWorkers, SubmitAfterClosePanics, WorkerLostToAPanic};
use super::{BAD, Pool};
use crate::structure::Structure;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Op {
    Submit(u32),
    NextResult,
    Close,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Answer {
    Accepted,
    Returned,
    Result(u32),
    Panicked,
    Drained,
    Closed,
}

/// The tasks whose results are to be read, and whether more are accepted.
///
/// A result that is not there yet is waited for. So it makes no difference when the worker gets to a task.
struct OneWorker;

impl OneWorker {
    /// The answer of `op` and the state after it; `None` if it has to wait.
    fn apply(tasks: &VecDeque<u32>, closed: bool, op: Op) -> Option<(Answer, VecDeque<u32>, bool)> {
        let mut after = tasks.clone();
        let answer = match op {
            Op::Submit(_) if closed => Answer::Returned,
            Op::Submit(task) => {
                after.push_back(task);
                Answer::Accepted
            }
            Op::NextResult => match after.pop_front() {
                Some(BAD) => Answer::Panicked,
                Some(task) => Answer::Result(task * 2),
                None if closed => Answer::Drained,
                None => return None,
            },
            Op::Close => Answer::Closed,
        };
        Some((answer, after, closed || op == Op::Close))
    }
}

impl Specification for OneWorker {
    type State = (VecDeque<u32>, bool);
    type Op = Op;
    type Ret = Answer;

    fn initial(&self) -> Self::State {
        (VecDeque::new(), false)
    }

    fn step(&self, (tasks, closed): &Self::State, op: &Op, ret: Option<&Answer>, next: &mut Next<Self::State>) {
        if let Some((answer, tasks, closed)) = OneWorker::apply(tasks, *closed, *op)
            && ret.is_none_or(|ret| *ret == answer)
        {
            next.becomes((tasks, closed));
        }
    }
}

fn programs<P: Pool + 'static>() -> Programs<OneWorker, P> {
    let perform = |pool: &P, op: &Op| match *op {
        Op::Submit(task) => pool.submit(task).map_or(Answer::Returned, |()| Answer::Accepted),
        Op::NextResult => match pool.next_result() {
            Some(Ok(result)) => Answer::Result(result),
            Some(Err(())) => Answer::Panicked,
            None => Answer::Drained,
        },
        Op::Close => {
            pool.close();
            Answer::Closed
        }
    };
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
