//! The text is wrong. A wrong answer: what was so when one looked again need not be so any more.

use selvedge::sync::{Mutex, thread};

/// What can `program` give? Write down every balance that can come, and none that cannot.
pub const PREDICTED: &[i64] = &[70, 120, 150];

/// Operation A of the document.
pub fn deposit(balance: &Mutex<i64>, amount: i64) {
    loop {
        let read = *balance.lock();
        if *balance.lock() == read {
            *balance.lock() = read + amount;
            return;
        }
    }
}

/// Operation B of the document.
pub fn withdraw(balance: &Mutex<i64>, amount: i64) {
    loop {
        let read = *balance.lock();
        if *balance.lock() == read {
            *balance.lock() = read - amount;
            return;
        }
    }
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

use selvedge::check::require;

/// What a balance of 100 is after both operations.
pub fn program() -> i64 {
    let balance = Mutex::new(100);
    thread::scope(|scope| {
        scope.spawn(|| {
            let read = *balance.lock();
            *balance.lock() = read + 50;
        });
        scope.spawn(|| {
            let read = *balance.lock();
            *balance.lock() = read - 30;
        });
    });
    balance.into_inner()
}

/// No change is lost.
pub fn check() {
    let balance = Mutex::new(100);
    thread::scope(|scope| {
        scope.spawn(|| deposit(&balance, 50));
        scope.spawn(|| withdraw(&balance, 30));
    });
    let balance = balance.into_inner();
    require(balance == 120, || format!("a change is lost: 100 + 50 - 30 = {balance}"));
}
