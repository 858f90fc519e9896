//! Two threads take an item each, and a third has two to give.

use std::collections::VecDeque;

use selvedge::check::require;
use selvedge::sync::{Condvar, Mutex, thread};

pub fn check() {
    let (items, filled) = (Mutex::new(VecDeque::new()), Condvar::new());
    let take = || {
        let mut items = items.lock();
        while items.is_empty() {
            filled.wait(&mut items);
        }
        require(items.pop_front().is_some(), || "woken for an item, and there is none".to_owned());
    };
    thread::scope(|scope| {
        scope.spawn(take);
        scope.spawn(take);
        for item in [1, 2] {
            items.lock().push_back(item);
            filled.notify_one();
        }
    });
}
