//! The document's introduction: a deposit and a withdrawal at the same time. Nothing is lost:
//! 100 + 50 - 30 is 120 in either order.

use std::io::{self, Write};

use selvedge::patterns::account::{Account, transfer};
use selvedge::sync::thread;

pub fn run(out: &mut dyn Write) -> io::Result<()> {
    let account = Account::open(1, 100);
    let savings = Account::open(2, 0);
    thread::scope(|scope| {
        scope.spawn(|| account.deposit(50));
        scope.spawn(|| account.withdraw(30));
    });
    writeln!(out, "Balance: {}", account.balance())?;
    match transfer(&account, &savings, 500) {
        Ok(()) => writeln!(out, "Transferred"),
        Err(error) => writeln!(out, "Transfer refused: {error}"),
    }
}

#[allow(dead_code, reason = "the test of the examples includes this file as a module")]
fn main() -> io::Result<()> {
    run(&mut io::stdout())
}
