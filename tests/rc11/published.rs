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

/// Whichever thread is started first: of all published programs, and of two in which the write of a read-modify-write that
/// stands between others makes what its read had left consistent inconsistent.
#[test]
fn the_order_in_which_threads_are_started_changes_no_count() {
    let between = [
        "starts first\t18\t22\ty=3.sc x.sc | x=1.sc y=1.rel | y+=1.sc y.rlx",
        "two writes\t0\t74\tx=1.sc y<-2.rel y<-1.acqrel | y=1.sc x.sc x=2.rlx | y<-1.sc y=1.rel",
    ];
    let between = between.map(|line| litmus::Litmus::read(line).expect("it is a litmus test"));
    for program in litmus::all().into_iter().filter(|program| program.threads.len() <= 4).chain(between) {
        for order in orders(program.threads.len()) {
            let threads = order.iter().map(|&thread| program.threads[thread].clone()).collect();
            let started = litmus::Litmus { threads, ..program.clone() };
            let context = format!("{}, started as {order:?}", program.name);
            assert_eq!(exhausted(&explore(move || _ = started.run()), &context), program.rc11, "{context}");
        }
    }
}

/// Every order of the numbers below `n`.
fn orders(n: usize) -> Vec<Vec<usize>> {
    let Some(last) = n.checked_sub(1) else { return vec![Vec::new()] };
    let with_last = |order: Vec<usize>| {
        (0..n).map(move |at| {
            let mut order = order.clone();
            order.insert(at, last);
            order
        })
    };
    orders(last).into_iter().flat_map(with_last).collect()
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
