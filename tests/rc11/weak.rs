//! Programs whose outcomes the orderings decide.

use std::sync::Arc;

use selvedge::check::{Engine, Explorer, Verdict};
use selvedge::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};
use selvedge::sync::atomic::{AtomicBool, AtomicU32, fence};
use selvedge::sync::{UnsafeCell, thread};

use super::{explore, headline};

/// Runs two threads over two variables; what each of them gives.
fn both(
    one: impl Fn(&AtomicU32, &AtomicU32) -> u32 + Send + Sync + Copy + 'static,
    other: impl Fn(&AtomicU32, &AtomicU32) -> u32 + Send + Sync + Copy + 'static,
    allowed: impl Fn(u32, u32) -> bool + Send + Sync + Copy + 'static,
) -> Verdict {
    let report = explore(move || {
        let shared = Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
        let theirs = Arc::clone(&shared);
        let worker = thread::spawn(move || other(&theirs[0], &theirs[1]));
        let mine = one(&shared[0], &shared[1]);
        let theirs = worker.join().unwrap();
        assert!(allowed(mine, theirs), "{mine} and {theirs}");
    });
    report.verdict
}

fn store_then_load(store: Ordering, between: Option<Ordering>, load: Ordering) -> Verdict {
    let side = move |mine: &AtomicU32, theirs: &AtomicU32| {
        mine.store(1, store);
        between.into_iter().for_each(fence);
        theirs.load(load)
    };
    both(move |x, y| side(x, y), move |x, y| side(y, x), |one, other| one + other > 0)
}

#[test]
fn store_buffering_needs_seq_cst() {
    for (store, between, load, holds) in [
        (SeqCst, None, SeqCst, true),
        (Relaxed, Some(SeqCst), Relaxed, true),
        (Release, None, Acquire, false),
        (SeqCst, None, Acquire, false),
        (Release, None, SeqCst, false),
        (Relaxed, Some(AcqRel), Relaxed, false),
    ] {
        let verdict = store_then_load(store, between, load);
        assert_eq!(verdict.holds(), holds, "{store:?}, {between:?}, {load:?}: {verdict:?}");
    }
}

/// A swap may find what the other thread has written first, and then not what it had written before.
#[test]
fn a_swap_orders_nothing_where_it_is_relaxed() {
    let swaps = |order| {
        both(
            |x, y| {
                y.store(1, Relaxed);
                x.store(1, Release);
                0
            },
            move |x, y| 2 * x.swap(1, order) + y.swap(1, Relaxed),
            |_, read| read != 2,
        )
    };
    assert!(swaps(Acquire).holds());
    assert!(matches!(swaps(Relaxed), Verdict::Failed(_)));
}

/// A read-modify-write stands right behind what it has read: a store does not come between.
#[test]
fn nothing_comes_between_a_read_modify_write_and_what_it_reads() {
    let verdict = both(
        |x, _| x.fetch_add(1, Relaxed),
        |x, _| {
            x.store(2, Relaxed);
            x.load(Relaxed)
        },
        |added, read| (added, read) != (0, 1),
    );
    assert!(verdict.holds(), "{verdict:?}");
}

/// Two readers may see two writes in different orders.
#[test]
fn independent_reads_of_independent_writes_need_seq_cst() {
    let run = |store: Ordering, load: Ordering| {
        explore(move || {
            let shared = Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
            let writers = [0, 1].map(|at| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || shared[at].store(1, store))
            });
            let readers = [0, 1].map(|first| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || (shared[first].load(load), shared[1 - first].load(load)))
            });
            let seen = readers.map(|reader| reader.join().unwrap());
            writers.into_iter().for_each(|writer| writer.join().unwrap());
            assert_ne!(seen, [(1, 0); 2]);
        })
        .verdict
    };
    assert!(run(SeqCst, SeqCst).holds());
    assert!(!run(Release, Acquire).holds());
}

