//! The operations of a pool, and what one after another answers: each task that was accepted gives its result, in order as
//! far as there is one worker for all, and a close ends. And programs over a pool with one worker.

use selvedge::check::linearizability::{Next, Specification};
use selvedge::check::programs::Programs;
use serde::{Deserialize, Serialize};

use super::twins::{CloseForgetsTheQueue, CloseWaitsForUndrainedWorkers, SubmitAfterClosePanics, WorkerLostToAPanic};
use super::{BAD, Pool, Real};
use crate::reference::answers;
use crate::structure::Structure;

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Op {
    /// Hands a task in.
    Submit(u32),
    /// Waits for a result.
    NextResult,
    /// Lets nobody hand in another task.
    Close,
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Answer {
    /// The task will have a result.
    Accepted,
    /// The task is given back, as the pool is closed.
    Returned,
    /// Of a task.
    Result(u32),
    /// That of a task that panicked.
    Panicked,
    /// There are no more results.
    Drained,
    /// It was closed.
    Closed,
}

/// So many workers: the tasks whose results are to be read, and whether no more are accepted.
///
/// Tasks are begun in order, so that a result is that of one of the first, as many as there are workers. One that is not
/// there yet is waited for: when a worker gets to a task makes no difference.
#[derive(Debug)]
pub struct Workers(pub usize);

impl Specification for Workers {
    type State = (Vec<u32>, bool);
    type Op = Op;
    type Ret = Answer;

    fn initial(&self) -> Self::State {
        (Vec::new(), false)
    }

    fn step(&self, (tasks, closed): &Self::State, op: &Op, ret: Option<&Answer>, next: &mut Next<Self::State>) {
        let mut may = |answer, tasks, closed| answers(next, ret, answer, (tasks, closed));
        match *op {
            Op::Submit(_) if *closed => may(Answer::Returned, tasks.clone(), true),
            Op::Submit(task) => may(Answer::Accepted, [tasks.as_slice(), &[task]].concat(), false),
            Op::NextResult if tasks.is_empty() && *closed => may(Answer::Drained, Vec::new(), true),
            Op::NextResult => {
                for at in 0..tasks.len().min(self.0) {
                    let mut others = tasks.clone();
                    match others.remove(at) {
                        BAD => may(Answer::Panicked, others, *closed),
                        task => may(Answer::Result(task * 2), others, *closed),
                    }
                }
            }
            Op::Close => may(Answer::Closed, tasks.clone(), true),
        }
    }
}

/// Performs an operation.
pub fn perform<P: Pool>(pool: &P, op: &Op) -> Answer {
    match *op {
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
    }
}

fn programs<P: Pool + 'static>() -> Programs<Workers, P> {
    // A waiting operation waits for a result.
    let programs = Programs::new(Workers(1), || P::new(1, 1), perform).unblock(|pool, _| pool.close());
    let after = [Op::Close, Op::NextResult, Op::NextResult, Op::NextResult, Op::NextResult, Op::NextResult];
    programs.operations([Op::Submit(1), Op::Submit(BAD), Op::NextResult, Op::Close]).after(after)
}

pub(super) fn structures() -> Vec<Structure> {
    vec![
        Structure::new("worker_pool", "WorkerPool", programs::<Real>()),
        Structure::twin("worker_pool", "CloseForgetsTheQueue", programs::<CloseForgetsTheQueue>()),
        Structure::twin("worker_pool", "CloseWaitsForUndrainedWorkers", programs::<CloseWaitsForUndrainedWorkers>()),
        Structure::twin("worker_pool", "SubmitAfterClosePanics", programs::<SubmitAfterClosePanics>()),
        Structure::twin("worker_pool", "WorkerLostToAPanic", programs::<WorkerLostToAPanic>()),
    ]
}
