//! The bank: money moves, and none is made or lost.

use fastrand::Rng;
use selvedge::check::linearizability::{Answer, Checker, History, Sequential};
use selvedge::patterns::account;
use selvedge::sync::atomic::{AtomicU64, Ordering};
use serde::{Deserialize, Serialize};

use super::{Entry, Plan, Tally, Workload, ensure, equal};
use crate::defects::{ReadModifyWriteInThreeSteps, TransferInArgumentOrder};
use crate::patterns::account::Account;

/// What is on each account at first.
const OPENING: u64 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Op {
    Balance(usize),
    Deposit(usize, u64),
    Withdraw(usize, u64),
    /// From the first to the second.
    Transfer(usize, usize, u64),
}
use Op::{Balance, Deposit, Transfer, Withdraw};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Ret {
    Done,
    Refused,
    Holds(u64),
}

fn accepted(accepted: bool) -> Ret {
    if accepted { Ret::Done } else { Ret::Refused }
}

/// The balances, at first all the same.
struct Specification(usize);

impl Sequential for Specification {
    type State = Vec<u64>;
    type Op = Op;
    type Ret = Ret;

    fn initial(&self) -> Vec<u64> {
        vec![OPENING; self.0]
    }

    fn apply(&self, balances: &mut Vec<u64>, op: &Op) -> Ret {
        match *op {
            Balance(at) => return Ret::Holds(balances[at]),
            Withdraw(at, amount) | Transfer(at, _, amount) if balances[at] < amount => return Ret::Refused,
            Deposit(at, amount) => balances[at] += amount,
            Withdraw(at, amount) => balances[at] -= amount,
            Transfer(from, to, amount) => {
                balances[from] -= amount;
                balances[to] += amount;
            }
        }
        Ret::Done
    }
}

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
    type Op = Op;
    type Ret = Ret;

    fn start(plan: &Plan) -> Self {
        let accounts = (0..accounts(plan)).map(|number| A::open(number as u64, OPENING)).collect();
        Bank { accounts, deposits: Tally::new(plan.threads), withdrawn: AtomicU64::new(0) }
    }

    fn draw(plan: &Plan, _: usize, random: &mut Rng) -> Op {
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
        Ok(match *op {
            Balance(at) => {
                let balance = self.accounts[at].balance();
                // One account may hold the money of all, and more than that nobody has.
                let money = self.opening() + self.deposits.most();
                ensure(balance <= money, || format!("account {at} holds {balance}, of {money} in all"))?;
                Ret::Holds(balance)
            }
            Deposit(at, amount) => {
                self.deposits.add(thread, amount, || self.accounts[at].deposit(amount));
                Ret::Done
            }
            Withdraw(at, amount) => {
                let covered = self.accounts[at].withdraw(amount);
                self.withdrawn.fetch_add(if covered { amount } else { 0 }, Ordering::Relaxed);
                accepted(covered)
            }
            Transfer(from, to, amount) => accepted(A::transfer(&self.accounts[from], &self.accounts[to], amount)),
        })
    }

    fn verify(&self) -> Result<(), String> {
        let total: u64 = self.accounts.iter().map(A::balance).sum();
        let paid_in = self.opening() + self.deposits.total();
        equal("the money in the bank", total, paid_in - self.withdrawn.load(Ordering::Relaxed))
    }

    fn judge(plan: &Plan, checker: &Checker, history: &History<Op, Ret>) -> Answer {
        checker.check(&Specification(accounts(plan)), history)
    }
}

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Entry::new::<Bank<account::Account>>("account", "Account"),
        Entry::twin::<Bank<ReadModifyWriteInThreeSteps>>("account", "ReadModifyWriteInThreeSteps"),
        Entry::twin::<Bank<TransferInArgumentOrder>>("account", "TransferInArgumentOrder"),
    ]
}
