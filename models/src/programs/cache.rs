//! The cache, with time as an operation: what was written is there until its time has passed, and not longer.

use std::collections::BTreeMap;
use std::time::Duration;

use selvedge::check::linearizability::Sequential;
use selvedge::check::programs::Programs;
use selvedge::patterns::ttl_cache;
use selvedge::sync::time::Clock;

use super::{Orderings, Structure};
use crate::defects::{CleanupLoopInTwoPasses, ClockReadBeforeTheLock, GetDeletesWithoutRecheck};
use crate::patterns::ttl_cache::Cache;

/// How long a value is kept, in the units of the specification's clock.
const TTL: u64 = 1;

fn duration(units: u64) -> Duration {
    Duration::from_secs(units)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Op {
    Get(u32),
    Set(u32, u64),
    Sweep,
    Advance(u64),
}
use Op::{Advance, Get, Set, Sweep};

struct Specification;

impl Sequential for Specification {
    /// What time it is, and for each key its value and when that expires.
    type State = (u64, BTreeMap<u32, (u64, u64)>);
    type Op = Op;
    type Ret = Option<u64>;

    fn initial(&self) -> Self::State {
        (0, BTreeMap::new())
    }

    fn apply(&self, (now, items): &mut Self::State, op: &Op) -> Option<u64> {
        match *op {
            Get(key) => return items.get(&key).filter(|(_, expiration)| *now <= *expiration).map(|&(value, _)| value),
            Set(key, value) => _ = items.insert(key, (value, *now + TTL)),
            Sweep => (),
            Advance(by) => *now += by,
        }
        None
    }
}

fn programs<C: Cache + 'static>() -> Programs<Specification, (Clock, C)> {
    let make = || {
        let clock = Clock::manual();
        let cache = C::new(&clock);
        (clock, cache)
    };
    let perform = |(clock, cache): &(Clock, C), op: &Op| {
        match *op {
            Get(key) => return cache.get(key),
            Set(key, value) => cache.set(key, value, duration(TTL)),
            Sweep => cache.sweep(),
            Advance(by) => clock.advance(duration(by)),
        }
        None
    };
    Programs::new(Specification, make, perform)
        .operation(4, [Get(1), Get(2)])
        .operation(4, [Set(1, 5), Set(2, 5), Set(1, 6)])
        .operation(2, [Sweep])
        .operation(3, [Advance(2), Advance(1)])
        .before([vec![], vec![Set(1, 4), Advance(2)]])
        .after([Get(1), Get(2)])
}

pub(super) fn structures() -> Vec<Structure> {
    type Real = ttl_cache::Cache<u32, u64>;
    vec![
        Structure::new("ttl_cache", "Cache", programs::<Real>()).with_orderings(Orderings::Hidden),
        Structure::twin("ttl_cache", "GetDeletesWithoutRecheck", programs::<GetDeletesWithoutRecheck>()),
        Structure::twin("ttl_cache", "CleanupLoopInTwoPasses", programs::<CleanupLoopInTwoPasses>()),
        Structure::twin("ttl_cache", "ClockReadBeforeTheLock", programs::<ClockReadBeforeTheLock>()),
    ]
}
