//! Two values behind a lock: both are those of one moment.

use selvedge::check::linearizability::Sequential;
use selvedge::check::programs::Programs;

use super::{Orderings, Structure};
use crate::defects::WriteKeyByKey;
use crate::patterns::safe_data::{Real, SafeData};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Op {
    Both,
    SetBoth(u64),
    Increment,
}

struct Specification;

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

fn perform<D: SafeData>(data: &D, op: &Op) -> Option<[u64; 2]> {
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
