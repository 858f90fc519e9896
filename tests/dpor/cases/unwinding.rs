//! Threads that unwind from a panic while an execution is given up, and while others do something wrong.

use std::ptr::NonNull;

use libtest_mimic::{Failed, Trial};
use selvedge::check::alloc::Box;
use selvedge::check::{Engine, Explorer, Verdict};
use selvedge::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use selvedge::sync::panic::catch_unwind;
use selvedge::sync::thread::{self, yield_now};
use selvedge::sync::{Arc, Mutex};

use super::loops::{atomic, clones};
use super::{comes_to, fails_by, gather};

/// Panics while it holds what `hold` gives, and catches that: what it holds is dropped by the panic.
fn unwinds<T>(hold: impl FnOnce() -> T) {
    let caught: std::thread::Result<()> = catch_unwind(|| {
        let _held = hold();
        panic!("it is caught");
    });
    assert!(caught.is_err());
}

/// Notes in its destructor under a lock that it has ended, as a worker does.
struct Notes<'a>(&'a Mutex<usize>);

impl Drop for Notes<'_> {
    fn drop(&mut self) {
        *self.0.lock() += 1;
    }
}

/// Whether a loop spins is found out while two threads unwind, each from its own panic.
fn two_unwind_beside_a_loop() -> Result<(), Failed> {
    fn unwind() -> usize {
        let (count, ready) = (atomic(0), atomic(0));
        let unwinding: [_; 2] = clones(&count).map(|count: Arc<AtomicUsize>| {
            thread::spawn(move || {
                let mutex = Mutex::new(0);
                unwinds(|| (mutex.lock(), count.fetch_add(1, SeqCst)));
            })
        });
        let ([their_count], [their_ready]) = (clones(&count), clones(&ready));
        let waits = thread::spawn(move || {
            their_count.store(1, SeqCst);
            while their_ready.load(SeqCst) == 0 {
                yield_now();
            }
        });
        unwinding.into_iter().for_each(|thread| thread.join().unwrap());
        ready.store(1, SeqCst);
        waits.join().unwrap();
        count.load(SeqCst)
    }

    everywhere(&[1, 2, 3], unwind)
}

/// The same, where their destructors wait for each other.
fn destructors_wait_beside_a_loop() -> Result<(), Failed> {
    fn unwind() -> (usize, usize) {
        let (ended, count, ready) = (Arc::new(Mutex::new(0)), atomic(0), atomic(0));
        let unwinding: [_; 2] = clones(&ended).map(|ended: Arc<Mutex<usize>>| {
            let [count] = clones(&count);
            thread::spawn(move || unwinds(|| (Notes(&ended), count.fetch_add(1, SeqCst))))
        });
        let ([their_ended], [their_ready]) = (clones(&ended), clones(&ready));
        let waits = thread::spawn(move || {
            let first = *their_ended.lock();
            while their_ready.load(SeqCst) == 0 {
                yield_now();
            }
            first
        });
        unwinding.into_iter().for_each(|thread| thread.join().unwrap());
        ready.store(1, SeqCst);
        (waits.join().unwrap(), *ended.lock())
    }

    everywhere(&[(0, 2), (1, 2), (2, 2)], unwind)
}

/// By `dpor`, whole and in parts, and by `rc11`.
fn everywhere<T: Ord + Clone + std::fmt::Debug + Send + 'static>(
    expected: &[T],
    check: fn() -> T,
) -> Result<(), Failed> {
    comes_to(expected, check)?;
    let (report, outcomes) = gather(Explorer::new(Engine::Rc11), check);
    match report.verdict {
        Verdict::Exhausted if outcomes.iter().eq(expected) => Ok(()),
        _ => Err(format!("rc11: {report}, {outcomes:?}").into()),
    }
}

/// Shows that it is being dropped, until it has been.
struct Shows<'a>(&'a AtomicUsize);

impl Drop for Shows<'_> {
    fn drop(&mut self) {
        self.0.store(1, SeqCst);
        self.0.store(2, SeqCst);
    }
}

/// What is freed twice while another thread unwinds, and only then, is told.
fn freed_twice_while_another_unwinds() -> Result<(), Failed> {
    fn free(times: usize) {
        let shows = atomic(0);
        let [theirs] = clones(&shows);
        let other = thread::spawn(move || unwinds(|| Shows(&theirs)));
        if shows.load(SeqCst) == 1 {
            let value = NonNull::new(Box::into_raw(Box::new(7))).expect("it is there");
            for _ in 0..times {
                // SAFETY: the first time it has no other owner; the second time the check stops before it does any harm.
                drop(unsafe { Box::from_raw(value.as_ptr()) });
            }
        }
        other.join().unwrap();
    }

    fails_by("double free", || free(2))?;
    comes_to(&[()], || free(1))
}

/// And so is what a thread does wrong that unwinds.
fn freed_twice_by_who_unwinds() -> Result<(), Failed> {
    struct Frees(NonNull<usize>, usize);

    impl Drop for Frees {
        fn drop(&mut self) {
            for _ in 0..self.1 {
                // SAFETY: as above.
                drop(unsafe { Box::from_raw(self.0.as_ptr()) });
            }
        }
    }

    fn free(times: usize) {
        unwinds(|| Frees(NonNull::new(Box::into_raw(Box::new(7))).expect("it is there"), times));
    }

    fails_by("double free", || free(2))?;
    comes_to(&[()], || free(1))
}

/// A panic in a destructor while its thread unwinds aborts the process on real threads: here it is told.
fn a_panic_in_a_panic() -> Result<(), Failed> {
    struct Panics;

    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("one too many");
        }
    }

    let words = "one too many, in a destructor while the thread unwinds from another panic";
    fails_by(words, || unwinds(|| Panics))?;
    // What the destructor itself catches is not one too many.
    struct Catches<'a>(&'a AtomicUsize);

    impl Drop for Catches<'_> {
        fn drop(&mut self) {
            assert!(catch_unwind(|| drop(Panics)).is_err());
            self.0.fetch_add(1, SeqCst);
        }
    }

    comes_to(&[0, 1], || {
        let count = atomic(0);
        let [theirs] = clones(&count);
        let other = thread::spawn(move || unwinds(|| Catches(&theirs)));
        let seen = count.load(SeqCst);
        other.join().unwrap();
        seen
    })
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("two_unwind_beside_a_loop", two_unwind_beside_a_loop),
        Trial::test("destructors_wait_beside_a_loop", destructors_wait_beside_a_loop),
        Trial::test("freed_twice_while_another_unwinds", freed_twice_while_another_unwinds),
        Trial::test("freed_twice_by_who_unwinds", freed_twice_by_who_unwinds),
        Trial::test("a_panic_in_a_panic", a_panic_in_a_panic),
    ]
}
