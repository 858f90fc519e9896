//! Loops that look and yield: some wait for a change, and to some a yield is only a hint.

use libtest_mimic::{Failed, Trial};
use selvedge::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use selvedge::sync::thread::{self, yield_now};
use selvedge::sync::{Arc, Mutex, RwLock, UnsafeCell};

use super::{comes_to, fails_by};

pub(super) fn atomic(value: usize) -> Arc<AtomicUsize> {
    Arc::new(AtomicUsize::new(value))
}

pub(super) fn clones<T, const N: usize>(of: &Arc<T>) -> [Arc<T>; N] {
    std::array::from_fn(|_| Arc::clone(of))
}

/// A yield after a look that decides nothing is a hint, and holds nothing back.
fn a_yield_is_a_hint() -> Result<(), Failed> {
    // Who has read `z = 1` writes `x` after that, so that the other has read `x = 0`.
    comes_to(&[(0, 0), (0, 1), (1, 0)], || {
        let (x, z) = (atomic(0), atomic(0));
        let ([their_x], [their_z]) = (clones(&x), clones(&z));
        let other = thread::spawn(move || {
            let seen = their_x.load(SeqCst);
            if seen == 0 {
                yield_now();
            }
            their_z.store(1, SeqCst);
            seen
        });
        let read = z.load(SeqCst);
        x.store(1, SeqCst);
        (other.join().unwrap(), read)
    })
}

/// What a task makes between a yield and its next step is known to whoever uses it.
fn a_yield_before_something_is_made() -> Result<(), Failed> {
    comes_to(&[(0, 0), (0, 1), (1, 0), (1, 1)], || {
        let x = atomic(0);
        let [theirs] = clones(&x);
        let other = thread::spawn(move || theirs.store(1, SeqCst));
        yield_now();
        let y = atomic(0);
        let [theirs] = clones(&y);
        let third = thread::spawn(move || theirs.store(1, SeqCst));
        let seen = (x.load(SeqCst), y.load(SeqCst));
        other.join().unwrap();
        third.join().unwrap();
        seen
    })
}

/// To look and yield in a straight line is no livelock, whatever anybody changes.
fn a_straight_line_is_no_livelock() -> Result<(), Failed> {
    comes_to(&[0, 1], || {
        let (x, z) = (atomic(0), atomic(0));
        let [theirs] = clones(&z);
        let other = thread::spawn(move || {
            x.load(SeqCst);
            yield_now();
            theirs.store(1, SeqCst);
        });
        let read = z.load(SeqCst);
        other.join().unwrap();
        read
    })?;
    comes_to(&[0], || {
        let (x, y) = (atomic(0), atomic(1));
        let [theirs] = clones(&y);
        let other = thread::spawn(move || theirs.store(0, SeqCst));
        while y.load(SeqCst) == 1 {
            x.load(SeqCst);
            yield_now();
            y.load(SeqCst);
            yield_now();
        }
        other.join().unwrap();
        y.load(SeqCst)
    })
}

/// Loops that look by turns at two objects wait for either.
fn a_loop_of_several_turns() -> Result<(), Failed> {
    comes_to(&[()], || {
        let (x, y) = (atomic(0), atomic(1));
        let [theirs] = clones(&y);
        let other = thread::spawn(move || theirs.store(0, SeqCst));
        loop {
            x.load(SeqCst);
            yield_now();
            if y.load(SeqCst) == 0 {
                break;
            }
            yield_now();
        }
        other.join().unwrap();
    })
}

/// The failure that is told is the assertion, and no livelock on the way to the one with the fewest preemptions.
fn the_assertion_is_told() -> Result<(), Failed> {
    fails_by("only half", || {
        let value = Arc::new(Mutex::new(0));
        let [theirs] = clones(&value);
        let other = thread::spawn(move || {
            *theirs.lock() = 1;
            *theirs.lock() = 2;
        });
        loop {
            let seen = *value.lock();
            if seen != 0 {
                assert_eq!(seen, 2, "only half");
                break;
            }
            yield_now();
        }
        other.join().unwrap();
    })
}

