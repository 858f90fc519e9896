//! The bank account of the document's introduction.
//!
//! # Guarantees
//!
//! 1. No update is lost: deposits and withdrawals add up, in any order
//!    (`account/deposits_and_withdrawals_add_up`).
//! 2. A transfer moves money and neither makes nor loses any (`account/transfer_conserves_money`).
//! 3. Any number of transfers in any directions ends (`account/opposite_transfers_end`).
//! 4. An overdraft, or a balance too large to write down, is an error and changes nothing
//!    (`account/overdraw_changes_nothing`).
//!
//! # Cost
//!
//! One mutex an account: one lock for a deposit or withdrawal, two for a transfer.
//!
//! # Lock order
//!
//! A transfer locks the account with the smaller number first. Whoever waits for an account holds
//! none with a larger number, so there is no circle of waiting (Havender 1968). Two accounts with
//! one number would have no order; [`transfer`] refuses them.

use std::fmt;

use crate::sync::{Compound, Mutex, MutexGuard};

/// An account: a number, and a balance in the smallest unit of the currency.
///
/// ```
/// use selvedge::patterns::account::Account;
/// use selvedge::sync::thread;
///
/// # selvedge::check::verify(|| {
/// let account = Account::open(1, 100);
/// thread::scope(|scope| {
///     scope.spawn(|| account.deposit(50));
///     scope.spawn(|| account.withdraw(30));
/// });
/// assert_eq!(account.balance(), 120);
/// # });
/// ```
pub struct Account {
    compound: Compound,
    number: u64,
    balance: Mutex<u64>,
}

impl Account {
    /// An account with a balance. Its number has to be its own among those that money is
    /// [transferred](transfer) between.
    #[track_caller]
    pub fn open(number: u64, balance: u64) -> Self {
        Account { compound: Compound::new("account"), number, balance: Mutex::new(balance) }
    }

    /// The account's number.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// What is on it at this moment.
    #[track_caller]
    pub fn balance(&self) -> u64 {
        self.compound.call("read the balance of", || *self.balance.lock())
    }

    /// Adds to the balance, and returns the new one.
    ///
    /// # Errors
    ///
    /// If the balance would be larger than `u64::MAX`; then nothing is changed.
    #[track_caller]
    pub fn deposit(&self, amount: u64) -> Result<u64, AccountError> {
        self.compound.call("deposit to", || {
            let mut balance = self.balance.lock();
            *balance = credited(*balance, amount)?;
            Ok(*balance)
        })
    }

    /// Takes from the balance, and returns the new one.
    ///
    /// # Errors
    ///
    /// If there is less than `amount`; then nothing is changed.
    #[track_caller]
    pub fn withdraw(&self, amount: u64) -> Result<u64, AccountError> {
        self.compound.call("withdraw from", || {
            let mut balance = self.balance.lock();
            *balance = debited(*balance, amount)?;
            Ok(*balance)
        })
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("number", &self.number).finish_non_exhaustive()
    }
}

/// Moves money from one account to another. To the same account it moves nothing, and is an error
/// only where there is less than `amount`.
///
/// # Errors
///
/// If `from` has less than `amount`, if `to` would have more than `u64::MAX`, or if two accounts have
/// the same number; then nothing is changed.
///
/// ```
/// use selvedge::patterns::account::{Account, AccountError, transfer};
/// use selvedge::sync::thread;
///
/// # selvedge::check::verify(|| {
/// let (checking, savings) = (Account::open(1, 10), Account::open(2, 10));
/// thread::scope(|scope| {
///     scope.spawn(|| transfer(&checking, &savings, 7).unwrap());
///     scope.spawn(|| transfer(&savings, &checking, 2).unwrap());
/// });
/// assert_eq!((checking.balance(), savings.balance()), (5, 15));
/// assert_eq!(transfer(&checking, &savings, 6), Err(AccountError::Overdrawn { balance: 5, amount: 6 }));
/// # });
/// ```
#[track_caller]
pub fn transfer(from: &Account, to: &Account, amount: u64) -> Result<(), AccountError> {
    from.compound.call("transfer from", || {
        if std::ptr::eq(from, to) {
            return debited(from.balance(), amount).map(drop);
        }
        let (mut debit, mut credit) = lock_both(from, to)?;
        let debited = debited(*debit, amount)?;
        *credit = credited(*credit, amount)?;
        *debit = debited;
        Ok(())
    })
}

