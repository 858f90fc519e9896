//! Programs over counters.

use selvedge::check::programs::Programs;
use selvedge::patterns::counter::{AtomicCounter, MutexCounter, StripedCounter};

use super::operations::{Op, Specification, perform, perform_all};
use super::twins::{LoadThenStore, StripeSummedTwice};
use super::{Counter, FetchAdd};
use crate::structure::{Orderings, Structure};

/// Only adds 1: a sum over stripes can see a later addition and miss an earlier one, so it is the sum of some moment
/// only if all additions are equal. The counter promises no more.
fn counts<C: Counter>() -> Programs<Specification, C> {
    Programs::new(Specification, C::new, perform)
        .operation(2, [Op::Add(1)])
        .operation(1, [Op::Total])
        .before([vec![], vec![Op::Add(1)]])
        .after([Op::Total])
}

fn hands_out<C: FetchAdd>() -> Programs<Specification, C> {
    Programs::new(Specification, C::new, perform_all)
        .operation(2, [Op::Add(1), Op::Add(3)])
        .operation(3, [1, 2, 3].map(Op::FetchAdd))
        .operation(1, [Op::Total])
        .after([Op::Total])
}

pub(super) fn structures() -> Vec<Structure> {
    vec![
        Structure::new("counter_atomic", "AtomicCounter", hands_out::<AtomicCounter>())
            .with_orderings(Orderings::Hidden),
        Structure::new("counter_mutex", "MutexCounter", hands_out::<MutexCounter>()),
        Structure::new("counter_striped", "StripedCounter", counts::<StripedCounter>())
            .with_orderings(Orderings::Visible),
        Structure::lock_free("counter_atomic_lock_free", "AtomicCounter", {
            hands_out::<AtomicCounter>().lock_free([Op::Add(1), Op::FetchAdd(1), Op::Total])
        }),
        Structure::lock_free("counter_striped_lock_free", "StripedCounter", {
            counts::<StripedCounter>().lock_free([Op::Add(1), Op::Total])
        }),
        Structure::twin("counter_atomic", "LoadThenStore", counts::<LoadThenStore>()),
        Structure::twin("counter_striped", "StripeSummedTwice", counts::<StripeSummedTwice>()),
    ]
}
