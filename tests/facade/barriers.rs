//! Barriers.

use selvedge::sync::atomic::{AtomicU32, Ordering::Relaxed};
use selvedge::sync::{Arc, Barrier, thread};

use super::everywhere;

#[test]
fn all_have_come_before_one_goes_on() {
    everywhere(|| {
        let shared = Arc::new((Barrier::new(2), AtomicU32::new(0)));
        let pass = |shared: &(Barrier, AtomicU32)| {
            shared.1.fetch_add(1, Relaxed);
            let leads = shared.0.wait().is_leader();
            assert_eq!(shared.1.load(Relaxed), 2);
            leads
        };
        let theirs = Arc::clone(&shared);
        let other = thread::spawn(move || pass(&theirs));
        let mine = pass(&shared);
        assert_ne!(mine, other.join().unwrap());
    });
}

#[test]
fn a_barrier_is_passed_again() {
    everywhere(|| {
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn(|| [(), ()].map(|()| barrier.wait().is_leader()));
            barrier.wait();
            barrier.wait();
        });
        assert!(Barrier::new(1).wait().is_leader());
    });
}
