//! The operations of a bank, and their sequential specification: money that is moved is always in one of the accounts.

use selvedge::check::programs::Programs;
use selvedge::patterns::account;
use serde::{Deserialize, Serialize};

use super::Account;
use super::twins::{ReadModifyWriteInThreeSteps, TransferInArgumentOrder};
use crate::reference::Reference;
use crate::structure::Structure;

/// An operation, on accounts by their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Op {
    /// What is on it.
    Balance(usize),
    /// Adds to it.
    Deposit(usize, u64),
    /// Takes from it, if there is enough.
    Withdraw(usize, u64),
    /// From the first to the second, if there is enough.
    Transfer(usize, usize, u64),
}
use Op::{Balance, Deposit, Transfer, Withdraw};

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Ret {
    /// It was done.
    Done,
    /// There was not enough.
    Refused,
    /// What is on it.
    Holds(u64),
}

/// What is on each of the accounts.
pub type Specification = Reference<Vec<u64>, Op, Ret>;

/// So many accounts, with so much on each at first.
pub fn specification(accounts: usize, opening: u64) -> Specification {
    Reference { initial: vec![opening; accounts], apply: |balances, op| Some(apply(balances, op)) }
}

fn apply(balances: &mut [u64], op: &Op) -> Ret {
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

/// Performs an operation.
pub fn perform<A: Account>(accounts: &[A], op: &Op) -> Ret {
    let accepted = match *op {
        Balance(at) => return Ret::Holds(accounts[at].balance()),
        Deposit(at, amount) => {
            accounts[at].deposit(amount);
            true
        }
        Withdraw(at, amount) => accounts[at].withdraw(amount),
        Transfer(from, to, amount) => A::transfer(&accounts[from], &accounts[to], amount),
    };
    if accepted { Ret::Done } else { Ret::Refused }
}

/// What is on each of two accounts at first.
const OPENING: u64 = 10;

fn programs<A: Account + 'static>() -> Programs<Specification, [A; 2]> {
    let make = || [1, 2].map(|number| A::open(number, OPENING));
    Programs::new(specification(2, OPENING), make, |accounts, op| perform(accounts, op))
        .operation(3, [Balance(0), Balance(1)])
        .operation(2, [Deposit(0, 5), Deposit(1, 3)])
        .operation(3, [Withdraw(0, 7), Withdraw(1, 8), Withdraw(0, 3)])
        .operation(4, [Transfer(0, 1, 7), Transfer(1, 0, 4), Transfer(0, 1, 12), Transfer(1, 0, 11)])
        .after([Balance(0), Balance(1)])
}

pub(super) fn structures() -> Vec<Structure> {
    vec![
        Structure::new("account", "Account", programs::<account::Account>()),
        Structure::twin("account", "ReadModifyWriteInThreeSteps", programs::<ReadModifyWriteInThreeSteps>()),
        Structure::twin("account", "TransferInArgumentOrder", programs::<TransferInArgumentOrder>()),
    ]
}