/// Dekker's mutual exclusion, by flags and by an attempt each.
#[test]
fn dekker_needs_seq_cst_or_fences() {
    let run = |order: Ordering, fences: bool| {
        explore(move || {
            let flags = Arc::new([AtomicBool::new(false), AtomicBool::new(false)]);
            let inside = Arc::new(AtomicBool::new(false));
            let side = move |me: usize, flags: &[AtomicBool; 2], inside: &AtomicBool| {
                flags[me].store(true, order);
                if fences {
                    fence(SeqCst);
                }
                if !flags[1 - me].load(order) {
                    assert!(!inside.swap(true, Relaxed), "both are inside");
                }
            };
            let (theirs, there) = (Arc::clone(&flags), Arc::clone(&inside));
            let worker = thread::spawn(move || side(1, &theirs, &there));
            side(0, &flags, &inside);
            worker.join().unwrap();
        })
    };
    assert!(run(SeqCst, false).verdict.holds());
    assert!(run(Relaxed, true).verdict.holds());
    assert!(headline(&run(Relaxed, false)).contains("both are inside"));
}

struct Published {
    cell: UnsafeCell<u32>,
    ready: AtomicBool,
}

// SAFETY: the accesses are what the tests are about; tasks of an execution never run at once.
unsafe impl Sync for Published {}

#[test]
fn a_weak_publication_is_a_data_race() {
    for (store, load, fences, races) in [
        (Release, Acquire, false, false),
        (Relaxed, Relaxed, true, false),
        (Release, Relaxed, false, true),
        (Relaxed, Acquire, false, true),
    ] {
        let report = explore(move || {
            let shared = Arc::new(Published { cell: UnsafeCell::new(0), ready: AtomicBool::new(false) });
            let theirs = Arc::clone(&shared);
            let writer = thread::spawn(move || {
                // SAFETY: no other task runs meanwhile.
                theirs.cell.with_mut(|cell| unsafe { *cell = 1 });
                if fences {
                    fence(Release);
                }
                theirs.ready.store(true, store);
            });
            if shared.ready.load(load) {
                if fences {
                    fence(Acquire);
                }
                // SAFETY: no other task runs meanwhile.
                assert_eq!(shared.cell.with(|cell| unsafe { *cell }), 1);
            }
            writer.join().unwrap();
        });
        match races {
            true => assert!(headline(&report).starts_with("data race on the cell"), "{report}"),
            false => assert!(report.verdict.holds(), "{report}"),
        }
    }
}

/// A lock that a swap takes: what it guards is not raced for, if taking it acquires.
#[test]
fn a_spin_lock_needs_acquire_and_release() {
    struct Locked {
        lock: AtomicBool,
        cell: UnsafeCell<u32>,
    }
    // SAFETY: the accesses are what the test is about; tasks of an execution never run at once.
    unsafe impl Sync for Locked {}

    let run = |acquire: Ordering, release: Ordering| {
        explore(move || {
            let shared = Arc::new(Locked { lock: AtomicBool::new(false), cell: UnsafeCell::new(0) });
            let add = move |shared: &Locked| {
                while shared.lock.swap(true, acquire) {
                    thread::yield_now();
                }
                // SAFETY: no other task runs meanwhile.
                shared.cell.with_mut(|cell| unsafe { *cell += 1 });
                shared.lock.store(false, release);
            };
            let workers = [0, 1].map(|_| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || add(&shared))
            });
            workers.into_iter().for_each(|worker| worker.join().unwrap());
            // SAFETY: no other task runs any more.
            assert_eq!(shared.cell.with(|cell| unsafe { *cell }), 2);
        })
    };
    let report = run(Acquire, Release);
    assert!(report.verdict.holds(), "{report}");
    assert!(headline(&run(Relaxed, Release)).starts_with("data race"));
    assert!(headline(&run(Acquire, Relaxed)).starts_with("data race"));
}

/// In no schedule of whole stores and loads do both read what was there before.
#[test]
fn a_failure_that_no_schedule_has_is_met_again() {
    let program = || {
        let shared = Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
        let theirs = Arc::clone(&shared);
        let worker = thread::spawn(move || {
            theirs[1].store(1, Relaxed);
            theirs[0].load(Relaxed)
        });
        shared[0].store(1, Relaxed);
        let mine = shared[1].load(Relaxed);
        assert!(mine + worker.join().unwrap() > 0, "neither saw the other");
    };
    let explorer = Explorer::new(Engine::Rc11);
    let found = explorer.run(program);
    let (again, diverged) = explorer.replay(found.verdict.story().expect("it fails"), program);
    assert!(diverged.is_none());
    assert_eq!(headline(&again), headline(&found));
}
