//! What is looked at beside a lock or an atomic: whether a lock is poisoned, and what it prints. A look is an operation as
//! others are, in whatever words it is asked for.

use std::fmt::Debug;

use libtest_mimic::{Failed, Trial};
use selvedge::check::alloc::Box;
use selvedge::check::{Engine, Explorer, Verdict};
use selvedge::std::sync as shape;
use selvedge::sync::atomic::Ordering::{Relaxed, SeqCst};
use selvedge::sync::atomic::{AtomicPtr, AtomicUsize};
use selvedge::sync::panic::catch_unwind;
use selvedge::sync::{Arc, LazyLock, Mutex, Once, OnceLock, RwLock, thread};

use super::{comes_to, fails_by, gather};

fn panics_in(mutex: &shape::Mutex<()>) {
    let _ = catch_unwind(|| {
        let _held = mutex.lock();
        panic!("it is poisoned by this");
    });
}

/// Two that never have the lock.
fn poison_is_read_and_cleared() -> Result<(), Failed> {
    comes_to(&[false, true], || {
        let mutex = Arc::new(shape::Mutex::new(()));
        panics_in(&mutex);
        let theirs = Arc::clone(&mutex);
        let other = thread::spawn(move || theirs.clear_poison());
        let poisoned = mutex.is_poisoned();
        other.join().unwrap();
        poisoned
    })?;
    comes_to(&[false, true], || {
        let lock = Arc::new(shape::RwLock::new(()));
        let _ = catch_unwind(|| {
            let _held = lock.write();
            panic!("it is poisoned by this");
        });
        let theirs = Arc::clone(&lock);
        let other = thread::spawn(move || theirs.clear_poison());
        let poisoned = lock.is_poisoned();
        other.join().unwrap();
        poisoned
    })
}

/// A lock is held for a while before it is poisoned.
fn a_lock_is_taken_before_it_is_poisoned() -> Result<(), Failed> {
    comes_to(&[(false, false), (false, true), (true, false), (true, true)], || {
        let mutex = Arc::new(shape::Mutex::new(()));
        let theirs = Arc::clone(&mutex);
        let other = thread::spawn(move || panics_in(&theirs));
        let taken = matches!(mutex.try_lock(), Err(shape::TryLockError::WouldBlock));
        let poisoned = mutex.is_poisoned();
        other.join().unwrap();
        (taken, poisoned)
    })
}

/// To ask whether it is poisoned orders nothing, and tells nothing of who has the lock.
fn poison_orders_nothing() -> Result<(), Failed> {
    struct Cell(selvedge::sync::UnsafeCell<u32>);
    // SAFETY: the accesses are what the test is about; tasks of an execution never run at once.
    unsafe impl Sync for Cell {}

    fails_by("data race", || {
        let shared = Arc::new((shape::Mutex::new(()), Cell(selvedge::sync::UnsafeCell::new(0))));
        let theirs = Arc::clone(&shared);
        let other = thread::spawn(move || {
            // SAFETY: no other task runs meanwhile.
            theirs.1.0.with_mut(|cell| unsafe { *cell = 1 });
            panics_in(&theirs.0);
        });
        if shared.0.is_poisoned() {
            // SAFETY: as above.
            shared.1.0.with(|cell| _ = unsafe { *cell });
        }
        other.join().unwrap();
    })
}

static LAZY: LazyLock<usize> = LazyLock::new(|| 1);

/// What is printed while another changes it, of each kind.
fn what_is_printed_is_read() -> Result<(), Failed> {
    fn beside<T: Send + Sync + 'static>(
        make: impl Fn() -> T + Clone + Send + Sync + 'static,
        change: fn(&T),
        shows: fn(&T) -> String,
        expected: &[&str],
    ) -> Result<(), Failed> {
        let expected: Vec<String> = expected.iter().map(|&text| text.to_owned()).collect();
        comes_to(&expected, move || {
            let value = Arc::new(make());
            let theirs = Arc::clone(&value);
            let other = thread::spawn(move || change(&theirs));
            let seen = shows(&value);
            other.join().unwrap();
            seen
        })
    }
    fn shown<T: Debug>(value: &T) -> String {
        format!("{value:?}")
    }

    beside(|| AtomicUsize::new(0), |value| value.store(1, SeqCst), shown, &["0", "1"])?;
    beside(
        || AtomicPtr::new(std::ptr::null_mut::<u8>()),
        |value| value.store(std::ptr::without_provenance_mut(16), SeqCst),
        shown,
        &["0x0", "0x10"],
    )?;
    let mutex = ["Mutex { data: 0 }", "Mutex { data: 1 }", "Mutex { data: <locked> }"];
    beside(|| Mutex::new(0), |value| *value.lock() = 1, shown, &mutex)?;
    let lock = ["RwLock { data: 0 }", "RwLock { data: 1 }", "RwLock { data: <locked> }"];
    beside(|| RwLock::new(0), |value| *value.write() = 1, shown, &lock)?;
    beside(OnceLock::new, |value| _ = value.set(1), shown, &["OnceLock(1)", "OnceLock(<uninit>)"])?;
    beside(|| (), |()| _ = *LAZY, |()| shown(&LAZY), &["LazyLock(1)", "LazyLock(<uninit>)"])?;
    let std = [0, 1].map(|data| format!("Mutex {{ data: {data}, poisoned: false, .. }}"));
    let std = [&std[0], &std[1], "Mutex { data: <locked>, poisoned: false, .. }"];
    beside(|| shape::Mutex::new(0), |value| *value.lock().unwrap() = 1, shown, &std)?;
    let std = [0, 1].map(|data| format!("RwLock {{ data: {data}, poisoned: false, .. }}"));
    let std = [&std[0], &std[1], "RwLock { data: <locked>, poisoned: false, .. }"];
    beside(|| shape::RwLock::new(0), |value| *value.write().unwrap() = 1, shown, &std)
}

