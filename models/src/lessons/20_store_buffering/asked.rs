use selvedge::check::require;

/// Each says that it is here, and looks whether the other is.
pub fn program() -> (u32, u32) {
    let (x, y) = (AtomicU32::new(0), AtomicU32::new(0));
    let arrive = |mine: &AtomicU32, other: &AtomicU32| {
        mine.store(1, Relaxed);
        other.load(Relaxed)
    };
    thread::scope(|scope| {
        let one = scope.spawn(|| arrive(&x, &y));
        let other = arrive(&y, &x);
        (one.join().unwrap(), other)
    })
}

/// One of them sees the other: whoever is second.
pub fn check() {
    let (x, y) = (AtomicU32::new(0), AtomicU32::new(0));
    let (one, other) = thread::scope(|scope| {
        let one = scope.spawn(|| arrive(&x, &y));
        let other = arrive(&y, &x);
        (one.join().unwrap(), other)
    });
    require(one + other > 0, || "both are here, and neither sees the other".to_owned());
}
