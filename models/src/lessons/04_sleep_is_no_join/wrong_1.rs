//! Sleep is no join. A wrong answer: main looks, and sleeps once more if it finds too little.

use std::time::Duration;

use selvedge::sync::time::Clock;
use selvedge::sync::{Arc, Mutex, select, thread};

/// What can `program` give? Write down every number of greetings that can come, and none that cannot.
pub const PREDICTED: &[usize] = &[1, 2];

/// Two greetings, and how many there are when main ends.
pub fn greet() -> usize {
    let greetings = Arc::new(Mutex::new(Vec::new()));
    let clock = Clock::manual();
    let alarm = clock.after(Duration::from_millis(100));
    let late_alarm = clock.after(Duration::from_millis(10_000));
    thread::spawn(move || clock.advance(Duration::from_millis(10_000)));
    let theirs = Arc::clone(&greetings);
    thread::spawn(move || theirs.lock().push("Hello from another thread"));
    greetings.lock().push("Hello from main");
    select! { recv(alarm) -> _ => () }
    if greetings.lock().len() < 2 {
        select! { recv(late_alarm) -> _ => () }
    }
    greetings.lock().len()
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
