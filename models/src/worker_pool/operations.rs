//! The operations of a pool, and what one after another answers where there is one worker: each task that was accepted gives its
//! result, in order, and a close ends.

use std::collections::VecDeque;

use selvedge::check::linearizability::{Next, Specification};
use serde::{Deserialize, Serialize};

use super::{BAD, Pool};

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

/// The tasks whose results are to be read, and whether more are accepted.
///
/// A result that is not there yet is waited for. So when the worker gets to a task makes no difference.
#[derive(Debug)]
pub struct OneWorker;

impl OneWorker {
    /// What `op` answers and leaves behind; nothing where it has to wait.
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
