//! Versions: whole ones, that never change, never go back, and lose no update.

use fastrand::Rng;
use selvedge::check::linearizability::{Answer, Checker, History, Sequential};
use selvedge::patterns::copy_on_write::CopyOnWrite;
use serde::{Deserialize, Serialize};

use super::{Entry, Plan, Tally, Workload, ensure, equal};
use crate::defects::{CopyBeforeLock, FieldsOfTwoVersions};
use crate::patterns::config::Config;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Op {
    Load,
    Increment,
}

struct Specification;

impl Sequential for Specification {
    type State = u64;
    type Op = Op;
    type Ret = Option<u64>;

    fn initial(&self) -> u64 {
        0
    }

    fn apply(&self, version: &mut u64, op: &Op) -> Option<u64> {
        match op {
            Op::Load => return Some(*version),
            Op::Increment => *version += 1,
        }
        None
    }
}

struct Versions<C> {
    config: C,
    updates: Tally,
}

impl<C: Config + 'static> Workload for Versions<C> {
    type Op = Op;
    type Ret = Option<u64>;

    fn start(plan: &Plan) -> Self {
        Versions { config: C::new(), updates: Tally::new(plan.threads) }
    }

    fn draw(_: &Plan, _: usize, random: &mut Rng) -> Op {
        if random.u8(0..4) == 0 { Op::Increment } else { Op::Load }
    }

    fn perform(&self, thread: usize, op: &Op) -> Result<Option<u64>, String> {
        match op {
            Op::Load => {
                let mut version = [0; 2];
                let look = || {
                    version = *self.config.load();
                    version[0]
                };
                let seen = self.updates.look("the version", look)?;
                ensure(version[0] == version[1], || format!("two fields of different versions: {version:?}"))?;
                Ok(Some(seen))
            }
            Op::Increment => {
                self.updates.add(thread, 1, || self.config.increment());
                Ok(None)
            }
        }
    }

    fn verify(&self) -> Result<(), String> {
        equal("the last version", *self.config.load(), [self.updates.total(); 2])
    }

    fn judge(_: &Plan, checker: &Checker, history: &History<Op, Option<u64>>) -> Answer {
        checker.check(&Specification, history)
    }
}

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Entry::new::<Versions<CopyOnWrite<[u64; 2]>>>("copy_on_write", "CopyOnWrite"),
        Entry::twin::<Versions<CopyBeforeLock>>("copy_on_write", "CopyBeforeLock"),
        Entry::twin::<Versions<FieldsOfTwoVersions>>("copy_on_write", "FieldsOfTwoVersions"),
    ]
}