/// A lock by swapping, and one by trying; each turn changes something, or nothing, and the search ends.
fn spin_locks() -> Result<(), Failed> {
    comes_to(&[2], || {
        let (lock, count) = (Arc::new(AtomicBool::new(false)), atomic(0));
        let ([theirs], [their_count]) = (clones(&lock), clones(&count));
        let section = |lock: &AtomicBool, count: &AtomicUsize| {
            while lock.swap(true, SeqCst) {
                yield_now();
            }
            let seen = count.load(SeqCst);
            count.store(seen + 1, SeqCst);
            lock.store(false, SeqCst);
        };
        let other = thread::spawn(move || section(&theirs, &their_count));
        section(&lock, &count);
        other.join().unwrap();
        count.load(SeqCst)
    })?;
    comes_to(&[2], || {
        let lock = Arc::new(Mutex::new(0));
        let [theirs] = clones(&lock);
        let section = |lock: &Mutex<usize>| {
            loop {
                if let Some(mut guard) = lock.try_lock() {
                    *guard += 1;
                    return;
                }
                yield_now();
            }
        };
        let other = thread::spawn(move || section(&theirs));
        section(&lock);
        other.join().unwrap();
        *lock.lock()
    })
}

/// Looks under a lock, by one thread and by two, until a third has changed what it guards.
fn looks_under_a_lock() -> Result<(), Failed> {
    for waiters in [1, 2] {
        comes_to(&[()], move || {
            let ready = Arc::new(Mutex::new(false));
            let wait = |ready: Arc<Mutex<bool>>| {
                move || {
                    while !*ready.lock() {
                        yield_now()
                    }
                }
            };
            let waiting: Vec<_> = (0..waiters).map(|_| thread::spawn(wait(Arc::clone(&ready)))).collect();
            *ready.lock() = true;
            waiting.into_iter().for_each(|waiter| waiter.join().unwrap());
        })?;
    }
    // A poller spins under read locks until a flag is closed.
    comes_to(&[()], || {
        let closed = Arc::new(RwLock::new(false));
        let [theirs] = clones(&closed);
        let poller = thread::spawn(move || {
            while !*theirs.read() {
                yield_now()
            }
        });
        *closed.write() = true;
        poller.join().unwrap();
    })
}

/// What was seen for a while is noticed: an attempt fails while another thread's turn has the lock.
fn a_turn_is_noticed() -> Result<(), Failed> {
    comes_to(&(0..8).map(|bits: u32| [bits & 1 == 1, bits & 2 == 2, bits & 4 == 4]).collect::<Vec<_>>(), || {
        let (lock, done) = (Arc::new(Mutex::new(())), atomic(0));
        let ([theirs], [their_done]) = (clones(&lock), clones(&done));
        let other = thread::spawn(move || {
            while their_done.load(SeqCst) == 0 {
                drop(theirs.lock());
                yield_now();
            }
        });
        let gained = std::array::from_fn(|_| lock.try_lock().is_some());
        done.store(1, SeqCst);
        other.join().unwrap();
        gained
    })
}

/// Who has gone round once remembers it, and what comes between the looks of the next turn is met after that, too.
fn a_turn_is_interrupted() -> Result<(), Failed> {
    fails_by("stale", || {
        let shared = Arc::new((AtomicUsize::new(0), Mutex::new(())));
        let [theirs, ours] = clones(&shared);
        let writer = thread::spawn(move || {
            let _guard = theirs.1.lock();
            theirs.0.store(1, SeqCst);
        });
        let reader = thread::spawn(move || {
            let mut waited = false;
            loop {
                let seen = ours.0.load(SeqCst);
                if ours.1.try_lock().is_some() {
                    assert!(!waited || seen == 1, "stale");
                    return;
                }
                waited = true;
                yield_now();
            }
        });
        writer.join().unwrap();
        reader.join().unwrap();
    })
}

