//! An atomic is no transaction. A wrong answer: nothing is overdrawn, and who was refused is told that it was paid.

use selvedge::sync::atomic::{AtomicI64, Ordering::SeqCst};
use selvedge::sync::thread;

/// What can `program` give? Write down every balance that can come, and none that cannot.
pub const PREDICTED: &[i64] = &[-50, -20, 10];

/// Takes the amount if the balance covers it: whether it did.
pub fn withdraw(balance: &AtomicI64, amount: i64) -> bool {
    let mut seen = balance.load(SeqCst);
    while seen >= amount {
        match balance.compare_exchange(seen, seen - amount, SeqCst, SeqCst) {
            Ok(_) => return true,
            Err(changed) => seen = changed,
        }
    }
    true
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
