//! The bank: money moves, and none is made or lost.

use fastrand::Rng;
use selvedge::patterns::account;
use selvedge::sync::atomic::{AtomicU64, Ordering};

use super::Account;
use super::operations::Op::{Balance, Deposit, Transfer, Withdraw};
use super::operations::{Op, Ret, Specification, perform, specification};
use super::twins::{ReadModifyWriteInThreeSteps, TransferInArgumentOrder};
use crate::workload::{Entry, Plan, Tally, Workload, ensure, equal};

/// What is on each account at first.
const OPENING: u64 = 100;

struct Bank<A> {
    accounts: Vec<A>,
    deposits: Tally,
    withdrawn: AtomicU64,
}

impl<A> Bank<A> {
    fn opening(&self) -> u64 {
        OPENING * self.accounts.len() as u64
    }
}

/// At least two accounts.
fn accounts(plan: &Plan) -> usize {
    plan.keys as usize + 1
}

impl<A: Account + 'static> Workload for Bank<A> {
    type Specification = Specification;

    fn start(plan: &Plan) -> Self {
        let accounts = (0..accounts(plan)).map(|number| A::open(number as u64, OPENING)).collect();
        Bank { accounts, deposits: Tally::new(plan.threads), withdrawn: AtomicU64::new(0) }
    }

    fn draw(plan: &Plan, _: u32, random: &mut Rng) -> Op {
        let (here, amount) = (plan.key(random) as usize, random.u64(1..100));
        match random.u8(0..10) {
            0 | 1 => Balance(here),
            2 => Deposit(here, amount),
            3 => Withdraw(here, amount),
            _ => {
                let there = (here + random.usize(1..accounts(plan))) % accounts(plan);
                Transfer(here, there, amount)
            }
        }
    }

    fn perform(&self, thread: usize, op: &Op) -> Result<Ret, String> {
        let perform = || perform(&self.accounts, op);
        let ret = match *op {
            Deposit(_, amount) => self.deposits.add(thread, amount, perform),
            _ => perform(),
        };
        match (op, ret) {
            (Balance(at), Ret::Holds(balance)) => {
                // One account may hold all the money, and no account can hold more.
                let money = self.opening() + self.deposits.most();
                ensure(balance <= money, || format!("account {at} holds {balance}, of {money} in all"))?;
            }
            (Withdraw(_, amount), Ret::Done) => _ = self.withdrawn.fetch_add(*amount, Ordering::Relaxed),
            _ => (),
        }
        Ok(ret)
    }

    fn verify(&self) -> Result<(), String> {
        let total: u64 = self.accounts.iter().map(A::balance).sum();
        let paid_in = self.opening() + self.deposits.total();
        equal("the money in the bank", total, paid_in - self.withdrawn.load(Ordering::Relaxed))
    }

    fn specification(plan: &Plan) -> Specification {
        specification(accounts(plan), OPENING)
    }
}

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Entry::new::<Bank<account::Account>>("account", "Account"),
        Entry::twin::<Bank<ReadModifyWriteInThreeSteps>>("account", "ReadModifyWriteInThreeSteps"),
        Entry::twin::<Bank<TransferInArgumentOrder>>("account", "TransferInArgumentOrder"),
    ]
}
