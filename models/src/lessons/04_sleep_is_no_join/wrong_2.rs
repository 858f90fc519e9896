//! Sleep is no join. A wrong answer: the worker joins the group that main waits for when it begins, and it may not have begun.

use std::time::Duration;

use selvedge::sync::time::Clock;
use selvedge::sync::{Arc, Mutex, WaitGroup, select, thread};

/// What can `program` give? Write down every number of greetings that can come, and none that cannot.
pub const PREDICTED: &[usize] = &[1, 2];

/// Two greetings, and how many there are when main ends.
pub fn greet() -> usize {
    let greetings = Arc::new(Mutex::new(Vec::new()));
    let group = WaitGroup::new();
    let (theirs, workers) = (Arc::clone(&greetings), group.clone());
    thread::spawn(move || {
        let _ticket = workers.add();
        theirs.lock().push("Hello from another thread");
    });
    greetings.lock().push("Hello from main");
    group.wait();
    greetings.lock().len()
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
