use selvedge::check::require;

/// One writes a value and sets a flag, and another reads the value if it sees the flag.
pub fn program() -> Option<u32> {
    let (value, ready) = (AtomicU32::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            value.store(42, Relaxed);
            ready.store(true, Relaxed);
        });
        ready.load(Relaxed).then(|| value.load(Relaxed))
    })
}

/// How much an ordering of a load or of a store asks for.
fn strength(ordering: Ordering) -> u32 {
    match ordering {
        Ordering::Relaxed => 0,
        Ordering::SeqCst => 2,
        _ => 1,
    }
}

/// Who sees the flag sees the value, and the orderings ask for no more than that needs.
pub fn check() {
    let (value, ready) = (AtomicU32::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            value.store(42, Relaxed);
            ready.store(true, SET);
        });
        if ready.load(LOOK) {
            let seen = value.load(Relaxed);
            require(seen == 42, || format!("the value is published, and whoever looks reads {seen}"));
        }
    });
    let needless = strength(SET) + strength(LOOK) > 2;
    require(!needless, || format!("{SET:?} and {LOOK:?} hold, and weaker orderings do too"));
}
