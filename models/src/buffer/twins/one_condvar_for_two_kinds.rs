//! **Wrong:** threads that wait for room and threads that wait for an item share a condition variable, and `notify_one`
//! wakes the one that came first.
//!
//! **From:** one `sync.Cond` for everything.
//!
//! **Shortest interleaving:** a taker and a putter wait · an item is taken · the notification goes to the other taker,
//! which finds nothing and waits again; the putter sleeps on.
//!
//! **Seen by** loom and Shuttle, if both kinds wait at once; real threads seldom do. Two threads, one of each kind,
//! never show it.

use std::collections::VecDeque;

use selvedge::sync::{Condvar, Mutex};

use crate::buffer::Buffer;

/// A buffer in which notifications reach the wrong waiter.
#[derive(Debug)]
pub struct OneCondvarForTwoKinds {
    items: Mutex<VecDeque<u32>>,
    changed: Condvar,
}

impl Buffer for OneCondvarForTwoKinds {
    fn new() -> Self {
        OneCondvarForTwoKinds { items: Mutex::new(VecDeque::new()), changed: Condvar::new() }
    }

    fn put(&self, item: u32) {
        let mut items = self.items.lock();
        self.changed.wait_while(&mut items, |items| !items.is_empty());
        items.push_back(item);
        drop(items);
        self.changed.notify_one();
    }

    fn take(&self) -> u32 {
        let mut items = self.items.lock();
        self.changed.wait_while(&mut items, |items| items.is_empty());
        let item = items.pop_front().expect("it was waited for");
        drop(items);
        self.changed.notify_one();
        item
    }
}
