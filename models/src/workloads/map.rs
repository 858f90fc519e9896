//! Maps: what is put into the keys and not taken out is what they hold.

use fastrand::Rng;
use selvedge::check::linearizability::{Answer, Checker, History, Sequential};
use selvedge::patterns::{concurrent_map::ConcurrentMap, sharded_map::ShardedMap};
use selvedge::sync::atomic::{AtomicU64, Ordering};
use serde::{Deserialize, Serialize};

use super::{Entry, Plan, Workload, ensure, equal};
use crate::defects::{GetThenSet, LenBesideTheMap, LoadOutsideTheLock, SecondLookForgotten};
use crate::patterns::map::Map;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Op {
    Get(u32),
    Set(u32, u64),
    Remove(u32),
    Increment(u32),
    GetOrInsert(u32, u64),
    /// How many keys there are. It is no operation of one key, and none that is recorded.
    Len,
}
use Op::{Get, GetOrInsert, Increment, Len, Remove, Set};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Ret {
    Nothing,
    Value(u64),
    /// The value that the closure of this call has made.
    Made(u64),
    Done,
}

impl From<Option<u64>> for Ret {
    fn from(value: Option<u64>) -> Self {
        value.map_or(Ret::Nothing, Ret::Value)
    }
}

/// The value of one key.
struct Specification;

impl Sequential for Specification {
    type State = Option<u64>;
    type Op = Op;
    type Ret = Ret;

    fn initial(&self) -> Option<u64> {
        None
    }

    fn apply(&self, value: &mut Option<u64>, op: &Op) -> Ret {
        match *op {
            Get(_) => (*value).into(),
            Set(_, new) => value.replace(new).into(),
            Remove(_) => value.take().into(),
            Increment(_) => {
                *value = Some(value.unwrap_or(0) + 1);
                Ret::Done
            }
            GetOrInsert(_, new) => match *value {
                Some(value) => Ret::Value(value),
                None => {
                    *value = Some(new);
                    Ret::Made(new)
                }
            },
            Len => unreachable!("no length is recorded"),
        }
    }
}

struct Holding<M> {
    map: M,
    keys: u32,
    put_in: AtomicU64,
    taken_out: AtomicU64,
}

impl<M: Map> Holding<M> {
    fn account_for(&self, put_in: u64, taken_out: Option<u64>) {
        self.put_in.fetch_add(put_in, Ordering::Relaxed);
        self.taken_out.fetch_add(taken_out.unwrap_or(0), Ordering::Relaxed);
    }
}

impl<M: Map + 'static> Workload for Holding<M> {
    type Op = Op;
    type Ret = Ret;

    fn start(plan: &Plan) -> Self {
        Holding { map: M::new(), keys: plan.keys, put_in: AtomicU64::new(0), taken_out: AtomicU64::new(0) }
    }

    fn draw(plan: &Plan, _: usize, random: &mut Rng) -> Op {
        let (key, value) = (plan.key(random), random.u64(1..10));
        match random.u8(0..16) {
            0 | 1 => Set(key, value),
            2 | 3 => Remove(key),
            4..=6 => Increment(key),
            7 | 8 => GetOrInsert(key, value),
            9 if !plan.recorded => Len,
            _ => Get(key),
        }
    }

    fn perform(&self, _: usize, op: &Op) -> Result<Ret, String> {
        Ok(match *op {
            Get(key) => self.map.get(key).into(),
            Set(key, value) => {
                let old = self.map.set(key, value);
                self.account_for(value, old);
                old.into()
            }
            Remove(key) => {
                let old = self.map.remove(key);
                self.account_for(0, old);
                old.into()
            }
            Increment(key) => {
                self.map.increment(key);
                self.account_for(1, None);
                Ret::Done
            }
            GetOrInsert(key, new) => {
                let mut made = false;
                let make = || {
                    made = true;
                    new
                };
                let value = self.map.get_or_insert_with(key, make);
                if made {
                    self.account_for(new, None);
                    ensure(value == new, || format!("key {key} was made {new}, and is {value}"))?;
                    Ret::Made(value)
                } else {
                    Ret::Value(value)
                }
            }
            Len => {
                let len = self.map.keys();
                ensure(len <= self.keys as usize, || format!("of {} keys there are {len}", self.keys))?;
                Ret::Value(len as u64)
            }
        })
    }

    fn verify(&self) -> Result<(), String> {
        let values: Vec<u64> = (0..self.keys).filter_map(|key| self.map.get(key)).collect();
        equal("the length", self.map.keys(), values.len())?;
        let put_in = self.put_in.load(Ordering::Relaxed);
        let accounted_for = self.taken_out.load(Ordering::Relaxed) + values.iter().sum::<u64>();
        equal("what was taken out and is left", accounted_for, put_in)
    }

    fn judge(_: &Plan, checker: &Checker, history: &History<Op, Ret>) -> Answer {
        let key = |op: &Op| match *op {
            Get(key) | Set(key, _) | Remove(key) | Increment(key) | GetOrInsert(key, _) => key,
            Len => unreachable!("no length is recorded"),
        };
        checker.check_by_key(&Specification, history, key)
    }
}

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Entry::new::<Holding<ShardedMap<u32, u64>>>("sharded_map", "ShardedMap"),
        Entry::new::<Holding<ConcurrentMap<u32, u64>>>("concurrent_map", "ConcurrentMap"),
        Entry::twin::<Holding<GetThenSet>>("sharded_map", "GetThenSet"),
        Entry::twin::<Holding<LoadOutsideTheLock>>("concurrent_map", "LoadOutsideTheLock"),
        Entry::twin::<Holding<SecondLookForgotten>>("concurrent_map", "SecondLookForgotten"),
        Entry::twin::<Holding<LenBesideTheMap>>("concurrent_map", "LenBesideTheMap"),
    ]
}
