//! One thread publishes a value, and another reads it if it is there.

use selvedge::check::require;
use selvedge::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use selvedge::sync::thread;

pub fn check() {
    let (value, ready) = (AtomicU64::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            value.store(42, Ordering::Relaxed);
            ready.store(true, Ordering::Release);
        });
        if ready.load(Ordering::Acquire) {
            let seen = value.load(Ordering::Relaxed);
            require(seen == 42, || format!("the value was published, and is {seen}"));
        }
    });
}
