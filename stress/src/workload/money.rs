//! The bank: money moves, and none is made or lost.

use selvedge::patterns::account::{Account, transfer};
use selvedge::sync::atomic::{AtomicU64, Ordering};

use super::{Workload, equal};

const ACCOUNTS: u64 = 8;
const OPENING: u64 = 1_000;

struct Bank {
    accounts: Vec<Account>,
    deposited: AtomicU64,
    withdrawn: AtomicU64,
}

pub(super) fn account(_: usize) -> Box<dyn Workload> {
    let accounts = (0..ACCOUNTS).map(|number| Account::open(number, OPENING)).collect();
    Box::new(Bank { accounts, deposited: AtomicU64::new(0), withdrawn: AtomicU64::new(0) })
}

impl Workload for Bank {
    fn operate(&self, _: usize, random: &mut fastrand::Rng) {
        let amount = random.u64(1..100);
        let from = random.choice(&self.accounts).expect("there are accounts");
        let to = random.choice(&self.accounts).expect("there are accounts");
        match random.u8(0..10) {
            0 if from.deposit(amount).is_ok() => _ = self.deposited.fetch_add(amount, Ordering::Relaxed),
            1 if from.withdraw(amount).is_ok() => _ = self.withdrawn.fetch_add(amount, Ordering::Relaxed),
            // A transfer that is not covered is an answer too, and changes nothing.
            _ => _ = transfer(from, to, amount),
        }
    }

    fn verify(&self) -> Result<(), String> {
        let total: u64 = self.accounts.iter().map(Account::balance).sum();
        let deposited = ACCOUNTS * OPENING + self.deposited.load(Ordering::Relaxed);
        equal("the money in the bank", total, deposited - self.withdrawn.load(Ordering::Relaxed))
    }
}
