//! The text is wrong. A wrong answer: one side that keeps the rule does not help while the other does not.

use selvedge::sync::{Mutex, thread};

/// What can `program` give? Write down every balance that can come, and none that cannot.
pub const PREDICTED: &[i64] = &[70, 120, 150];

/// Operation A of the document.
pub fn deposit(balance: &Mutex<i64>, amount: i64) {
    *balance.lock() += amount;
}

/// Operation B of the document.
pub fn withdraw(balance: &Mutex<i64>, amount: i64) {
    let read = *balance.lock();
    *balance.lock() = read - amount;
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
