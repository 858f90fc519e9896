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

include!("asked.rs");
