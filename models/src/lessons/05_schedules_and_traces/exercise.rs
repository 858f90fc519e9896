//! How many schedules, how many traces. Read `lesson.md` first.

use selvedge::sync::{Mutex, thread};

/// What can `program` give? Write down every number that the log can read, and none that it cannot.
pub const PREDICTED: &[u32] = &[];

/// What two threads write at the same time, two digits each: all of the first, and then all of the second.
pub fn report() -> u32 {
    let log = Mutex::new(0);
    let write = |digit| {
        let mut log = log.lock();
        *log = *log * 10 + digit;
    };
    thread::scope(|scope| {
        scope.spawn(|| [1, 1].map(write));
        scope.spawn(|| [2, 2].map(write));
    });
    log.into_inner()
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
