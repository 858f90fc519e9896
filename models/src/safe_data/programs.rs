//! Programs over two values behind a lock.

use selvedge::check::programs::Programs;

use super::operations::{Op, Specification, perform};
use super::twins::WriteKeyByKey;
use super::{Real, SafeData};
use crate::structure::{Orderings, Structure};

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
