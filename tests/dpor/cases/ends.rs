//! How a thread ends: what is waited for, and what of its locals is still there.

use std::cell::{Cell, RefCell};

use libtest_mimic::{Failed, Trial};
use selvedge::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use selvedge::sync::{Arc, UnsafeCell, thread};

use super::{comes_to, dpor, fails_by, gather};

/// What a thread local does when its thread ends.
struct AtTheEnd(RefCell<Option<Box<dyn FnOnce()>>>);

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        self.0.take().into_iter().for_each(|does| does());
    }
}

selvedge::thread_local! {
    static LAST: AtTheEnd = const { AtTheEnd(RefCell::new(None)) };
    /// Without anything to drop.
    static COUNT: Cell<usize> = const { Cell::new(0) };
    static NEVER_MADE: Cell<usize> = panic!("a value that is set needs none before");
    static NOR_THIS: RefCell<usize> = panic!("a value that is set needs none before");
}

fn at_the_end(does: impl FnOnce() + 'static) {
    LAST.with(|last| *last.0.borrow_mut() = Some(Box::new(does)));
}

/// A thread whose local adds one when it is dropped; what is seen by who has waited for it.
fn seen_by(waits: impl Fn(&Arc<AtomicUsize>) + Clone + Send + Sync + 'static) -> usize {
    let dropped = Arc::new(AtomicUsize::new(0));
    waits(&dropped);
    dropped.load(SeqCst)
}

fn adds(dropped: &Arc<AtomicUsize>) -> impl FnOnce() + Send + 'static {
    let dropped = Arc::clone(dropped);
    move || at_the_end(move || _ = dropped.fetch_add(1, SeqCst))
}

/// Holds if nothing else is seen, where there may be a single schedule.
fn sees_only(expected: usize, check: impl Fn() -> usize + Clone + Send + Sync + 'static) -> Result<(), Failed> {
    let (report, outcomes) = gather(dpor(1), check);
    match outcomes.into_iter().collect::<Vec<_>>()[..] {
        [seen] if seen == expected => Ok(()),
        ref seen => Err(format!("expected {expected}, and saw {seen:?}: {report}").into()),
    }
}

/// std's scope waits for closures, and a join for threads.
fn a_scope_does_not_wait_for_locals() -> Result<(), Failed> {
    comes_to(&[0, 1], || seen_by(|dropped| thread::scope(|scope| _ = scope.spawn(adds(dropped)))))?;
    sees_only(1, || {
        seen_by(|dropped| thread::scope(|scope| scope.spawn(adds(dropped)).join().expect("it does not panic")))
    })?;
    sees_only(1, || seen_by(|dropped| thread::spawn(adds(dropped)).join().expect("it does not panic")))
}

/// A thread that has returned is finished, as std's is.
fn is_finished_does_not_wait_for_locals() -> Result<(), Failed> {
    comes_to(&[(false, 0), (false, 1), (true, 0), (true, 1)], || {
        let dropped = Arc::new(AtomicUsize::new(0));
        let other = thread::spawn(adds(&dropped));
        let finished = other.is_finished();
        let seen = dropped.load(SeqCst);
        other.join().unwrap();
        (finished, seen)
    })
}

/// What a local does when it is dropped is not ordered before what comes behind the scope.
fn the_end_of_a_scope_orders_no_locals() -> Result<(), Failed> {
    struct Shared(UnsafeCell<usize>);
    // SAFETY: the accesses are what the test is about; tasks of an execution never run at once.
    unsafe impl Sync for Shared {}

    fn run(joins: bool) {
        let cell = Arc::new(Shared(UnsafeCell::new(0)));
        let theirs = Arc::clone(&cell);
        thread::scope(|scope| {
            // SAFETY: no other task runs meanwhile.
            let thread = scope.spawn(move || at_the_end(move || theirs.0.with_mut(|cell| unsafe { *cell = 1 })));
            if joins {
                thread.join().unwrap();
            }
        });
        // SAFETY: as above.
        cell.0.with(|cell| _ = unsafe { *cell });
    }

    fails_by("data race", || run(false))?;
    comes_to(&[()], || run(true))
}

/// As with std's, what has no destructor is there for those of others.
fn locals_without_a_destructor_outlive_others() -> Result<(), Failed> {
    sees_only(7, || {
        let seen = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&seen);
        let other = thread::spawn(move || {
            at_the_end(move || theirs.store(COUNT.get(), SeqCst));
            COUNT.set(7);
        });
        other.join().unwrap();
        seen.load(SeqCst)
    })
}

fn what_is_set_is_not_made() -> Result<(), Failed> {
    sees_only(34, || {
        NEVER_MADE.set(2);
        NEVER_MADE.set(3);
        NOR_THIS.set(4);
        10 * NEVER_MADE.get() + NOR_THIS.take()
    })
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("a_scope_does_not_wait_for_locals", a_scope_does_not_wait_for_locals),
        Trial::test("is_finished_does_not_wait_for_locals", is_finished_does_not_wait_for_locals),
        Trial::test("the_end_of_a_scope_orders_no_locals", the_end_of_a_scope_orders_no_locals),
        Trial::test("locals_without_a_destructor_outlive_others", locals_without_a_destructor_outlive_others),
        Trial::test("what_is_set_is_not_made", what_is_set_is_not_made),
    ]
}