/// A loop of two turns sees in the one what was there while it made the other.
fn a_loop_of_two_turns_sees_all() -> Result<(), Failed> {
    comes_to(&[false, true], || {
        let (x, y) = (atomic(0), atomic(0));
        let ([their_x], [their_y]) = (clones(&x), clones(&y));
        let waiter = thread::spawn(move || {
            let (mut first, mut saw) = (true, false);
            loop {
                saw |= x.load(SeqCst) == 1 && !first;
                first = false;
                yield_now();
                if y.load(SeqCst) == 1 {
                    return saw;
                }
                yield_now();
            }
        });
        their_x.store(1, SeqCst);
        their_x.store(0, SeqCst);
        their_y.store(1, SeqCst);
        waiter.join().unwrap()
    })
}

/// A turn that has seen a change in its midst is not the turn that the loop makes from then on.
fn a_turn_that_saw_a_change() -> Result<(), Failed> {
    comes_to(&[()], || {
        let x = atomic(0);
        let [theirs] = clones(&x);
        let waiter = thread::spawn(move || {
            loop {
                let seen = (theirs.load(SeqCst), theirs.load(SeqCst));
                if seen == (1, 1) {
                    return;
                }
                yield_now();
            }
        });
        [1, 0, 1].into_iter().for_each(|value| x.store(value, SeqCst));
        waiter.join().unwrap();
    })
}

/// What is waited for is in a cell, and its lock is as it was.
fn a_cell_is_guarded() -> Result<(), Failed> {
    struct Guarded<L>(L, UnsafeCell<bool>);
    // SAFETY: who reads the cell or writes to it has the lock.
    unsafe impl<L: Sync> Sync for Guarded<L> {}
    fn wait<L: Send + Sync + 'static>(lock: L, locked: impl Fn(&L, &mut dyn FnMut()) + Send + Copy + 'static) {
        let guarded = Arc::new(Guarded(lock, UnsafeCell::new(false)));
        let [theirs] = clones(&guarded);
        let waiter = thread::spawn(move || {
            let mut seen = false;
            while !seen {
                // SAFETY: it is locked.
                locked(&theirs.0, &mut || seen = theirs.1.with(|cell| unsafe { *cell }));
                yield_now();
            }
        });
        // SAFETY: it is locked.
        locked(&guarded.0, &mut || guarded.1.with_mut(|cell| unsafe { *cell = true }));
        waiter.join().unwrap();
    }
    comes_to(&[()], || {
        wait(Mutex::new(()), |lock, section| {
            let _guard = lock.lock();
            section();
        })
    })?;
    comes_to(&[()], || {
        wait(AtomicBool::new(false), |lock, section| {
            while lock.swap(true, SeqCst) {
                yield_now();
            }
            section();
            lock.store(false, SeqCst);
        })
    })
}

/// What a thread makes after a yield was not there at that yield, in this execution or in the next.
fn what_is_made_behind_a_yield() -> Result<(), Failed> {
    comes_to(&[0, 1], || {
        let x = atomic(0);
        let [theirs] = clones(&x);
        let other = thread::spawn(move || theirs.store(1, SeqCst));
        yield_now();
        yield_now();
        let _made = Mutex::new(());
        let seen = x.load(SeqCst);
        other.join().unwrap();
        seen
    })
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("what_is_made_behind_a_yield", what_is_made_behind_a_yield),
        Trial::test("a_turn_is_interrupted", a_turn_is_interrupted),
        Trial::test("a_loop_of_two_turns_sees_all", a_loop_of_two_turns_sees_all),
        Trial::test("a_turn_that_saw_a_change", a_turn_that_saw_a_change),
        Trial::test("a_cell_is_guarded", a_cell_is_guarded),
        Trial::test("a_yield_is_a_hint", a_yield_is_a_hint),
        Trial::test("a_yield_before_something_is_made", a_yield_before_something_is_made),
        Trial::test("a_straight_line_is_no_livelock", a_straight_line_is_no_livelock),
        Trial::test("a_loop_of_several_turns", a_loop_of_several_turns),
        Trial::test("the_assertion_is_told", the_assertion_is_told),
        Trial::test("spin_locks", spin_locks),
        Trial::test("looks_under_a_lock", looks_under_a_lock),
        Trial::test("a_turn_is_noticed", a_turn_is_noticed),
    ]
}
