//! The operations on two values behind a lock, and their sequential specification: both values are of one moment.

use selvedge::check::programs::Programs;
use serde::{Deserialize, Serialize};

use super::twins::WriteKeyByKey;
use super::{Real, SafeData};
use crate::reference::Reference;
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
pub const SPECIFICATION: Specification = Reference {
    initial: [0, 0],
    apply: |data, op| {
        match *op {
            Op::Both => return Some(Some(*data)),
            Op::SetBoth(value) => *data = [value; 2],
            Op::Increment => data[0] += 1,
        }
        Some(None)
    },
};
/// Of both.
pub type Specification = Reference<[u64; 2], Op, Option<[u64; 2]>>;

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
    Programs::new(SPECIFICATION, D::new, perform)
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
