use selvedge::check::require;

/// Two owners each write 1 into a field of their own, and leave. The last of them adds up both fields.
pub fn program() -> u32 {
    let (shares, fields, sum) = (AtomicU32::new(2), [AtomicU32::new(0), AtomicU32::new(0)], AtomicU32::new(0));
    let own = |at: usize| {
        fields[at].store(1, Relaxed);
        if shares.fetch_sub(1, Relaxed) == 1 {
            sum.store(fields[0].load(Relaxed) + fields[1].load(Relaxed), Relaxed);
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| own(0));
        own(1);
    });
    sum.load(Relaxed)
}

/// The last owner sees what every owner has written.
pub fn check() {
    let (shares, fields) = (AtomicU32::new(2), [AtomicU32::new(0), AtomicU32::new(0)]);
    let own = |at: usize| {
        fields[at].store(1, Relaxed);
        if leave(&shares) {
            let seen = [fields[0].load(Relaxed), fields[1].load(Relaxed)];
            require(seen == [1, 1], || format!("the last owner does not see what others wrote: {seen:?}"));
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| own(0));
        own(1);
    });
}
