//! Programs over two bank accounts.

use selvedge::check::programs::Programs;
use selvedge::patterns::account;

use super::Account;
use super::operations::Op::{Balance, Deposit, Transfer, Withdraw};
use super::operations::{Specification, perform};
use super::twins::{ReadModifyWriteInThreeSteps, TransferInArgumentOrder};
use crate::structure::Structure;

/// What is on each at first.
const OPENING: u64 = 10;

fn programs<A: Account + 'static>() -> Programs<Specification, [A; 2]> {
    let make = || [1, 2].map(|number| A::open(number, OPENING));
    Programs::new(Specification { accounts: 2, opening: OPENING }, make, |accounts, op| perform(accounts, op))
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
