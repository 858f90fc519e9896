//! What is correct? The solution: a withdrawal is answered by whether the balance covers it, and changes nothing where it does not.

use selvedge::check::linearizability::{Answer, History, Operation, Sequential, check as explain};
use selvedge::sync::{Mutex, thread};

/// What can `program` give? Write down every pair that can come, and none that cannot.
pub const PREDICTED: &[(bool, bool)] = &[(false, true), (true, false)];

/// What an account answers to one operation after another.
#[derive(Debug)]
pub struct Account;

impl Sequential for Account {
    type State = i64;
    type Op = Op;
    type Ret = bool;

    /// What is in a new account.
    fn initial(&self) -> i64 {
        100
    }

    /// Performs an operation in a state, and answers.
    fn apply(&self, balance: &mut i64, op: &Op) -> bool {
        let after = match op {
            Op::Deposit(amount) => *balance + amount,
            Op::Withdraw(amount) => *balance - amount,
        };
        let covered = after >= 0;
        if covered {
            *balance = after;
        }
        covered
    }
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