/// Locks two accounts in the order of their numbers, and returns the guards in that of the arguments.
fn lock_both<'a>(
    one: &'a Account,
    other: &'a Account,
) -> Result<(MutexGuard<'a, u64>, MutexGuard<'a, u64>), AccountError> {
    match one.number.cmp(&other.number) {
        std::cmp::Ordering::Less => {
            let first = one.balance.lock();
            Ok((first, other.balance.lock()))
        }
        std::cmp::Ordering::Greater => {
            let first = other.balance.lock();
            Ok((one.balance.lock(), first))
        }
        std::cmp::Ordering::Equal => Err(AccountError::SameNumber { number: one.number }),
    }
}

fn credited(balance: u64, amount: u64) -> Result<u64, AccountError> {
    balance.checked_add(amount).ok_or(AccountError::Overflow { balance, amount })
}

fn debited(balance: u64, amount: u64) -> Result<u64, AccountError> {
    balance.checked_sub(amount).ok_or(AccountError::Overdrawn { balance, amount })
}

/// Why an account refused; its balance is what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountError {
    /// There is less on the account than was asked for.
    Overdrawn {
        /// What there is.
        balance: u64,
        /// What was asked for.
        amount: u64,
    },
    /// There would be more on the account than can be written down.
    Overflow {
        /// What there is.
        balance: u64,
        /// What was to be added.
        amount: u64,
    },
    /// Two accounts have the same number, and so no order to lock them in.
    SameNumber {
        /// The number.
        number: u64,
    },
}

impl fmt::Display for AccountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AccountError::Overdrawn { balance, amount } => write!(f, "{amount} is more than the balance of {balance}"),
            AccountError::Overflow { balance, amount } => write!(f, "{amount} is too much on top of {balance}"),
            AccountError::SameNumber { number } => write!(f, "two accounts have the number {number}"),
        }
    }
}

impl std::error::Error for AccountError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::verify;

    #[test]
    fn an_error_changes_nothing() {
        verify(|| {
            let (poor, rich) = (Account::open(1, 3), Account::open(2, u64::MAX));
            assert_eq!(poor.withdraw(4), Err(AccountError::Overdrawn { balance: 3, amount: 4 }));
            assert_eq!(rich.deposit(1), Err(AccountError::Overflow { balance: u64::MAX, amount: 1 }));
            assert_eq!(transfer(&poor, &rich, 4), Err(AccountError::Overdrawn { balance: 3, amount: 4 }));
            assert_eq!(transfer(&poor, &rich, 1), Err(AccountError::Overflow { balance: u64::MAX, amount: 1 }));
            assert_eq!((poor.balance(), rich.balance()), (3, u64::MAX));
            assert_eq!((poor.number(), rich.number()), (1, 2));
        });
    }

    #[test]
    fn a_transfer_to_itself_moves_nothing() {
        verify(|| {
            let account = Account::open(1, 3);
            assert_eq!(transfer(&account, &account, 3), Ok(()));
            assert_eq!(transfer(&account, &account, 4), Err(AccountError::Overdrawn { balance: 3, amount: 4 }));
            assert_eq!(account.balance(), 3);
        });
    }

    #[test]
    fn two_accounts_with_one_number_are_refused() {
        verify(|| {
            let (one, other) = (Account::open(1, 3), Account::open(1, 3));
            assert_eq!(transfer(&one, &other, 1), Err(AccountError::SameNumber { number: 1 }));
            assert_eq!((one.balance(), other.balance()), (3, 3));
        });
    }
}
