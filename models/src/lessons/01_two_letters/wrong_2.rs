//! Two letters. A wrong answer: one lock for both letters of main says nothing of the other thread.

use selvedge::sync::{Arc, Mutex, thread};

/// What can `program` give? Write down every text that can come, and none that cannot.
pub const PREDICTED: &[&str] = &["am", "ma"];

/// Both write their letter, and main ends the sentence with a full stop.
pub fn sentence() -> String {
    let text = Arc::new(Mutex::new(String::new()));
    let theirs = Arc::clone(&text);
    let another = thread::spawn(move || theirs.lock().push('a'));
    text.lock().push_str("m.");
    another.join().unwrap();
    text.lock().clone()
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
