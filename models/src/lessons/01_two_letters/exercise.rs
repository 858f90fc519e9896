//! Two letters. Read `lesson.md` first.

use selvedge::sync::{Arc, Mutex, thread};

/// What can `program` give? Write down every text that can come, and none that cannot.
pub const PREDICTED: &[&str] = &[];

/// Both write their letter, and main ends the sentence with a full stop.
pub fn sentence() -> String {
    let text = Arc::new(Mutex::new(String::new()));
    let theirs = Arc::clone(&text);
    let another = thread::spawn(move || theirs.lock().push('a'));
    text.lock().push('m');
    text.lock().push('.');
    another.join().unwrap();
    text.lock().clone()
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
