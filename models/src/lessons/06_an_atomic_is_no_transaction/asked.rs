use selvedge::check::require;

/// What is left of 100 when three want 60, 60 and 30, and each takes only what is there.
pub fn program() -> i64 {
    let balance = AtomicI64::new(100);
    let withdraw = |amount| {
        if balance.load(SeqCst) >= amount {
            balance.fetch_sub(amount, SeqCst);
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| withdraw(60));
        scope.spawn(|| withdraw(60));
        withdraw(30);
    });
    balance.load(SeqCst)
}

/// One of the two who want 60 gets it, and who wants 30 gets it in any case; and they are told so.
pub fn check() {
    let balance = AtomicI64::new(100);
    let withdraw = |amount| if withdraw(&balance, amount) { amount } else { 0 };
    let paid = thread::scope(|scope| {
        let others = [scope.spawn(|| withdraw(60)), scope.spawn(|| withdraw(60))];
        withdraw(30) + others.map(|other| other.join().unwrap()).into_iter().sum::<i64>()
    });
    let balance = balance.load(SeqCst);
    require(balance >= 0, || format!("the account is overdrawn: {balance}"));
    require(balance == 10, || format!("somebody is refused what is there: {balance} is left"));
    require(paid == 90, || format!("90 were taken, and {paid} were paid by what was answered"));
}
