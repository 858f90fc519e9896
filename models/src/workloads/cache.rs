//! The cache: what was written is there for its time and no longer, whatever is cleaned up meanwhile.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::time::Duration;

use fastrand::Rng;
use selvedge::check::linearizability::{Answer, Checker, History, Sequential};
use selvedge::patterns::ttl_cache;
use selvedge::sync::time::Clock;
use serde::{Deserialize, Serialize};

use super::{Entry, Plan, Workload, ensure, equal};
use crate::defects::{CleanupLoopInTwoPasses, ClockReadBeforeTheLock, GetDeletesWithoutRecheck, JanitorWithoutStop};
use crate::patterns::ttl_cache::{Cache, Janitor};

/// How long every value is kept, in the units of the clock.
const TTL: u64 = 4;

fn units(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Op {
    Get(u32),
    Set(u32, u64),
    /// Writes a value and looks at it.
    SetAndGet(u32, u64),
    Sweep,
    Advance(u64),
}
use Op::{Advance, Get, Set, SetAndGet, Sweep};

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
            SetAndGet(..) => unreachable!("it is two operations, and none that is recorded"),
        }
        None
    }
}

struct Expiring<C, J> {
    clock: Clock,
    cache: C,
    /// What a janitor would leave behind shows when it is gone.
    janitor: PhantomData<fn() -> J>,
}

impl<C: Cache + 'static, J: Janitor + 'static> Workload for Expiring<C, J> {
    type Op = Op;
    type Ret = Option<u64>;

    fn start(_: &Plan) -> Self {
        let clock = Clock::manual();
        Expiring { cache: C::new(&clock), clock, janitor: PhantomData }
    }

    fn draw(plan: &Plan, _: usize, random: &mut Rng) -> Op {
        let (key, value) = (plan.key(random), random.u64(1..10));
        match random.u8(0..12) {
            0 => Sweep,
            1 | 2 => Advance(random.u64(1..2 * TTL)),
            3..=5 if plan.recorded => Set(key, value),
            3..=5 => SetAndGet(key, value),
            _ => Get(key),
        }
    }

    fn perform(&self, _: usize, op: &Op) -> Result<Option<u64>, String> {
        match *op {
            Get(key) => return Ok(self.cache.get(key)),
            Set(key, value) => self.cache.set(key, value, units(TTL)),
            SetAndGet(key, value) => {
                let written = self.clock.now();
                self.cache.set(key, value, units(TTL));
                let found = self.cache.get(key);
                // Whoever has written last has done so since, and it has not expired.
                let fresh = self.clock.now() - written <= units(TTL);
                ensure(!fresh || found.is_some(), || format!("lost update: key {key} was written, and is gone"))?;
                return Ok(found);
            }
            Sweep => self.cache.sweep(),
            Advance(by) => self.clock.advance(units(by)),
        }
        Ok(None)
    }

    fn verify(&self) -> Result<(), String> {
        let key = 0;
        self.cache.set(key, 1, units(TTL));
        self.clock.advance(units(TTL));
        equal("a value in its last moment", self.cache.get(key), Some(1))?;
        self.clock.advance(Duration::from_nanos(1));
        equal("a value that has expired", self.cache.get(key), None)?;
        drop(J::start(&self.clock));
        equal("the number of timers left", self.clock.timers(), 0)
    }

    fn judge(_: &Plan, checker: &Checker, history: &History<Op, Option<u64>>) -> Answer {
        checker.check(&Specification, history)
    }
}

pub(super) fn entries() -> Vec<Entry> {
    type Real = ttl_cache::Cache<u32, u64>;
    vec![
        Entry::new::<Expiring<Real, Real>>("ttl_cache", "Cache"),
        Entry::twin::<Expiring<GetDeletesWithoutRecheck, Real>>("ttl_cache", "GetDeletesWithoutRecheck"),
        Entry::twin::<Expiring<CleanupLoopInTwoPasses, Real>>("ttl_cache", "CleanupLoopInTwoPasses"),
        Entry::twin::<Expiring<ClockReadBeforeTheLock, Real>>("ttl_cache", "ClockReadBeforeTheLock"),
        Entry::twin::<Expiring<Real, JanitorWithoutStop>>("ttl_cache", "JanitorWithoutStop"),
    ]
}
