//! The operations of a counter, and their sequential specification: what was added is in the total, and each value is
//! handed out once.

use selvedge::check::programs::Programs;
use selvedge::patterns::counter::{AtomicCounter, MutexCounter, StripedCounter};
use serde::{Deserialize, Serialize};

use super::twins::{LoadThenStore, StripeSummedTwice};
use super::{Counter, FetchAdd};
use crate::reference::Reference;
use crate::structure::{Orderings, Structure};

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
pub const SPECIFICATION: Specification = Reference {
    initial: 0,
    apply: |total, op| {
        let before = *total;
        match op {
            Op::Total => (),
            Op::Add(n) | Op::FetchAdd(n) => *total += n,
        }
        Some((!matches!(op, Op::Add(_))).then_some(before))
    },
};
/// Of counters.
pub type Specification = Reference<u64, Op, Option<u64>>;

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

/// Only adds 1: a sum over stripes can see a later addition and miss an earlier one, so it is the sum of some moment
/// only if all additions are equal. The counter promises no more.
fn counts<C: Counter>() -> Programs<Specification, C> {
    Programs::new(SPECIFICATION, C::new, perform)
        .operation(2, [Op::Add(1)])
        .operation(1, [Op::Total])
        .before([vec![], vec![Op::Add(1)]])
        .after([Op::Total])
}

fn hands_out<C: FetchAdd>() -> Programs<Specification, C> {
    Programs::new(SPECIFICATION, C::new, perform_all)
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
