//! Two threads count to two.

use selvedge::check::require;
use selvedge::sync::atomic::{AtomicU64, Ordering};
use selvedge::sync::thread;

pub fn check() {
    let counter = AtomicU64::new(0);
    let increment = || {
        counter.store(counter.load(Ordering::SeqCst) + 1, Ordering::SeqCst);
    };
    thread::scope(|scope| {
        scope.spawn(increment);
        scope.spawn(increment);
    });
    let total = counter.load(Ordering::SeqCst);
    require(total == 2, || format!("lost update: two increments make {total}"));
}
