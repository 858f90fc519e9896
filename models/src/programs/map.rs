//! The maps: what each operation answers, on two keys.

use std::collections::BTreeMap;

use selvedge::check::linearizability::Sequential;
use selvedge::check::programs::Programs;
use selvedge::patterns::{concurrent_map::ConcurrentMap, sharded_map::ShardedMap};

use super::{Orderings, Structure};
use crate::defects::{GetThenSet, LenBesideTheMap, LoadOutsideTheLock, SecondLookForgotten};
use crate::patterns::map::Map;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Op {
    Get(u32),
    Set(u32, u64),
    Remove(u32),
    Increment(u32),
    GetOrInsert(u32),
    Len,
}
use Op::{Get, GetOrInsert, Increment, Len, Remove, Set};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Answer {
    Nothing,
    Value(u64),
    /// The value that the closure of this call has made.
    Made(u64),
    Done,
}

impl From<Option<u64>> for Answer {
    fn from(value: Option<u64>) -> Self {
        value.map_or(Answer::Nothing, Answer::Value)
    }
}

const KEYS: [u32; 3] = [1, 2, 3];
const VALUES: [u64; 2] = [5, 6];
/// What a closure makes.
const MADE: u64 = 7;

struct Specification;

impl Sequential for Specification {
    type State = BTreeMap<u32, u64>;
    type Op = Op;
    type Ret = Answer;

    fn initial(&self) -> Self::State {
        BTreeMap::new()
    }

    fn apply(&self, map: &mut Self::State, op: &Op) -> Answer {
        match *op {
            Get(key) => map.get(&key).copied().into(),
            Set(key, value) => map.insert(key, value).into(),
            Remove(key) => map.remove(&key).into(),
            Increment(key) => {
                *map.entry(key).or_insert(0) += 1;
                Answer::Done
            }
            GetOrInsert(key) => match map.get(&key) {
                Some(&value) => Answer::Value(value),
                None => {
                    map.insert(key, MADE);
                    Answer::Made(MADE)
                }
            },
            Len => Answer::Value(map.len() as u64),
        }
    }
}

fn perform<M: Map>(map: &M, op: &Op) -> Answer {
    match *op {
        Get(key) => map.get(key).into(),
        Set(key, value) => map.set(key, value).into(),
        Remove(key) => map.remove(key).into(),
        Increment(key) => {
            map.increment(key);
            Answer::Done
        }
        GetOrInsert(key) => {
            let mut made = false;
            let value = map.get_or_insert_with(key, || {
                made = true;
                MADE
            });
            if made { Answer::Made(value) } else { Answer::Value(value) }
        }
        Len => Answer::Value(map.keys() as u64),
    }
}

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
        .operation(2, KEYS.map(GetOrInsert))
        .after(KEYS.map(Get))
}

/// The length is that of one moment: not so of a map in shards, which says so.
fn with_length<M: Map + 'static>() -> Programs<Specification, M> {
    Programs::new(Specification, M::new, perform)
        .operation(3, sets())
        .operation(3, KEYS.map(Remove))
        .operation(3, [Len])
        .after([Get(1), Get(2), Get(3), Len])
}

pub(super) fn structures() -> Vec<Structure> {
    type Sharded = ShardedMap<u32, u64>;
    type Single = ConcurrentMap<u32, u64>;
    vec![
        Structure::new("sharded_map", "ShardedMap", programs::<Sharded>()),
        Structure::new("concurrent_map", "ConcurrentMap", programs::<Single>()).with_orderings(Orderings::Hidden),
        Structure::new("concurrent_map_len", "ConcurrentMap", with_length::<Single>())
            .with_orderings(Orderings::Hidden),
        Structure::twin("sharded_map", "GetThenSet", programs::<GetThenSet>()),
        Structure::twin("concurrent_map", "LoadOutsideTheLock", programs::<LoadOutsideTheLock>()),
        Structure::twin("concurrent_map", "SecondLookForgotten", programs::<SecondLookForgotten>()),
        Structure::twin("concurrent_map_len", "LenBesideTheMap", with_length::<LenBesideTheMap>()),
    ]
}
