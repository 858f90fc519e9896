//! The bank account: no lost update, no money made or lost, no deadlock, no overdraft.

mod checks;
pub mod operations;
pub mod twins;
mod workload;

use selvedge::patterns::account;

use crate::room::Room;

pub(crate) const ROOM: Room =
    Room { checks: checks::checks, structures: operations::structures, workloads: workload::entries };

/// A balance that threads move money to and from.
pub trait Account: Send + Sync + Sized {
    /// An account with a number and a balance.
    fn open(number: u64, balance: u64) -> Self;
    /// What is on it.
    fn balance(&self) -> u64;
    /// Adds to it.
    fn deposit(&self, amount: u64);
    /// Takes from it if there is enough, and returns whether there was.
    fn withdraw(&self, amount: u64) -> bool;
    /// Moves from one to another if there is enough, and returns whether there was.
    fn transfer(from: &Self, to: &Self, amount: u64) -> bool;
}

impl Account for account::Account {
    fn open(number: u64, balance: u64) -> Self {
        account::Account::open(number, balance)
    }

    fn balance(&self) -> u64 {
        self.balance()
    }

    fn deposit(&self, amount: u64) {
        self.deposit(amount).expect("small amounts do not overflow");
    }

    fn withdraw(&self, amount: u64) -> bool {
        self.withdraw(amount).is_ok()
    }

    fn transfer(from: &Self, to: &Self, amount: u64) -> bool {
        account::transfer(from, to, amount).is_ok()
    }
}
