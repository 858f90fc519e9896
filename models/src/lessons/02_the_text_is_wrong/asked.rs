use selvedge::check::require;

/// What a balance of 100 is after both operations.
pub fn program() -> i64 {
    let balance = Mutex::new(100);
    thread::scope(|scope| {
        scope.spawn(|| {
            let read = *balance.lock();
            *balance.lock() = read + 50;
        });
        scope.spawn(|| {
            let read = *balance.lock();
            *balance.lock() = read - 30;
        });
    });
    balance.into_inner()
}

/// No change is lost.
pub fn check() {
    let balance = Mutex::new(100);
    thread::scope(|scope| {
        scope.spawn(|| deposit(&balance, 50));
        scope.spawn(|| withdraw(&balance, 30));
    });
    let balance = balance.into_inner();
    require(balance == 120, || format!("a change is lost: 100 + 50 - 30 = {balance}"));
}
