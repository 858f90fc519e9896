//! Wait in a loop. The solution: who is woken looks again.

use std::collections::VecDeque;

use selvedge::sync::{Condvar, Mutex, thread};

/// What can `program` give? Write down every pair that can come, and none that cannot: what main has taken, what the other
/// thread has.
pub const PREDICTED: &[(Option<u32>, Option<u32>)] =
    &[(None, Some(1)), (Some(1), None), (Some(1), Some(2)), (Some(2), Some(1))];

/// Puts an item in.
pub fn put(items: &Mutex<VecDeque<u32>>, filled: &Condvar, item: u32) {
    items.lock().push_back(item);
    filled.notify_one();
}

/// Takes an item out, and waits for one if there is none.
pub fn take(items: &Mutex<VecDeque<u32>>, filled: &Condvar) -> Option<u32> {
    let mut items = items.lock();
    while items.is_empty() {
        filled.wait(&mut items);
    }
    items.pop_front()
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
