//! Programs over maps, on three keys.

use selvedge::check::programs::Programs;
use selvedge::patterns::{concurrent_map::ConcurrentMap, sharded_map::ShardedMap};

use super::operations::Op::{
    Clear, Contains, Get, GetOrInsert, Increment, Len, Remove, RemoveEven, Set, Snapshot, UpdateAway,
};
use super::operations::{Op, Specification, perform, perform_all};
use super::twins::{GetThenSet, LenBesideTheMap, LoadOutsideTheLock, SecondLookForgotten};
use super::{Map, WholeMap};
use crate::structure::{Orderings, Structure};

const KEYS: [u32; 3] = [1, 2, 3];
const VALUES: [u64; 2] = [5, 6];
/// What a closure makes.
const MADE: u64 = 7;

/// Every write.
fn sets() -> Vec<Op> {
    VALUES.into_iter().flat_map(|value| KEYS.map(|key| Set(key, value))).collect()
}

fn programs<M: Map + 'static>() -> Programs<Specification, M> {
    Programs::new(Specification, M::new, perform)
        .operation(4, KEYS.map(Get))
        .operation(4, sets())
        .operation(3, KEYS.map(Remove))
        .operation(3, KEYS.map(Increment))
        .operation(2, KEYS.map(|key| GetOrInsert(key, MADE)))
        .after(KEYS.map(Get))
}

/// The length is that of one moment; for a sharded map it is not, as its documentation says.
fn with_length<M: Map + 'static>() -> Programs<Specification, M> {
    Programs::new(Specification, M::new, perform)
        .operation(3, sets())
        .operation(3, KEYS.map(Remove))
        .operation(3, [Len])
        .after([Get(1), Get(2), Get(3), Len])
}

/// All linearizable operations of a map behind one lock, in programs of one operation for each thread.
fn whole<M: WholeMap + 'static>() -> Programs<Specification, M> {
    let looks = [Get(1), Contains(1), Len, Snapshot];
    let writes =
        [Set(1, 5), Set(2, 6), Remove(1), RemoveEven(2), UpdateAway(1), Increment(1), GetOrInsert(1, MADE), Clear];
    let programs = Programs::new(Specification, M::new, perform_all);
    let programs = looks.into_iter().chain(writes).fold(programs, |programs, op| programs.operation(1, [op]));
    programs.before([vec![], vec![Set(1, 4), Set(2, 4)]]).after([Snapshot])
}

pub(super) fn structures() -> Vec<Structure> {
    type Sharded = ShardedMap<u32, u64>;
    type Single = ConcurrentMap<u32, u64>;
    vec![
        Structure::new("sharded_map", "ShardedMap", programs::<Sharded>()),
        Structure::new("concurrent_map", "ConcurrentMap", programs::<Single>()).with_orderings(Orderings::Hidden),
        Structure::new("concurrent_map_len", "ConcurrentMap", with_length::<Single>())
            .with_orderings(Orderings::Hidden),
        Structure::new("concurrent_map_whole", "ConcurrentMap", whole::<Single>())
            .with_orderings(Orderings::Hidden)
            .in_operations(1),
        Structure::twin("sharded_map", "GetThenSet", programs::<GetThenSet>()),
        Structure::twin("concurrent_map", "LoadOutsideTheLock", programs::<LoadOutsideTheLock>()),
        Structure::twin("concurrent_map", "SecondLookForgotten", programs::<SecondLookForgotten>()),
        Structure::twin("concurrent_map_len", "LenBesideTheMap", with_length::<LenBesideTheMap>()),
    ]
}
