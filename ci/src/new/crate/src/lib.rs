//! A queue that has room for so many items.

use std::collections::VecDeque;

use selvedge::sync::{Condvar, Mutex};

/// Who pushes into a full queue waits, and so does who pops from an empty one.
#[derive(Debug)]
pub struct Queue<T> {
    items: Mutex<VecDeque<T>>,
    room: usize,
    is_not_full: Condvar,
    is_not_empty: Condvar,
}

impl<T> Queue<T> {
    /// An empty one.
    pub fn new(room: usize) -> Self {
        let items = Mutex::new(VecDeque::with_capacity(room));
        Queue { items, room, is_not_full: Condvar::new(), is_not_empty: Condvar::new() }
    }

    /// Adds an item, as soon as there is room.
    pub fn push(&self, item: T) {
        let mut items = self.items.lock();
        while items.len() == self.room {
            self.is_not_full.wait(&mut items);
        }
        items.push_back(item);
        self.is_not_empty.notify_one();
    }

    /// Takes the oldest item, as soon as there is one.
    pub fn pop(&self) -> T {
        let mut items = self.items.lock();
        while items.is_empty() {
            self.is_not_empty.wait(&mut items);
        }
        self.is_not_full.notify_one();
        items.pop_front().expect("it was looked for")
    }

    /// The same with a bug: between its look and its wait an item may come, and it is told of that before it listens.
    pub fn pop_look_then_wait(&self) -> T {
        while self.items.lock().is_empty() {
            let mut items = self.items.lock();
            self.is_not_empty.wait(&mut items);
        }
        self.is_not_full.notify_one();
        self.items.lock().pop_front().expect("it was looked for, and nobody else pops")
    }
}
