//! The bank account: no lost update, no money made or lost, no deadlock, no overdraft.

pub mod operations;
pub mod twins;
mod workload;

use selvedge::check::require;
use selvedge::patterns::account;
use selvedge::sync::thread;

use self::twins::{ReadModifyWriteInThreeSteps, TransferInArgumentOrder};
use crate::check::Check;
use crate::room::Room;
use crate::threads::together;

pub(crate) const ROOM: Room = Room { checks, structures: operations::structures, workloads: workload::entries };

/// A balance that threads move money to and from.
pub trait Account: Send + Sync + Sized {
    /// An account with a number and a balance.
    fn open(number: u64, balance: u64) -> Self;
    /// What is on it.
    fn balance(&self) -> u64;
    /// Adds to it.
    fn deposit(&self, amount: u64);
    /// Takes from it if there is enough, and returns whether there was.
    fn withdraw(&self, amount: u64) -> bool;
    /// Moves from one to another if there is enough, and returns whether there was.
    fn transfer(from: &Self, to: &Self, amount: u64) -> bool;
}

impl Account for account::Account {
    fn open(number: u64, balance: u64) -> Self {
        account::Account::open(number, balance)
    }

    fn balance(&self) -> u64 {
        self.balance()
    }

    fn deposit(&self, amount: u64) {
        self.deposit(amount).expect("small amounts do not overflow");
    }

    fn withdraw(&self, amount: u64) -> bool {
        self.withdraw(amount).is_ok()
    }

    fn transfer(from: &Self, to: &Self, amount: u64) -> bool {
        account::transfer(from, to, amount).is_ok()
    }
}

/// 100 + 50 - 30 is 120 in either order.
fn deposits_and_withdrawals_add_up<A: Account>() {
    let account = A::open(1, 100);
    together(|| account.deposit(50), || account.withdraw(30));
    let balance = account.balance();
    require(balance == 120, || format!("lost update: 100 + 50 - 30 left {balance}"));
}

fn transfer_conserves_money<A: Account>() {
    let (here, there) = (A::open(1, 10), A::open(2, 0));
    together(|| A::transfer(&here, &there, 7), || A::transfer(&here, &there, 4));
    let (left, right) = (here.balance(), there.balance());
    require(left + right == 10, || format!("money made or lost: 10 became {left} + {right}"));
}

fn opposite_transfers_end<A: Account>() {
    let (here, there) = (A::open(1, 5), A::open(2, 5));
    let moved = together(|| A::transfer(&here, &there, 2), || A::transfer(&there, &here, 3));
    require(moved == (true, true), || "a covered transfer was refused".to_owned());
    require((here.balance(), there.balance()) == (6, 4), || "lost update between two transfers".to_owned());
}

fn overdraw_changes_nothing<A: Account>() {
    let account = A::open(1, 10);
    let (one, other) = together(|| account.withdraw(6), || account.withdraw(6));
    require(one != other, || format!("of 10, 6 were withdrawn {} times", u8::from(one) + u8::from(other)));
    require(account.balance() == 4, || format!("an overdraft left {}", account.balance()));
}

/// Each thread moves money there and back; a refused transfer moves none.
fn crossing_transfers_conserve_money<A: Account>() {
    let (here, there) = (A::open(1, 10), A::open(2, 10));
    let ([gave_7, took_3], [took_4, gave_5]) = together(
        || [A::transfer(&here, &there, 7), A::transfer(&there, &here, 3)],
        || [A::transfer(&there, &here, 4), A::transfer(&here, &there, 5)],
    );
    let taken = 3 * u64::from(took_3) + 4 * u64::from(took_4);
    let given = 7 * u64::from(gave_7) + 5 * u64::from(gave_5);
    let (left, right) = (here.balance(), there.balance());
    require(left + right == 20, || format!("money made or lost: 20 became {left} + {right}"));
    require(left + given == 10 + taken, || format!("10 + {taken} - {given} left {left}"));
}

/// Three locks in a circle: taken in the order of the arguments, each thread would wait for the next.
fn transfers_in_a_ring_end<A: Account>() {
    let [one, two, three] = [1, 2, 3].map(|number| A::open(number, 5));
    thread::scope(|scope| {
        scope.spawn(|| A::transfer(&one, &two, 1));
        scope.spawn(|| A::transfer(&two, &three, 2));
        scope.spawn(|| A::transfer(&three, &one, 3));
    });
    let left = [&one, &two, &three].map(A::balance);
    require(left.iter().sum::<u64>() == 15, || format!("money made or lost: 15 became {left:?}"));
    require(left == [7, 4, 4], || format!("lost update between three transfers: {left:?}"));
}

fn checks() -> Vec<Check> {
    type Real = account::Account;
    let new = |property, claim| Check::new("account", property, claim);
    let add_up = new("deposits_and_withdrawals_add_up", "no update is lost between deposits and withdrawals")
        .on("Account", deposits_and_withdrawals_add_up::<Real>);
    let opposite = new("opposite_transfers_end", "two opposite transfers end: nobody is left behind, and no lock is")
        .on("Account", opposite_transfers_end::<Real>);
    vec![
        add_up.twin("ReadModifyWriteInThreeSteps", deposits_and_withdrawals_add_up::<ReadModifyWriteInThreeSteps>),
        opposite.twin("TransferInArgumentOrder", opposite_transfers_end::<TransferInArgumentOrder>),
        add_up,
        new("transfer_conserves_money", "a transfer never makes or loses money")
            .on("Account", transfer_conserves_money::<Real>),
        opposite,
        new("overdraw_changes_nothing", "an overdraft is an error and changes nothing")
            .on("Account", overdraw_changes_nothing::<Real>),
        new("crossing_transfers_conserve_money", "transfers there and back leave what the accepted ones make of it")
            .on("Account", crossing_transfers_conserve_money::<Real>),
        new("transfers_in_a_ring_end", "three transfers in a ring end, and no money is made or lost")
            .on("Account", transfers_in_a_ring_end::<Real>),
    ]
}
