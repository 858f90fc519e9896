//! What is correct? A wrong answer: too weak: a bank that may refuse whenever it likes explains every refusal.

use selvedge::check::linearizability::{Answer, History, Next, Operation, Specification, check as explain};
use selvedge::sync::{Mutex, thread};

/// What can `program` give? Write down every pair that can come, and none that cannot.
pub const PREDICTED: &[(bool, bool)] = &[(false, true), (true, false)];

/// What an account answers to one operation after another.
#[derive(Debug)]
pub struct Account;

impl Specification for Account {
    type State = i64;
    type Op = Op;
    type Ret = bool;

    /// What is in a new account.
    fn initial(&self) -> i64 {
        100
    }

    /// Names the states that may come of an operation with that answer.
    fn step(&self, balance: &i64, op: &Op, answer: Option<&bool>, next: &mut Next<i64>) {
        let after = match op {
            Op::Deposit(amount) => balance + amount,
            Op::Withdraw(amount) => balance - amount,
        };
        if after >= 0 && answer != Some(&false) {
            next.becomes(after);
        }
        if answer != Some(&true) {
            next.stays();
        }
    }
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
