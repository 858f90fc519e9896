//! The counters: what was added is in the total, and each value is handed out once.

use selvedge::check::linearizability::Sequential;
use selvedge::check::programs::Programs;
use selvedge::patterns::counter::{AtomicCounter, MutexCounter, StripedCounter};

use super::{Orderings, Structure};
use crate::defects::{LoadThenStore, StripeSummedTwice};
use crate::patterns::counter::{Counter, FetchAdd};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Op {
    Add(u64),
    FetchAdd(u64),
    Total,
}

struct Specification;

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
            Op::Add(n) => {
                *total += n;
                None
            }
            Op::FetchAdd(n) => {
                *total += n;
                Some(before)
            }
            Op::Total => Some(before),
        }
    }
}

fn perform<C: Counter>(counter: &C, op: &Op) -> Option<u64> {
    match *op {
        Op::Add(n) => {
            counter.add(n);
            None
        }
        Op::FetchAdd(_) => unreachable!("this counter hands out nothing"),
        Op::Total => Some(counter.total()),
    }
}

/// Adds 1 and nothing else: a sum over stripes can see a later addition and miss one before, so it is only the
/// sum of some moment where one addition is like another. The counter promises no more.
fn counts<C: Counter>() -> Programs<Specification, C> {
    Programs::new(Specification, C::new, perform)
        .operation(2, [Op::Add(1)])
        .operation(1, [Op::Total])
        .before([vec![], vec![Op::Add(1)]])
        .after([Op::Total])
}

fn hands_out<C: FetchAdd>() -> Programs<Specification, C> {
    let perform = |counter: &C, op: &Op| match *op {
        Op::FetchAdd(n) => Some(counter.fetch_add(n)),
        _ => perform(counter, op),
    };
    Programs::new(Specification, C::new, perform)
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
