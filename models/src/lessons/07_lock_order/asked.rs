use selvedge::check::require;

/// An account, with the number that it is known by.
#[derive(Debug)]
pub struct Account {
    number: u32,
    balance: Mutex<i64>,
}

/// Two accounts with 100 each.
fn accounts() -> [Account; 2] {
    [1, 2].map(|number| Account { number, balance: Mutex::new(100) })
}

/// Two transfers, there and back, would lock both accounts: each locks the one it takes from, and tries to lock the other.
pub fn program() -> (bool, bool) {
    let [one, two] = accounts();
    let attempt = |from: &Account, to: &Account| {
        let _from = from.balance.lock();
        let to = to.balance.try_lock();
        to.is_some()
    };
    thread::scope(|scope| {
        let there = scope.spawn(|| attempt(&one, &two));
        let back = attempt(&two, &one);
        (there.join().unwrap(), back)
    })
}

/// Locks both accounts, and moves the amount from one to the other.
fn transfer(from: &Account, to: &Account, amount: i64) {
    let [first, second] = in_order(from, to);
    let (mut first_balance, mut second_balance) = (first.balance.lock(), second.balance.lock());
    let change = if first.number == from.number { -amount } else { amount };
    *first_balance += change;
    *second_balance -= change;
}

/// Transfers in both directions come to an end, and no money is made or lost.
pub fn check() {
    let [one, two] = accounts();
    thread::scope(|scope| {
        scope.spawn(|| transfer(&one, &two, 30));
        transfer(&two, &one, 50);
    });
    let balances = (*one.balance.lock(), *two.balance.lock());
    require(balances == (120, 80), || format!("the balances are {balances:?}"));
}
