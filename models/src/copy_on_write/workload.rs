//! Versions: they are whole, never change, never go back, and lose no update.

use fastrand::Rng;
use selvedge::patterns::copy_on_write::CopyOnWrite;

use super::Config;
use super::operations::{Op, SPECIFICATION, Specification, perform};
use super::twins::{CopyBeforeLock, FieldsOfTwoVersions};
use crate::workload::{Entry, Plan, Tally, Workload, ensure, equal};

struct Versions<C> {
    config: C,
    updates: Tally,
}

impl<C: Config + 'static> Workload for Versions<C> {
    type Specification = Specification;

    fn start(plan: &Plan) -> Self {
        Versions { config: C::new(), updates: Tally::new(plan.threads) }
    }

    fn draw(_: &Plan, _: u32, random: &mut Rng) -> Op {
        if random.u8(0..4) == 0 { Op::Increment } else { Op::Load }
    }

    fn perform(&self, thread: usize, op: &Op) -> Result<Option<[u64; 2]>, String> {
        match op {
            Op::Load => {
                let version = self.updates.look("the version", || *self.config.load(), |version| version[0])?;
                ensure(version[0] == version[1], || format!("two fields of different versions: {version:?}"))?;
                Ok(Some(version))
            }
            Op::Increment => Ok(self.updates.add(thread, 1, || perform(&self.config, op))),
        }
    }

    fn verify(&self) -> Result<(), String> {
        equal("the last version", *self.config.load(), [self.updates.total(); 2])
    }

    fn specification(_: &Plan) -> Specification {
        SPECIFICATION
    }
}

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Entry::new::<Versions<CopyOnWrite<[u64; 2]>>>("copy_on_write", "CopyOnWrite"),
        Entry::twin::<Versions<CopyBeforeLock>>("copy_on_write", "CopyBeforeLock"),
        Entry::twin::<Versions<FieldsOfTwoVersions>>("copy_on_write", "FieldsOfTwoVersions"),
    ]
}
