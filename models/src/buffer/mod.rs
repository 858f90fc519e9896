//! A bounded buffer over a mutex and condition variables: every item arrives, and every waiter wakes.

pub mod twins;

use std::collections::VecDeque;

use selvedge::check::require;
use selvedge::sync::{Condvar, Mutex, thread};

use self::twins::{OneCondvarForTwoKinds, WaitUnderIf};
use crate::check::Check;
use crate::room::Room;

pub(crate) const ROOM: Room = Room::of_checks(checks);

/// A buffer with room for one item.
pub trait Buffer: Send + Sync + Sized {
    /// An empty buffer.
    fn new() -> Self;
    /// Waits for room, and puts an item in.
    fn put(&self, item: u32);
    /// Waits for an item, and takes it out.
    fn take(&self) -> u32;
}

/// One condition variable for each kind of waiter, and a loop around each wait.
#[derive(Debug)]
pub struct TwoCondvars {
    items: Mutex<VecDeque<u32>>,
    filled: Condvar,
    emptied: Condvar,
}

impl Buffer for TwoCondvars {
    fn new() -> Self {
        TwoCondvars { items: Mutex::new(VecDeque::new()), filled: Condvar::new(), emptied: Condvar::new() }
    }

    fn put(&self, item: u32) {
        let mut items = self.items.lock();
        self.emptied.wait_while(&mut items, |items| !items.is_empty());
        items.push_back(item);
        drop(items);
        self.filled.notify_one();
    }

    fn take(&self) -> u32 {
        let mut items = self.items.lock();
        self.filled.wait_while(&mut items, |items| items.is_empty());
        let item = items.pop_front().expect("it was waited for");
        drop(items);
        self.emptied.notify_one();
        item
    }
}

fn every_item_arrives<B: Buffer>() {
    let buffer = B::new();
    let total = thread::scope(|scope| {
        let takers = [0, 1].map(|_| scope.spawn(|| buffer.take()));
        scope.spawn(|| [1, 2].map(|item| buffer.put(item)));
        takers.map(|taker| taker.join().expect("no panic leaves a thread of a check"))
    });
    require(total[0] + total[1] == 3, || format!("items 1 and 2 arrived as {total:?}"));
}

/// Two of each kind wait at once, so a notified thread may be of the wrong kind.
fn the_right_waiter_wakes<B: Buffer>() {
    let buffer = B::new();
    thread::scope(|scope| {
        scope.spawn(|| buffer.put(1));
        scope.spawn(|| buffer.put(2));
        scope.spawn(|| buffer.take());
        let last = buffer.take();
        require(last == 1 || last == 2, || format!("{last} was never put in"));
    });
}

fn checks() -> Vec<Check> {
    let new = |property, claim| Check::new("buffer", property, claim);
    let arrives = new("every_item_arrives", "two takers and a producer all get what they wait for")
        .on("TwoCondvars", every_item_arrives::<TwoCondvars>)
        .loom_bound(3);
    let wakes = new("the_right_waiter_wakes", "a notification reaches somebody who can use it")
        .on("TwoCondvars", the_right_waiter_wakes::<TwoCondvars>)
        .loom_bound(3);
    vec![
        arrives.twin("WaitUnderIf", every_item_arrives::<WaitUnderIf>),
        wakes.twin("OneCondvarForTwoKinds", the_right_waiter_wakes::<OneCondvarForTwoKinds>),
        arrives,
        wakes,
    ]
}
