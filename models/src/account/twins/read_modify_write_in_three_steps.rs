//! **Wrong:** a deposit reads the balance, adds, and writes it back, with the lock released in between.
//!
//! **From:** the document's introduction, where two tellers work on one account.
//!
//! **Shortest interleaving:** A reads 100 · B reads 100, writes 70 · A writes 150: B's 30 are back.
//!
//! **Seen by** loom and Shuttle; real threads hit the window of a few nanoseconds rarely
//! (`models/tests/units/document.rs`). A race detector says nothing: each access holds the lock.

use selvedge::sync::Mutex;

use crate::account::Account;

/// An account whose every change is three steps.
#[derive(Debug)]
pub struct ReadModifyWriteInThreeSteps {
    balance: Mutex<u64>,
}

impl Account for ReadModifyWriteInThreeSteps {
    fn open(_: u64, balance: u64) -> Self {
        ReadModifyWriteInThreeSteps { balance: Mutex::new(balance) }
    }

    fn balance(&self) -> u64 {
        *self.balance.lock()
    }

    fn deposit(&self, amount: u64) {
        let read = self.balance();
        let modified = read + amount;
        *self.balance.lock() = modified;
    }

    fn withdraw(&self, amount: u64) -> bool {
        let read = self.balance();
        let Some(modified) = read.checked_sub(amount) else { return false };
        *self.balance.lock() = modified;
        true
    }

    fn transfer(from: &Self, to: &Self, amount: u64) -> bool {
        let covered = from.withdraw(amount);
        if covered {
            to.deposit(amount);
        }
        covered
    }
}
