//! Two values behind a read-write lock: both are of one moment, and no increment is lost.

use fastrand::Rng;

use super::operations::{Op, SPECIFICATION, Specification, perform};
use super::twins::WriteKeyByKey;
use super::{Real, SafeData};
use crate::workload::{Entry, Plan, Tally, Workload, ensure, equal};

/// What is done in a round, so that each look can be judged by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Both are always the same.
    Pairs,
    /// The first only grows.
    Counts,
    /// Anything: the history is judged.
    All,
}

impl Kind {
    fn of(plan: &Plan) -> Self {
        match (plan.recorded, plan.round / 4 % 2) {
            (true, _) => Kind::All,
            (false, 0) => Kind::Pairs,
            (false, _) => Kind::Counts,
        }
    }
}

struct Values<D> {
    kind: Kind,
    data: D,
    added: Tally,
}

impl<D: SafeData + 'static> Workload for Values<D> {
    type Specification = Specification;

    fn start(plan: &Plan) -> Self {
        Values { kind: Kind::of(plan), data: D::new(), added: Tally::new(plan.threads) }
    }

    fn draw(plan: &Plan, _: u32, random: &mut Rng) -> Op {
        let write = random.u8(0..4) == 0;
        match Kind::of(plan) {
            _ if !write => Op::Both,
            Kind::Pairs => Op::SetBoth(random.u64(0..8)),
            Kind::Counts => Op::Increment,
            Kind::All if random.bool() => Op::SetBoth(random.u64(0..8)),
            Kind::All => Op::Increment,
        }
    }

    fn perform(&self, thread: usize, op: &Op) -> Result<Option<[u64; 2]>, String> {
        let perform = || perform(&self.data, op);
        let ret = match (op, self.kind) {
            (Op::Both, Kind::Counts) => {
                self.added.look("the count", perform, |ret| ret.map_or(0, |[count, _]| count))?
            }
            (Op::Increment, _) => self.added.add(thread, 1, perform),
            _ => perform(),
        };
        if let (Some([one, other]), Kind::Pairs) = (ret, self.kind) {
            ensure(one == other, || format!("torn read: one key was {one} and the other {other}"))?;
        }
        Ok(ret)
    }

    fn verify(&self) -> Result<(), String> {
        let [one, other] = self.data.both();
        match self.kind {
            Kind::Pairs => equal("one value", one, other),
            Kind::Counts => equal("the count", one, self.added.total()),
            Kind::All => Ok(()),
        }
    }

    fn specification(_: &Plan) -> Specification {
        SPECIFICATION
    }
}

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Entry::new::<Values<Real>>("safe_data", "SafeData"),
        Entry::twin::<Values<WriteKeyByKey>>("safe_data", "WriteKeyByKey"),
    ]
}
