//! Two threads need the same two locks.

use selvedge::sync::{Mutex, thread};

pub fn check() {
    let (left, right) = (Mutex::new(1), Mutex::new(2));
    thread::scope(|scope| {
        scope.spawn(|| {
            let (left, right) = (left.lock(), right.lock());
            *left + *right
        });
        scope.spawn(|| {
            let (right, left) = (right.lock(), left.lock());
            *left + *right
        });
    });
}
