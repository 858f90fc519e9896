//! What is correct?. A wrong answer: too strong: nobody may take all that there is.

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
        match op {
            Op::Deposit(amount) => *balance += amount,
            Op::Withdraw(amount) if *balance > *amount => *balance -= amount,
            Op::Withdraw(_) => return false,
        }
        true
    }
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

use selvedge::check::require;

/// What one can ask of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    Deposit(i64),
    /// Is answered by whether the balance covers it.
    Withdraw(i64),
}
use Op::{Deposit, Withdraw};

/// An account that is right: one lock, held for the whole of an operation.
fn perform(balance: &Mutex<i64>, op: Op) -> bool {
    let mut balance = balance.lock();
    let change = match op {
        Deposit(amount) => amount,
        Withdraw(amount) => -amount,
    };
    let covered = *balance + change >= 0;
    if covered {
        *balance += change;
    }
    covered
}

/// The answers to two who want 60 of 100 at the same time.
pub fn program() -> (bool, bool) {
    let balance = Mutex::new(100);
    thread::scope(|scope| {
        let one = scope.spawn(|| perform(&balance, Withdraw(60)));
        let other = perform(&balance, Withdraw(60));
        (one.join().unwrap(), other)
    })
}

/// The specification explains what an account does that is right, and does not explain what no account may do.
pub fn check() {
    let (balance, history) = (Mutex::new(100), Mutex::new(History::new()));
    let ask = |client, op| {
        history.lock().invoke(client, op).unwrap();
        let answer = perform(&balance, op);
        history.lock().respond(client, answer).unwrap();
    };
    thread::scope(|scope| {
        scope.spawn(|| ask(1, Withdraw(60)));
        ask(0, Withdraw(40));
    });
    ask(0, Withdraw(1));
    let history = history.into_inner();
    if let Answer::NotLinearizable(found) = explain(&Account, &history) {
        let Operation { op, outcome, .. } = &history.operations()[found.misfit];
        require(false, || format!("the account is right, and no order explains {op:?}: {outcome:?}"));
    }

    let wrong = [
        ("two take 60 of 100", [(Withdraw(60), true), (Withdraw(60), true)]),
        ("100 are there, and 60 are refused", [(Withdraw(60), false), (Withdraw(60), true)]),
        ("150 are there, and 150 are refused", [(Deposit(50), true), (Withdraw(150), false)]),
    ];
    for (what, operations) in wrong {
        let mut history = History::new();
        for (op, answer) in operations {
            history.invoke(0, op).unwrap();
            history.respond(0, answer).unwrap();
        }
        require(!explain(&Account, &history).is_linearizable(), || format!("the specification allows this: {what}"));
    }
}
