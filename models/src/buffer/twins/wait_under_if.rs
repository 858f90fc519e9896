//! **Wrong:** the wait on a condition variable stands under `if`, where `while` is needed.
//!
//! **From:** the belief that a woken thread finds what it was woken for.
//!
//! **Shortest interleaving:** A waits for an item · one is put in, and A notified · B takes it before A
//! has the lock again · A takes from an empty buffer.
//!
//! **Seen by** loom and Shuttle; real threads after some tries. With one taker it never shows.

use std::collections::VecDeque;

use selvedge::sync::{Condvar, Mutex};

use crate::buffer::Buffer;

/// A buffer that does not look again.
#[derive(Debug)]
pub struct WaitUnderIf {
    items: Mutex<VecDeque<u32>>,
    filled: Condvar,
    emptied: Condvar,
}

impl Buffer for WaitUnderIf {
    fn new() -> Self {
        WaitUnderIf { items: Mutex::new(VecDeque::new()), filled: Condvar::new(), emptied: Condvar::new() }
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
        if items.is_empty() {
            self.filled.wait(&mut items);
        }
        let item = items.pop_front().expect("an item, since it was waited for");
        drop(items);
        self.emptied.notify_one();
        item
    }
}
