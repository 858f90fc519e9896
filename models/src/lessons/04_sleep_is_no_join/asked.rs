use selvedge::check::require;

/// Main starts a worker, says hello, sleeps for 100 ms, and counts the greetings.
pub fn program() -> usize {
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

/// Main has waited for the worker.
pub fn check() {
    let greetings = greet();
    require(greetings == 2, || format!("main has waited, and finds {greetings} of 2 greetings"));
}
