//! **Wrong:** a transfer locks the account that it takes from, and then the one that it gives to.
//!
//! **From:** every first attempt at a transfer; Dijkstra's philosophers with two forks.
//!
//! **Shortest interleaving:** A locks account 1 · B locks account 2 · A waits for 2, B waits for 1.
//!
//! **Seen by** loom and Shuttle; real threads rarely. A sampler that meets no deadlock still sees the inverted lock
//! order, and looks for the deadlock there.

use selvedge::sync::Mutex;

use crate::account::Account;

/// Accounts that two opposite transfers lock in opposite orders.
#[derive(Debug)]
pub struct TransferInArgumentOrder {
    balance: Mutex<u64>,
}

impl Account for TransferInArgumentOrder {
    fn open(_: u64, balance: u64) -> Self {
        TransferInArgumentOrder { balance: Mutex::new(balance) }
    }

    fn balance(&self) -> u64 {
        *self.balance.lock()
    }

    fn deposit(&self, amount: u64) {
        *self.balance.lock() += amount;
    }

    fn withdraw(&self, amount: u64) -> bool {
        let mut balance = self.balance.lock();
        let covered = *balance >= amount;
        if covered {
            *balance -= amount;
        }
        covered
    }

    fn transfer(from: &Self, to: &Self, amount: u64) -> bool {
        let mut from = from.balance.lock();
        let mut to = to.balance.lock();
        let covered = *from >= amount;
        if covered {
            *from -= amount;
            *to += amount;
        }
        covered
    }
}
