//! The operations of a cache, including time, and their sequential specification: a written value is there until its
//! time has passed, and no longer.

use std::collections::BTreeMap;
use std::time::Duration;

use selvedge::check::linearizability::Sequential;
use selvedge::check::programs::Programs;
use selvedge::sync::time::Clock;
use serde::{Deserialize, Serialize};

use super::twins::{CleanupLoopInTwoPasses, ClockReadBeforeTheLock, GetDeletesWithoutRecheck};
use super::{Cache, Real, WholeCache};
use crate::structure::{Orderings, Structure};

/// An operation. Times are in the units of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Op {
    /// The value of a key.
    Get(u32),
    /// Writes a value that is kept for as long as the specification says.
    Set(u32, u64),
    /// Removes what has expired.
    Sweep,
    /// Lets time pass.
    Advance(u64),
    /// Writes a value that is kept for so long; this and the following are for whole caches only.
    SetFor(u32, u64, u64),
    /// Removes a key.
    Delete(u32),
    /// The value of a key, which is this one, kept for so long, if there was none.
    Load(u32, u64, u64),
    /// The value of a key, if none can be loaded.
    LoadFails(u32),
    /// Removes what has expired, and answers how many are left.
    Len,
}
use Op::{Advance, Delete, Get, Len, Load, LoadFails, Set, SetFor, Sweep};

/// The time, and for each key its value and when that expires.
type State = (u64, BTreeMap<u32, (u64, u64)>);

/// A value is kept for so many units.
#[derive(Clone, Copy, Debug)]
pub struct Specification {
    /// How many.
    pub ttl: u64,
}

fn fresh((now, items): &State, key: u32) -> Option<u64> {
    items.get(&key).filter(|(_, expiration)| now <= expiration).map(|&(value, _)| value)
}

impl Sequential for Specification {
    type State = State;
    type Op = Op;
    type Ret = Option<u64>;

    fn initial(&self) -> State {
        (0, BTreeMap::new())
    }

    fn apply(&self, state: &mut State, op: &Op) -> Option<u64> {
        match *op {
            Get(key) | LoadFails(key) => return fresh(state, key),
            Set(key, value) => _ = state.1.insert(key, (value, state.0 + self.ttl)),
            SetFor(key, value, ttl) => _ = state.1.insert(key, (value, state.0 + ttl)),
            Load(key, value, ttl) => {
                if let Some(found) = fresh(state, key) {
                    return Some(found);
                }
                state.1.insert(key, (value, state.0 + ttl));
                return Some(value);
            }
            Delete(key) => _ = state.1.remove(&key),
            Sweep => (),
            Len => return Some(state.1.values().filter(|(_, expiration)| state.0 <= *expiration).count() as u64),
            Advance(by) => state.0 += by,
        }
        None
    }
}

/// A number of units.
pub fn units(n: u64) -> Duration {
    Duration::from_secs(n)
}

impl Specification {
    /// Performs an operation.
    ///
    /// # Panics
    ///
    /// If only a whole cache has the operation.
    pub fn perform<C: Cache>(self, clock: &Clock, cache: &C, op: &Op) -> Option<u64> {
        match *op {
            Get(key) => return cache.get(key),
            Set(key, value) => cache.set(key, value, units(self.ttl)),
            Sweep => cache.sweep(),
            Advance(by) => clock.advance(units(by)),
            _ => unreachable!("only a whole cache has it"),
        }
        None
    }

    /// Performs an operation on a whole cache.
    pub fn perform_all<C: WholeCache>(self, clock: &Clock, cache: &C, op: &Op) -> Option<u64> {
        match *op {
            SetFor(key, value, ttl) => cache.set(key, value, units(ttl)),
            Delete(key) => cache.delete(key),
            Load(key, value, ttl) => return cache.load(key, Some(value), units(ttl)),
            LoadFails(key) => return cache.load(key, None, Duration::ZERO),
            Len => {
                cache.sweep();
                return Some(cache.entries() as u64);
            }
            _ => return self.perform(clock, cache, op),
        }
        None
    }
}

const SPECIFICATION: Specification = Specification { ttl: 1 };

/// A cache, and its clock.
pub type Subject<C> = (Clock, C);

fn make<C: Cache>() -> Subject<C> {
    let clock = Clock::manual();
    let cache = C::new(&clock);
    (clock, cache)
}

fn programs<C: Cache + 'static>() -> Programs<Specification, Subject<C>> {
    let perform = |(clock, cache): &Subject<C>, op: &Op| SPECIFICATION.perform(clock, cache, op);
    Programs::new(SPECIFICATION, make::<C>, perform)
        .operation(4, [Get(1), Get(2)])
        .operation(4, [Set(1, 5), Set(2, 5), Set(1, 6)])
        .operation(2, [Sweep])
        .operation(3, [Advance(2), Advance(1)])
        .before([vec![], vec![Set(1, 4), Advance(2)]])
        .after([Get(1), Get(2)])
}

/// All operations, on so many keys.
pub fn whole(keys: u32) -> Programs<Specification, Subject<Real>> {
    let perform = |(clock, cache): &Subject<Real>, op: &Op| SPECIFICATION.perform_all(clock, cache, op);
    let on_each = |op: fn(u32) -> Op| (1..=keys).map(op);
    let for_each_time = |op: fn(u32, u64) -> Op| {
        [1, 3, 0, 2, 4].into_iter().flat_map(move |ttl| (1..=keys).map(move |key| op(key, ttl)))
    };
    Programs::new(SPECIFICATION, make::<Real>, perform)
        .operation(5, on_each(Get))
        .operation(5, for_each_time(|key, ttl| SetFor(key, 5 + ttl, ttl)))
        .operation(2, on_each(Delete))
        .operation(3, for_each_time(|key, ttl| Load(key, 10 + ttl, ttl)))
        .operation(1, on_each(LoadFails))
        .operation(1, [Sweep])
        .operation(2, [Len])
        .operation(4, [2, 1, 3].map(Advance))
        .before([vec![], vec![SetFor(1, 4, 1)], vec![SetFor(1, 4, 1), Advance(2)]])
        .after([Get(1)])
}

pub(super) fn structures() -> Vec<Structure> {
    vec![
        Structure::new("ttl_cache", "Cache", programs::<Real>()).with_orderings(Orderings::Hidden),
        Structure::new("ttl_cache_whole", "Cache", whole(1)).with_orderings(Orderings::Hidden).in_operations(1),
        Structure::twin("ttl_cache", "GetDeletesWithoutRecheck", programs::<GetDeletesWithoutRecheck>()),
        Structure::twin("ttl_cache", "CleanupLoopInTwoPasses", programs::<CleanupLoopInTwoPasses>()),
        Structure::twin("ttl_cache", "ClockReadBeforeTheLock", programs::<ClockReadBeforeTheLock>()),
    ]
}
