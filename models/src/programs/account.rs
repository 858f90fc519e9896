//! Two bank accounts: what is moved between them is in one of them.

use selvedge::check::linearizability::Sequential;
use selvedge::check::programs::Programs;
use selvedge::patterns::account;

use super::Structure;
use crate::defects::{ReadModifyWriteInThreeSteps, TransferInArgumentOrder};
use crate::patterns::account::Account;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Op {
    Balance(usize),
    Deposit(usize, u64),
    Withdraw(usize, u64),
    /// From this one to the other.
    Transfer(usize, u64),
}
use Op::{Balance, Deposit, Transfer, Withdraw};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Answer {
    Done,
    Refused,
    Holds(u64),
}

fn accepted(accepted: bool) -> Answer {
    if accepted { Answer::Done } else { Answer::Refused }
}

/// What is on each at first.
const BALANCE: u64 = 10;

struct Specification;

impl Sequential for Specification {
    type State = [u64; 2];
    type Op = Op;
    type Ret = Answer;

    fn initial(&self) -> [u64; 2] {
        [BALANCE; 2]
    }

    fn apply(&self, balances: &mut [u64; 2], op: &Op) -> Answer {
        match *op {
            Balance(at) => Answer::Holds(balances[at]),
            Deposit(at, amount) => {
                balances[at] += amount;
                Answer::Done
            }
            Withdraw(at, amount) | Transfer(at, amount) if balances[at] < amount => Answer::Refused,
            Withdraw(at, amount) => {
                balances[at] -= amount;
                Answer::Done
            }
            Transfer(at, amount) => {
                balances[at] -= amount;
                balances[1 - at] += amount;
                Answer::Done
            }
        }
    }
}

fn programs<A: Account + 'static>() -> Programs<Specification, [A; 2]> {
    let perform = |accounts: &[A; 2], op: &Op| match *op {
        Balance(at) => Answer::Holds(accounts[at].balance()),
        Deposit(at, amount) => {
            accounts[at].deposit(amount);
            Answer::Done
        }
        Withdraw(at, amount) => accepted(accounts[at].withdraw(amount)),
        Transfer(at, amount) => accepted(A::transfer(&accounts[at], &accounts[1 - at], amount)),
    };
    Programs::new(Specification, || [A::open(1, BALANCE), A::open(2, BALANCE)], perform)
        .operation(3, [Balance(0), Balance(1)])
        .operation(2, [Deposit(0, 5), Deposit(1, 3)])
        .operation(3, [Withdraw(0, 7), Withdraw(1, 8), Withdraw(0, 3)])
        .operation(4, [Transfer(0, 7), Transfer(1, 4), Transfer(0, 12), Transfer(1, 11)])
        .after([Balance(0), Balance(1)])
}

pub(super) fn structures() -> Vec<Structure> {
    vec![
        Structure::new("account", "Account", programs::<account::Account>()),
        Structure::twin("account", "ReadModifyWriteInThreeSteps", programs::<ReadModifyWriteInThreeSteps>()),
        Structure::twin("account", "TransferInArgumentOrder", programs::<TransferInArgumentOrder>()),
    ]
}