/// To print a lock takes it for a while, so that an attempt beside it fails.
fn what_is_printed_is_taken() -> Result<(), Failed> {
    comes_to(&[false, true], || {
        let mutex = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&mutex);
        let other = thread::spawn(move || format!("{theirs:?}"));
        let taken = mutex.try_lock().is_none();
        assert!(other.join().unwrap().starts_with("Mutex"));
        taken
    })
}

/// Who prints what another writes races with it.
fn what_is_printed_is_raced_for() -> Result<(), Failed> {
    fails_by("data race", || {
        let value = std::boxed::Box::leak(std::boxed::Box::new(Box::new(1)));
        let place = std::ptr::from_mut(value).expose_provenance();
        let other = thread::spawn(move || {
            // SAFETY: tasks of an execution never run at once.
            **unsafe { &mut *std::ptr::with_exposed_provenance_mut::<Box<i32>>(place) } = 2;
        });
        // SAFETY: as above.
        let _ = format!("{:?}", unsafe { &*std::ptr::with_exposed_provenance::<Box<i32>>(place) });
        other.join().unwrap();
        // SAFETY: nobody else has it any more.
        drop(unsafe { std::boxed::Box::from_raw(std::ptr::with_exposed_provenance_mut::<Box<i32>>(place)) });
    })
}

/// `make_mut` takes the value with it that has weak references alone, and copies nothing.
fn a_value_with_weak_references_is_moved() -> Result<(), Failed> {
    struct Counts(Arc<AtomicUsize>);

    impl Clone for Counts {
        fn clone(&self) -> Self {
            self.0.fetch_add(1, SeqCst);
            Counts(Arc::clone(&self.0))
        }
    }

    // Whether the weak reference finds it, and whether it was copied: who finds it is an owner.
    comes_to(&[(false, 0), (true, 0), (true, 1)], || {
        let copies = Arc::new(AtomicUsize::new(0));
        let mut value = Arc::new(Counts(Arc::clone(&copies)));
        let weak = Arc::downgrade(&value);
        let other = thread::spawn(move || weak.upgrade().is_some());
        Arc::make_mut(&mut value);
        let found = other.join().unwrap();
        (found, copies.load(SeqCst))
    })
}

/// A look at what is done once is a load that acquires: behind a relaxed flag it may be an old one, under weak memory.
fn a_look_at_a_once_is_a_load() -> Result<(), Failed> {
    type Look = fn(&(OnceLock<usize>, Once)) -> bool;
    let looks: [Look; 2] =
        [|made| made.0.get().inspect(|&&value| assert_eq!(value, 7)).is_some(), |made| made.1.is_completed()];
    for look in looks {
        let of = |engine| {
            gather(Explorer::new(engine), move || {
                let shared = Arc::new(((OnceLock::new(), Once::new()), AtomicUsize::new(0)));
                let theirs = Arc::clone(&shared);
                let other = thread::spawn(move || {
                    theirs.0.0.set(7).expect("nobody else does");
                    theirs.0.1.call_once(|| ());
                    theirs.1.store(1, Relaxed);
                });
                let seen = (shared.1.load(Relaxed), look(&shared.0));
                other.join().unwrap();
                seen
            })
        };
        for (engine, expected) in [
            (Engine::Dpor, &[(0, false), (0, true), (1, true)][..]),
            (Engine::Rc11, &[(0, false), (0, true), (1, false), (1, true)]),
        ] {
            let (report, outcomes) = of(engine);
            if report.verdict != Verdict::Exhausted || !outcomes.iter().eq(expected) {
                return Err(format!("{engine:?}: {report}, {outcomes:?}").into());
            }
        }
    }
    Ok(())
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("a_look_at_a_once_is_a_load", a_look_at_a_once_is_a_load),
        Trial::test("poison_is_read_and_cleared", poison_is_read_and_cleared),
        Trial::test("a_lock_is_taken_before_it_is_poisoned", a_lock_is_taken_before_it_is_poisoned),
        Trial::test("poison_orders_nothing", poison_orders_nothing),
        Trial::test("what_is_printed_is_read", what_is_printed_is_read),
        Trial::test("what_is_printed_is_taken", what_is_printed_is_taken),
        Trial::test("what_is_printed_is_raced_for", what_is_printed_is_raced_for),
        Trial::test("a_value_with_weak_references_is_moved", a_value_with_weak_references_is_moved),
    ]
}
