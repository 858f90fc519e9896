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
