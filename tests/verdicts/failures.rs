//! A failure is what it is from where it arises to the report, whatever its words are.

use selvedge::check::story::{Fault, Role};
use selvedge::check::{Engine, Explorer, Failure, Kind, require};
use selvedge::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use selvedge::sync::{Arc, Mutex, UnsafeCell, channel, thread};

use crate::{explorer, failure};

fn fails(check: impl Fn() + Send + Sync + 'static) -> Failure {
    failure(explorer().run(check))
}

/// A cell that everybody may get at.
struct Open(UnsafeCell<u32>);

// SAFETY: the accesses are what the tests are about; tasks of an execution never run at once.
unsafe impl Sync for Open {}

impl Open {
    fn new() -> Arc<Self> {
        Arc::new(Open(UnsafeCell::new(0)))
    }

    fn write(&self) {
        // SAFETY: no other task runs meanwhile.
        self.0.with_mut(|cell| unsafe { *cell += 1 });
    }
}

/// Two threads that do something, so that there is something to explore.
fn busy() {
    let total = Arc::new(Mutex::new(0));
    let theirs = Arc::clone(&total);
    let other = thread::spawn(move || *theirs.lock() += 1);
    *total.lock() += 1;
    other.join().unwrap();
}

#[test]
fn words_do_not_make_a_failure_another() {
    let required = fails(|| {
        busy();
        require(false, || "data race of the horses".to_owned());
    });
    assert_eq!((required.kind, required.headline.as_str()), (Kind::Requirement, "data race of the horses"));
    for message in ["Causality violation: I said so", "deadlock; threads = none", "data race on the cell", "livelock"] {
        let panicked = fails(move || {
            busy();
            panic!("{message}");
        });
        assert_eq!((panicked.kind, panicked.message.as_str()), (Kind::Panic, message));
        assert!(panicked.headline.contains(message), "{panicked}");
        let story = panicked.story.expect("an engine tells it");
        assert_eq!(story.broke.expect("somebody panics").fault, Fault::Panic);
    }
}

/// The program of C2: A and B race, and C goes on for long.
#[test]
fn a_race_is_told_by_its_accesses() {
    let failure = fails(|| {
        let (cell, steps) = (Open::new(), Arc::new(AtomicUsize::new(0)));
        let named = |name: &str| thread::Builder::new().name(name.to_owned());
        let racing = |name: &str| {
            let cell = Arc::clone(&cell);
            named(name).spawn(move || cell.write()).unwrap()
        };
        let racing = ["one", "other"].map(racing);
        let counts = Arc::clone(&steps);
        let last = named("last").spawn(move || (0..40).for_each(|_| _ = counts.fetch_add(1, SeqCst))).unwrap();
        racing.into_iter().for_each(|thread| thread.join().unwrap());
        last.join().unwrap();
        assert_eq!(steps.load(SeqCst), 40);
    });
    assert_eq!(failure.kind, Kind::Race);
    assert!(failure.places.len() == 2 && failure.places[0] == failure.places[1], "{:?}", failure.places);
    let text = failure.to_string();
    let story = failure.story.expect("an engine tells it");
    let broke = story.broke.as_ref().expect("somebody races");
    let of = |step: &usize| &story.steps[*step];
    assert!(broke.steps.len() == 2 && broke.steps.iter().all(|step| of(step).action.role == Role::Local));
    assert_eq!(of(&broke.steps[1]).thread, broke.thread);
    assert!(["one", "other"].contains(&story.threads[broke.thread].name.as_str()), "{text}");
    // Both accesses are drawn, and the cross is in the lane of one of them.
    assert_eq!(text.matches("write cell").count(), 2, "{text}");
    assert!(text.contains("✗") && text.contains("races with step "), "{text}");
}

/// However much comes between them.
#[test]
fn the_accesses_that_race_are_never_folded_away() {
    let failure = fails(|| {
        let (cell, steps) = (Open::new(), Arc::new(AtomicUsize::new(0)));
        let (theirs, counts) = (Arc::clone(&cell), Arc::clone(&steps));
        let other = thread::spawn(move || {
            counts.fetch_add(1, SeqCst);
            counts.fetch_add(1, SeqCst);
            theirs.write();
            (0..40).for_each(|turn| {
                match turn % 2 {
                    0 => _ = counts.swap(3, SeqCst),
                    _ => _ = counts.fetch_add(2, SeqCst),
                };
            });
        });
        cell.write();
        (0..30).for_each(|_| _ = steps.load(SeqCst));
        other.join().unwrap();
    });
    let text = failure.to_string();
    assert_eq!(failure.kind, Kind::Race, "{text}");
    assert_eq!(text.matches("write cell").count(), 2, "{text}");
}

