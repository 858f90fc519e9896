//! Sleep is no join. The solution: main waits for the worker, and for no time.

use std::time::Duration;

use selvedge::sync::time::Clock;
use selvedge::sync::{Arc, Mutex, select, thread};

/// What can `program` give? Write down every number of greetings that can come, and none that cannot.
pub const PREDICTED: &[usize] = &[1, 2];

/// Two greetings, and how many there are when main ends.
pub fn greet() -> usize {
    let greetings = Arc::new(Mutex::new(Vec::new()));
    let theirs = Arc::clone(&greetings);
    let worker = thread::spawn(move || theirs.lock().push("Hello from another thread"));
    greetings.lock().push("Hello from main");
    worker.join().unwrap();
    greetings.lock().len()
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
