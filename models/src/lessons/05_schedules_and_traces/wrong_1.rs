//! How many schedules, how many traces. A wrong answer: the log stays locked for both digits, and either thread may lock it first.

use selvedge::sync::{Mutex, thread};

/// What can `program` give? Write down every number that the log can read, and none that it cannot.
pub const PREDICTED: &[u32] = &[1122, 1212, 1221, 2112, 2121, 2211];

/// What two threads write at the same time, two digits each: all of the first, and then all of the second.
pub fn report() -> u32 {
    let log = Mutex::new(0);
    let write_all = |digits: [u32; 2]| {
        let mut log = log.lock();
        for digit in digits {
            *log = *log * 10 + digit;
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| write_all([1, 1]));
        scope.spawn(|| write_all([2, 2]));
    });
    log.into_inner()
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
