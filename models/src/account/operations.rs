//! The operations of a bank, and their sequential specification: money that is moved is always in one of the accounts.

use selvedge::check::linearizability::Sequential;
use serde::{Deserialize, Serialize};

use super::Account;

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

/// So many accounts, with so much on each at first.
#[derive(Debug)]
pub struct Specification {
    /// How many accounts.
    pub accounts: usize,
    /// What is on each.
    pub opening: u64,
}

impl Sequential for Specification {
    type State = Vec<u64>;
    type Op = Op;
    type Ret = Ret;

    fn initial(&self) -> Vec<u64> {
        vec![self.opening; self.accounts]
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
