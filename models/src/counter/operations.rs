//! The operations of a counter, and their sequential specification: what was added is in the total, and each value is
//! handed out once.

use selvedge::check::linearizability::Sequential;
use serde::{Deserialize, Serialize};

use super::{Counter, FetchAdd};

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Op {
    /// Adds.
    Add(u64),
    /// Adds, and answers what there was.
    FetchAdd(u64),
    /// What was added.
    Total,
}

/// The total.
#[derive(Debug)]
pub struct Specification;

impl Sequential for Specification {
    type State = u64;
    type Op = Op;
    type Ret = Option<u64>;

    fn initial(&self) -> u64 {
        0
    }

    fn apply(&self, total: &mut u64, op: &Op) -> Option<u64> {
        let before = *total;
        match op {
            Op::Total => (),
            Op::Add(n) | Op::FetchAdd(n) => *total += n,
        }
        (!matches!(op, Op::Add(_))).then_some(before)
    }
}

/// Performs an operation.
///
/// # Panics
///
/// If it asks for the value before: not every counter returns that.
pub fn perform<C: Counter>(counter: &C, op: &Op) -> Option<u64> {
    match *op {
        Op::Add(n) => {
            counter.add(n);
            None
        }
        Op::FetchAdd(_) => unreachable!("this counter hands out nothing"),
        Op::Total => Some(counter.total()),
    }
}

/// Performs an operation on a counter that returns the value before.
pub fn perform_all<C: FetchAdd>(counter: &C, op: &Op) -> Option<u64> {
    match *op {
        Op::FetchAdd(n) => Some(counter.fetch_add(n)),
        _ => perform(counter, op),
    }
}