/// loom meets the race and goes no further.
#[cfg(shuttle)]
#[test]
fn a_race_is_why_and_what_comes_of_it_is_told_too() {
    let racing = |end: fn()| {
        fails(move || {
            let cell = Open::new();
            let theirs = Arc::clone(&cell);
            let other = thread::spawn(move || theirs.write());
            cell.write();
            other.join().unwrap();
            end();
        })
    };
    let leaks = racing(|| {
        let (sender, receiver) = channel::unbounded::<()>();
        drop(thread::Builder::new().name("collector".to_owned()).spawn(move || receiver.iter().count()));
        std::mem::forget(sender);
    });
    assert_eq!(leaks.kind, Kind::Race, "{leaks}");
    assert!(leaks.headline.starts_with("data race on the cell"), "{leaks}");
    assert!(leaks.details.iter().any(|line| line.contains("leaked worker: collector still waits")), "{leaks}");
    let text = leaks.to_string();
    let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("no {words} in {text}"));
    assert!(at("races with step ") < at("waits to receive from"), "{text}");
    let panics = racing(|| panic!("on top of it"));
    assert_eq!(panics.kind, Kind::Race, "{panics}");
    assert!(panics.details.iter().any(|line| line.contains("panicked: on top of it")), "{panics}");
}

#[test]
fn who_can_no_longer_be_woken_is_told_beside_a_panic() {
    let failure = fails(|| {
        let (sender, receiver) = channel::unbounded::<()>();
        let worker = thread::Builder::new().name("collector".to_owned()).spawn(move || receiver.iter().count());
        drop(worker);
        thread::spawn(busy).join().unwrap();
        std::mem::forget(sender);
        panic!("no such account");
    });
    assert_eq!((failure.kind, failure.message.as_str()), (Kind::Panic, "no such account"));
    if failure.story.as_ref().unwrap().steps.iter().any(|step| step.thread == 1) {
        assert!(failure.details.iter().any(|line| line.contains("collector waits to receive")), "{failure}");
    }
}

/// What the last owner does in a destructor comes after what all others did. To loom an `Arc` orders nothing.
#[cfg(shuttle)]
#[test]
fn a_destructor_that_looks_at_a_cell_does_not_race() {
    struct Last(Arc<Open>);

    impl Drop for Last {
        fn drop(&mut self) {
            self.0.write();
        }
    }

    let report = explorer().run(|| {
        let (last, steps) = (Arc::new(Last(Open::new())), Arc::new(AtomicUsize::new(0)));
        let look = |last: &Last, steps: &AtomicUsize| {
            // SAFETY: no other task runs meanwhile.
            assert_eq!(last.0.0.with(|cell| unsafe { *cell }), 0);
            steps.load(SeqCst);
        };
        let (theirs, counts) = (Arc::clone(&last), Arc::clone(&steps));
        let other = thread::spawn(move || {
            look(&theirs, &counts);
            drop(theirs);
        });
        look(&last, &steps);
        drop(last);
        other.join().unwrap();
    });
    assert!(report.verdict.holds(), "{report}");
}

/// B4: right programs that loom fails.
#[cfg(loom)]
#[test]
fn a_failure_that_may_be_looms_own_says_so() {
    use selvedge::sync::atomic::Ordering::{self, Relaxed};

    let says_so = |failure: &Failure| failure.details.iter().any(|line| line.starts_with("it may be a false alarm"));
    let exchanged = fails(|| {
        let x = Arc::new(AtomicUsize::new(1));
        let theirs = Arc::clone(&x);
        let other = thread::spawn(move || theirs.store(2, Relaxed));
        let exchanged = x.compare_exchange(1, 0, Relaxed, Relaxed).is_ok();
        other.join().unwrap();
        require(x.load(Relaxed) == 2 || !exchanged, || "the store is lost".to_owned());
    });
    assert!(says_so(&exchanged), "{exchanged}");
    let buffered = |ordering: Ordering| {
        fails(move || {
            let (x, y) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
            let theirs = (Arc::clone(&x), Arc::clone(&y));
            let other = thread::spawn(move || {
                theirs.0.store(1, ordering);
                theirs.1.load(if ordering == SeqCst { SeqCst } else { Relaxed })
            });
            y.store(1, ordering);
            let mine = x.load(if ordering == SeqCst { SeqCst } else { Relaxed });
            require(other.join().unwrap() + mine > 0, || "neither saw the other".to_owned());
        })
    };
    let dekker = buffered(SeqCst);
    assert!(says_so(&dekker), "{dekker}");
    // That one is wrong.
    let relaxed = buffered(Relaxed);
    assert!(!says_so(&relaxed), "{relaxed}");
}

/// Whoever could end the loop waits for the lock that is held in it.
#[test]
fn who_spins_with_a_lock_keeps_others_waiting() {
    // loom cannot tell who spins from who is slow.
    let Some(dpor) = Engine::available().find(|&engine| engine == Engine::Dpor) else { return };
    let found = failure(Explorer::new(dpor).run(|| {
        let (lock, ready) = (Mutex::new(()), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| {
                let _held = lock.lock();
                while !ready.load(SeqCst) {
                    thread::yield_now();
                }
            });
            let _held = lock.lock();
            ready.store(true, SeqCst);
        });
    }));
    let text = found.to_string();
    assert!(text.starts_with("livelock: A spins at tests/verdicts/failures.rs:"), "{text}");
    assert!(
        text.contains("and holds what others wait for") && text.contains("main waits to lock the mutex lock at"),
        "{text}"
    );
}
