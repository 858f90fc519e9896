//! The operations of a map, and their sequential specification.

use std::collections::BTreeMap;

use selvedge::check::programs::Programs;
use selvedge::patterns::{concurrent_map::ConcurrentMap, sharded_map::ShardedMap};
use serde::{Deserialize, Serialize};

use super::twins::{GetThenSet, LenBesideTheMap, LoadOutsideTheLock, SecondLookForgotten};
use super::{Map, WholeMap};
use crate::reference::Reference;
use crate::structure::{Orderings, Structure};

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Op {
    /// The value of a key.
    Get(u32),
    /// Writes a value, and answers the one before.
    Set(u32, u64),
    /// Takes a value out.
    Remove(u32),
    /// Adds one to a value, or sets it to one.
    Increment(u32),
    /// The value of a key, which is this one if there was none.
    GetOrInsert(u32, u64),
    /// How many keys there are.
    Len,
    /// Whether there is a value; this and the following are for whole maps only.
    Contains(u32),
    /// Whether there are no keys.
    IsEmpty,
    /// Takes a value out if it is even.
    RemoveEven(u32),
    /// Changes a value to none.
    UpdateAway(u32),
    /// Every key and value.
    Snapshot,
    /// Takes every value out.
    Clear,
}
use Op::{Clear, Contains, Get, GetOrInsert, Increment, IsEmpty, Len, Remove, RemoveEven, Set, Snapshot, UpdateAway};

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Ret {
    /// There is none.
    Nothing,
    /// This one.
    Value(u64),
    /// The value that the closure of this call has made.
    Made(u64),
    /// It was done.
    Done,
    /// All keys and values, in the order of the keys.
    All(Vec<(u32, u64)>),
}

impl From<Option<u64>> for Ret {
    fn from(value: Option<u64>) -> Self {
        value.map_or(Ret::Nothing, Ret::Value)
    }
}

/// The keys and their values.
pub type Specification = Reference<BTreeMap<u32, u64>, Op, Ret>;

/// A map, empty at first.
pub fn specification() -> Specification {
    Reference { initial: BTreeMap::new(), apply: |map, op| Some(apply(map, op)) }
}

fn apply(map: &mut BTreeMap<u32, u64>, op: &Op) -> Ret {
    match *op {
        Get(key) => map.get(&key).copied().into(),
        Set(key, value) => map.insert(key, value).into(),
        Remove(key) => map.remove(&key).into(),
        Increment(key) => {
            *map.entry(key).or_insert(0) += 1;
            Ret::Done
        }
        GetOrInsert(key, new) => match map.get(&key) {
            Some(&value) => Ret::Value(value),
            None => {
                map.insert(key, new);
                Ret::Made(new)
            }
        },
        Len => Ret::Value(map.len() as u64),
        Contains(key) => Ret::Value(map.contains_key(&key).into()),
        IsEmpty => Ret::Value(map.is_empty().into()),
        RemoveEven(key) if map.get(&key).is_some_and(|value| value % 2 == 0) => map.remove(&key).into(),
        RemoveEven(_) => Ret::Nothing,
        UpdateAway(key) => map.remove(&key).into(),
        Snapshot => Ret::All(map.iter().map(|(&key, &value)| (key, value)).collect()),
        Clear => {
            map.clear();
            Ret::Done
        }
    }
}

/// Performs an operation.
///
/// # Panics
///
/// If only a whole map has the operation.
pub fn perform<M: Map>(map: &M, op: &Op) -> Ret {
    match *op {
        Get(key) => map.get(key).into(),
        Set(key, value) => map.set(key, value).into(),
        Remove(key) => map.remove(key).into(),
        Increment(key) => {
            map.increment(key);
            Ret::Done
        }
        GetOrInsert(key, new) => {
            let mut made = false;
            let value = map.get_or_insert_with(key, || {
                made = true;
                new
            });
            if made { Ret::Made(value) } else { Ret::Value(value) }
        }
        Len => Ret::Value(map.keys() as u64),
        _ => unreachable!("only a whole map has it"),
    }
}

