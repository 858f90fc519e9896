//! The operations on two values behind a lock, and their sequential specification: both values are of one moment.

use selvedge::check::linearizability::Sequential;
use selvedge::check::programs::Programs;
use serde::{Deserialize, Serialize};

use super::twins::WriteKeyByKey;
use super::{Real, SafeData};
use crate::structure::{Orderings, Structure};

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Op {
    /// Both values.
    Both,
    /// Writes both in one go.
    SetBoth(u64),
    /// Adds to the first.
    Increment,
}

/// Both values.
#[derive(Debug)]
pub struct Specification;

impl Sequential for Specification {
    type State = [u64; 2];
    type Op = Op;
    type Ret = Option<[u64; 2]>;

    fn initial(&self) -> [u64; 2] {
        [0, 0]
    }

    fn apply(&self, data: &mut [u64; 2], op: &Op) -> Option<[u64; 2]> {
        match *op {
            Op::Both => return Some(*data),
            Op::SetBoth(value) => *data = [value; 2],
            Op::Increment => data[0] += 1,
        }
        None
    }
}

/// Performs an operation.
pub fn perform<D: SafeData>(data: &D, op: &Op) -> Option<[u64; 2]> {
    match *op {
        Op::Both => return Some(data.both()),
        Op::SetBoth(value) => data.set_both(value),
        Op::Increment => data.increment(),
    }
    None
}

fn programs<D: SafeData + 'static>() -> Programs<Specification, D> {
    Programs::new(Specification, D::new, perform)
        .operation(3, [Op::Both])
        .operation(3, [5, 6, 7].map(Op::SetBoth))
        .operation(2, [Op::Increment])
        .after([Op::Both])
}

pub(super) fn structures() -> Vec<Structure> {
    vec![
        Structure::new("safe_data", "SafeData", programs::<Real>()).with_orderings(Orderings::Hidden),
        Structure::twin("safe_data", "WriteKeyByKey", programs::<WriteKeyByKey>()),
    ]
}
