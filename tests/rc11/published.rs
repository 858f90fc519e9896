//! Published counts: as many executions as are consistent under RC11, and none is blocked.

use std::sync::Arc;

use selvedge::sync::atomic::AtomicU64;
use selvedge::sync::atomic::Ordering::{AcqRel, Relaxed};
use selvedge::sync::{Mutex, thread};

use super::{exhausted, explore, litmus};

#[test]
fn litmus_programs_have_as_many_executions_as_are_published() {
    for litmus in litmus::all() {
        let (name, published) = (litmus.name.clone(), litmus.rc11);
        let report = explore(move || _ = litmus.run());
        assert_eq!(exhausted(&report, &name), published, "{name}");
    }
}

/// Starts so many threads with their numbers, and waits for them.
fn threads(count: usize, body: impl Fn(usize) + Clone + Send + 'static) {
    let start = |number| {
        let body = body.clone();
        thread::spawn(move || body(number))
    };
    let started: Vec<_> = (0..count).map(start).collect();
    started.into_iter().for_each(|thread| thread.join().unwrap());
}

/// Threads that add once, that take a lock once, and that read what one writes: N!, N!, and 2^N.
#[test]
fn threads_that_do_one_thing_have_as_many_executions_as_orders() {
    for (count, orders) in [(2, 2), (4, 24), (6, 720)] {
        let adds = move || {
            let shared = Arc::new(AtomicU64::new(0));
            threads(count, move |_| _ = shared.fetch_add(1, AcqRel));
        };
        let locks = move || {
            let shared = Arc::new(Mutex::new(0));
            threads(count, move |_| *shared.lock() += 1);
        };
        assert_eq!(exhausted(&explore(adds), "adds"), orders);
        assert_eq!(exhausted(&explore(locks), "locks"), orders);
    }
    let reads = || {
        let shared = Arc::new(AtomicU64::new(0));
        threads(10, move |number| match number {
            0 => shared.store(42, Relaxed),
            _ => _ = shared.load(Relaxed),
        });
    };
    assert_eq!(exhausted(&explore(reads), "reads"), 1 << 9);
}
