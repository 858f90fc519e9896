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

use selvedge::check::require;

/// Main and another thread write a letter each.
pub fn program() -> String {
    let text = Arc::new(Mutex::new(String::new()));
    let theirs = Arc::clone(&text);
    let another = thread::spawn(move || theirs.lock().push('a'));
    text.lock().push('m');
    another.join().unwrap();
    text.lock().clone()
}

/// The full stop is the last, whoever was first.
pub fn check() {
    let text = sentence();
    let letters = text.contains('a') && text.contains('m');
    require(letters, || format!("a letter is missing: {text}"));
    require(text.ends_with('.'), || format!("the full stop is not the last: {text}"));
}
