//! Sleep is no join. Read `lesson.md` first.

use std::time::Duration;

use selvedge::sync::time::Clock;
use selvedge::sync::{Arc, Mutex, select, thread};

/// What can `program` give? Write down every number of greetings that can come, and none that cannot.
pub const PREDICTED: &[usize] = &[];

/// Two greetings, and how many there are when main ends.
pub fn greet() -> usize {
    let greetings = Arc::new(Mutex::new(Vec::new()));
    let clock = Clock::manual();
    let alarm = clock.after(Duration::from_millis(100));
    thread::spawn(move || clock.advance(Duration::from_millis(100)));
    let theirs = Arc::clone(&greetings);
    thread::spawn(move || theirs.lock().push("Hello from another thread"));
    greetings.lock().push("Hello from main");
    select! { recv(alarm) -> _ => () }
    greetings.lock().len()
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
