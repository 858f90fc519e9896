//! Programs over the cache.

use selvedge::check::programs::Programs;
use selvedge::sync::time::Clock;

use super::operations::Op::{Advance, Delete, Get, Len, Load, LoadFails, Set, SetFor, Sweep};
use super::operations::{Op, Specification};
use super::twins::{CleanupLoopInTwoPasses, ClockReadBeforeTheLock, GetDeletesWithoutRecheck};
use super::{Cache, Real};
use crate::structure::{Orderings, Structure};

const SPECIFICATION: Specification = Specification { ttl: 1 };

/// A cache, and its clock.
type Subject<C> = (Clock, C);

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

/// All operations, in programs of one operation for each thread.
fn whole() -> Programs<Specification, Subject<Real>> {
    let perform = |(clock, cache): &Subject<Real>, op: &Op| SPECIFICATION.perform_all(clock, cache, op);
    let operations =
        [Get(1), SetFor(1, 5, 2), Delete(1), Load(1, 6, 1), Load(1, 7, 3), LoadFails(1), Sweep, Len, Advance(2)];
    let programs = Programs::new(SPECIFICATION, make::<Real>, perform);
    let programs = operations.into_iter().fold(programs, |programs, op| programs.operation(1, [op]));
    programs.before([vec![], vec![SetFor(1, 4, 1)], vec![SetFor(1, 4, 1), Advance(2)]]).after([Get(1)])
}

pub(super) fn structures() -> Vec<Structure> {
    vec![
        Structure::new("ttl_cache", "Cache", programs::<Real>()).with_orderings(Orderings::Hidden),
        Structure::new("ttl_cache_whole", "Cache", whole()).with_orderings(Orderings::Hidden).in_operations(1),
        Structure::twin("ttl_cache", "GetDeletesWithoutRecheck", programs::<GetDeletesWithoutRecheck>()),
        Structure::twin("ttl_cache", "CleanupLoopInTwoPasses", programs::<CleanupLoopInTwoPasses>()),
        Structure::twin("ttl_cache", "ClockReadBeforeTheLock", programs::<ClockReadBeforeTheLock>()),
    ]
}
