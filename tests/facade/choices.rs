//! Choices that no schedule makes.

use selvedge::check::{choose, random};
use selvedge::sync::Mutex;
use selvedge::sync::atomic::{AtomicU32, Ordering::SeqCst};

use super::everywhere;

#[test]
fn a_number_is_chosen() {
    everywhere(|| {
        let x = Mutex::new(choose(3));
        if random() {
            *x.lock() += choose(1);
        }
        assert!(*x.lock() < 3);
    });
}

#[test]
fn a_weak_exchange_is_tried_again() {
    everywhere(|| {
        let x = AtomicU32::new(0);
        let mut old = x.load(SeqCst);
        while let Err(now) = x.compare_exchange_weak(old, old + 1, SeqCst, SeqCst) {
            old = now;
        }
        assert_eq!(x.fetch_update(SeqCst, SeqCst, |x| Some(x + 1)), Ok(1));
    });
}
