//! An atomic is no transaction. A wrong answer: what is taken and given back is missing in between, and another is refused.

use selvedge::sync::atomic::{AtomicI64, Ordering::SeqCst};
use selvedge::sync::thread;

/// What can `program` give? Write down every balance that can come, and none that cannot.
pub const PREDICTED: &[i64] = &[-50, -20, 10];

/// Takes the amount if the balance covers it: whether it did.
pub fn withdraw(balance: &AtomicI64, amount: i64) -> bool {
    let covered = balance.fetch_sub(amount, SeqCst) >= amount;
    if !covered {
        balance.fetch_add(amount, SeqCst);
    }
    covered
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
