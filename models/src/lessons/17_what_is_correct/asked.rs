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
