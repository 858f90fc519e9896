//! Two values behind a read-write lock: both are those of one moment, and no increment is lost.

use fastrand::Rng;
use selvedge::check::linearizability::{Answer, Checker, History, Sequential};
use serde::{Deserialize, Serialize};

use super::{Entry, Plan, Tally, Workload, ensure, equal};
use crate::defects::WriteKeyByKey;
use crate::patterns::safe_data::{Real, SafeData};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Op {
    Both,
    SetBoth(u64),
    Count,
    Increment,
}

struct Specification;

impl Sequential for Specification {
    /// The pair, and the count.
    type State = (u64, u64);
    type Op = Op;
    type Ret = Option<u64>;

    fn initial(&self) -> (u64, u64) {
        (0, 0)
    }

    fn apply(&self, (both, count): &mut (u64, u64), op: &Op) -> Option<u64> {
        match *op {
            Op::Both => return Some(*both),
            Op::Count => return Some(*count),
            Op::SetBoth(value) => *both = value,
            Op::Increment => *count += 1,
        }
        None
    }
}

struct Pairs<D> {
    pair: D,
    /// Only ever incremented.
    count: D,
    added: Tally,
}

impl<D: SafeData + 'static> Workload for Pairs<D> {
    type Op = Op;
    type Ret = Option<u64>;

    fn start(plan: &Plan) -> Self {
        Pairs { pair: D::new(), count: D::new(), added: Tally::new(plan.threads) }
    }

    fn draw(_: &Plan, _: usize, random: &mut Rng) -> Op {
        match random.u8(0..8) {
            0 => Op::SetBoth(random.u64(0..8)),
            1 => Op::Increment,
            2..=4 => Op::Count,
            _ => Op::Both,
        }
    }

    fn perform(&self, thread: usize, op: &Op) -> Result<Option<u64>, String> {
        match *op {
            Op::Both => {
                let [one, other] = self.pair.both();
                ensure(one == other, || format!("torn read: one key was {one} and the other {other}"))?;
                return Ok(Some(one));
            }
            Op::Count => return self.added.look("the count", || self.count.both()[0]).map(Some),
            Op::SetBoth(value) => self.pair.set_both(value),
            Op::Increment => self.added.add(thread, 1, || self.count.increment()),
        }
        Ok(None)
    }

    fn verify(&self) -> Result<(), String> {
        equal("the count", self.count.both()[0], self.added.total())
    }

    fn judge(_: &Plan, checker: &Checker, history: &History<Op, Option<u64>>) -> Answer {
        checker.check(&Specification, history)
    }
}

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Entry::new::<Pairs<Real>>("safe_data", "SafeData"),
        Entry::twin::<Pairs<WriteKeyByKey>>("safe_data", "WriteKeyByKey"),
    ]
}
