//! How many schedules, how many traces. The solution: each writes a log of its own, and the logs are put together when both have ended.

use selvedge::sync::{Mutex, thread};

/// What can `program` give? Write down every number that the log can read, and none that it cannot.
pub const PREDICTED: &[u32] = &[1122, 1212, 1221, 2112, 2121, 2211];

/// What two threads write at the same time, two digits each: all of the first, and then all of the second.
pub fn report() -> u32 {
    let (first, second) = (Mutex::new(0), Mutex::new(0));
    let write = |log: &Mutex<u32>, digit| {
        let mut log = log.lock();
        *log = *log * 10 + digit;
    };
    thread::scope(|scope| {
        scope.spawn(|| [1, 1].map(|digit| write(&first, digit)));
        scope.spawn(|| [2, 2].map(|digit| write(&second, digit)));
    });
    first.into_inner() * 100 + second.into_inner()
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
