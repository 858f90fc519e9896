//! Maps: they hold what was put into the keys and not taken out.

use fastrand::Rng;
use selvedge::patterns::{concurrent_map::ConcurrentMap, sharded_map::ShardedMap};
use selvedge::sync::atomic::{AtomicU64, Ordering};

use super::Map;
use super::operations::Op::{Get, GetOrInsert, Increment, Len, Remove, Set};
use super::operations::{Op, Ret, Specification, perform, specification};
use super::twins::{GetThenSet, LenBesideTheMap, LoadOutsideTheLock, SecondLookForgotten};
use crate::workload::{Entry, Plan, Workload, ensure, equal};

struct Holding<M> {
    map: M,
    keys: u32,
    put_in: AtomicU64,
    taken_out: AtomicU64,
}

impl<M: Map> Holding<M> {
    fn account_for(&self, put_in: u64, taken_out: &Ret) {
        self.put_in.fetch_add(put_in, Ordering::Relaxed);
        let old = if let Ret::Value(old) = *taken_out { old } else { 0 };
        self.taken_out.fetch_add(old, Ordering::Relaxed);
    }
}

impl<M: Map + 'static> Workload for Holding<M> {
    type Specification = Specification;

    fn start(plan: &Plan) -> Self {
        Holding { map: M::new(), keys: plan.keys, put_in: AtomicU64::new(0), taken_out: AtomicU64::new(0) }
    }

    fn draw(plan: &Plan, _: u32, random: &mut Rng) -> Op {
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
        let ret = perform(&self.map, op);
        match (*op, &ret) {
            (Set(_, value), old) => self.account_for(value, old),
            (Remove(_), old) => self.account_for(0, old),
            (Increment(_), _) => self.account_for(1, &Ret::Nothing),
            (GetOrInsert(key, new), Ret::Made(made)) => {
                self.account_for(new, &Ret::Nothing);
                ensure(*made == new, || format!("key {key} was made {new}, and is {made}"))?;
            }
            (Len, Ret::Value(len)) => {
                ensure(*len <= self.keys.into(), || format!("of {} keys there are {len}", self.keys))?;
            }
            _ => (),
        }
        Ok(ret)
    }

    fn verify(&self) -> Result<(), String> {
        let values: Vec<u64> = (0..self.keys).filter_map(|key| self.map.get(key)).collect();
        equal("the length", self.map.keys(), values.len())?;
        let put_in = self.put_in.load(Ordering::Relaxed);
        let accounted_for = self.taken_out.load(Ordering::Relaxed) + values.iter().sum::<u64>();
        equal("what was taken out and is left", accounted_for, put_in)
    }

    fn specification(_: &Plan) -> Specification {
        specification()
    }

    fn part(op: &Op) -> usize {
        match *op {
            Get(key) | Set(key, _) | Remove(key) | Increment(key) | GetOrInsert(key, _) => key as usize,
            _ => unreachable!("what is about all keys is not recorded"),
        }
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