/// Performs an operation on a whole map.
pub fn perform_all<M: WholeMap>(map: &M, op: &Op) -> Ret {
    match *op {
        Contains(key) => Ret::Value(map.contains(key).into()),
        IsEmpty => Ret::Value(map.has_no_keys().into()),
        RemoveEven(key) => map.remove_even(key).into(),
        UpdateAway(key) => map.update_away(key).into(),
        Snapshot => {
            let mut all = map.all();
            all.sort_unstable();
            Ret::All(all)
        }
        Clear => {
            map.clear();
            Ret::Done
        }
        _ => perform(map, op),
    }
}

const KEYS: [u32; 3] = [1, 2, 3];
const VALUES: [u64; 2] = [5, 6];
/// What a closure makes.
const MADE: u64 = 7;

/// Every write.
fn sets() -> Vec<Op> {
    VALUES.into_iter().flat_map(|value| KEYS.map(|key| Set(key, value))).collect()
}

fn programs<M: Map + 'static>() -> Programs<Specification, M> {
    Programs::new(specification(), M::new, perform)
        .operation(4, KEYS.map(Get))
        .operation(4, sets())
        .operation(3, KEYS.map(Remove))
        .operation(3, KEYS.map(Increment))
        .operation(2, KEYS.map(|key| GetOrInsert(key, MADE)))
        .after(KEYS.map(Get))
}

/// The length is that of one moment; for a sharded map it is not, as its documentation says.
fn with_length<M: Map + 'static>() -> Programs<Specification, M> {
    Programs::new(specification(), M::new, perform)
        .operation(3, sets())
        .operation(3, KEYS.map(Remove))
        .operation(3, [Len])
        .after([Get(1), Get(2), Get(3), Len])
}

/// All operations, on so many keys. One after another every map answers as specified; at once those of a map behind one lock
/// are linearizable.
pub fn whole<M: WholeMap + 'static>(keys: u32) -> Programs<Specification, M> {
    let on_each = |op: fn(u32) -> Op| (1..=keys).map(op);
    Programs::new(specification(), M::new, perform_all)
        .operation(4, on_each(Get))
        .operation(2, on_each(Contains))
        .operation(4, on_each(|key| Set(key, 4 + u64::from(key))))
        .operation(3, on_each(Remove))
        .operation(2, on_each(RemoveEven))
        .operation(3, on_each(Increment))
        .operation(1, on_each(UpdateAway))
        .operation(3, on_each(|key| GetOrInsert(key, MADE)))
        .operation(1, [Len, IsEmpty])
        .operation(1, [Snapshot])
        .operation(1, [Clear])
        .before([vec![], vec![Set(1, 4), Set(2, 4)]])
        .after([Snapshot])
}

pub(super) fn structures() -> Vec<Structure> {
    type Sharded = ShardedMap<u32, u64>;
    type Single = ConcurrentMap<u32, u64>;
    vec![
        Structure::new("sharded_map", "ShardedMap", programs::<Sharded>()),
        Structure::new("concurrent_map", "ConcurrentMap", programs::<Single>()).with_orderings(Orderings::Hidden),
        Structure::new("concurrent_map_len", "ConcurrentMap", with_length::<Single>())
            .with_orderings(Orderings::Hidden),
        Structure::new("concurrent_map_whole", "ConcurrentMap", whole::<Single>(2))
            .with_orderings(Orderings::Hidden)
            .in_operations(1),
        Structure::twin("sharded_map", "GetThenSet", programs::<GetThenSet>()),
        Structure::twin("concurrent_map", "LoadOutsideTheLock", programs::<LoadOutsideTheLock>()),
        Structure::twin("concurrent_map", "SecondLookForgotten", programs::<SecondLookForgotten>()),
        Structure::twin("concurrent_map_len", "LenBesideTheMap", with_length::<LenBesideTheMap>()),
    ]
}
