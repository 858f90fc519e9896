use selvedge::check::require;

/// Two threads try to enter once each, by Peterson's rules, with Release and Acquire.
pub fn program() -> (bool, bool) {
    let (wants, turn) = ([AtomicBool::new(false), AtomicBool::new(false)], AtomicUsize::new(0));
    let try_enter = |me: usize| {
        let other = 1 - me;
        wants[me].store(true, Release);
        turn.store(other, Release);
        !wants[other].load(Acquire) || turn.load(Acquire) == me
    };
    thread::scope(|scope| {
        let one = scope.spawn(|| try_enter(0));
        let other = try_enter(1);
        (one.join().unwrap(), other)
    })
}

/// Who comes alone enters, and of two who come at once not both.
pub fn check() {
    let nobody = [AtomicBool::new(false), AtomicBool::new(false)];
    require(try_enter(&nobody, &AtomicUsize::new(0), 0), || "who comes alone may not enter".to_owned());
    let (wants, turn) = ([AtomicBool::new(false), AtomicBool::new(false)], AtomicUsize::new(0));
    let (one, other) = thread::scope(|scope| {
        let one = scope.spawn(|| try_enter(&wants, &turn, 0));
        let other = try_enter(&wants, &turn, 1);
        (one.join().unwrap(), other)
    });
    require(!(one && other), || "both have entered at once".to_owned());
}
