//! The cache: a written value is there for its time and no longer, whatever is swept meanwhile.

use std::marker::PhantomData;
use std::time::Duration;

use fastrand::Rng;
use selvedge::sync::time::Clock;

use super::operations::Op::{Advance, Get, Set, Sweep};
use super::operations::{Op, Specification, units};
use super::twins::{CleanupLoopInTwoPasses, ClockReadBeforeTheLock, GetDeletesWithoutRecheck, JanitorWithoutStop};
use super::{Cache, Janitor, Real};
use crate::workload::{Entry, Plan, Workload, ensure, equal};

const SPECIFICATION: Specification = Specification { ttl: TTL };
/// How long every value is kept.
const TTL: u64 = 4;

struct Expiring<C, J> {
    clock: Clock,
    cache: C,
    /// A thread that writes reads what it wrote: two operations, which are not recorded in histories.
    looks: bool,
    /// What a janitor leaves behind shows after its end.
    janitor: PhantomData<fn() -> J>,
}

impl<C: Cache + 'static, J: Janitor + 'static> Workload for Expiring<C, J> {
    type Specification = Specification;

    fn start(plan: &Plan) -> Self {
        let clock = Clock::manual();
        Expiring { cache: C::new(&clock), clock, looks: !plan.recorded, janitor: PhantomData }
    }

    fn draw(plan: &Plan, _: u32, random: &mut Rng) -> Op {
        let (key, value) = (plan.key(random), random.u64(1..10));
        match random.u8(0..12) {
            0 => Sweep,
            1 | 2 => Advance(random.u64(1..2 * TTL)),
            3..=5 => Set(key, value),
            _ => Get(key),
        }
    }

    fn perform(&self, _: usize, op: &Op) -> Result<Option<u64>, String> {
        let written = self.clock.now();
        let ret = SPECIFICATION.perform(&self.clock, &self.cache, op);
        if let (Set(key, _), true) = (op, self.looks) {
            let found = self.cache.get(*key);
            // The last write came after that, and has not expired.
            let fresh = self.clock.now() - written <= units(TTL);
            ensure(!fresh || found.is_some(), || format!("lost update: key {key} was written, and is gone"))?;
        }
        Ok(ret)
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

    fn specification(_: &Plan) -> Specification {
        SPECIFICATION
    }
}

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Entry::new::<Expiring<Real, Real>>("ttl_cache", "Cache"),
        Entry::twin::<Expiring<GetDeletesWithoutRecheck, Real>>("ttl_cache", "GetDeletesWithoutRecheck"),
        Entry::twin::<Expiring<CleanupLoopInTwoPasses, Real>>("ttl_cache", "CleanupLoopInTwoPasses"),
        Entry::twin::<Expiring<ClockReadBeforeTheLock, Real>>("ttl_cache", "ClockReadBeforeTheLock"),
        Entry::twin::<Expiring<Real, JanitorWithoutStop>>("ttl_cache", "JanitorWithoutStop"),
    ]
}
