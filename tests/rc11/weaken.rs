//! Orderings that are lowered: which are needed is shown by an execution, and which are not is said of all of them.

use selvedge::check::story::Ordering as Written;
use selvedge::check::{Access, Engine, Explorer, Verdict, Weakened, Weakening, check};
use selvedge::sync::atomic::Ordering::{self, Acquire, Relaxed, Release, SeqCst};
use selvedge::sync::atomic::{AtomicBool, AtomicU32, fence};
use selvedge::sync::{Mutex, UnsafeCell, thread};

/// A number that orderings protect.
struct Protected(UnsafeCell<u32>);

// SAFETY: whether accesses are ordered is what the engine is asked; it runs one thread at a time, and stops at a race.
unsafe impl Sync for Protected {}

impl Protected {
    fn get(&self) -> u32 {
        // SAFETY: see the impl of Sync.
        self.0.with(|value| unsafe { *value })
    }

    fn set(&self, new: u32) {
        // SAFETY: see the impl of Sync.
        self.0.with_mut(|value| unsafe { *value = new });
    }
}

fn weaken(check: impl Fn() + Send + Sync + 'static) -> Weakening {
    Explorer::new(Engine::Rc11).weaken(check)
}

/// Access, ordering as written, and the weakest that holds, in the order of the lines.
fn table(weakening: &Weakening) -> Vec<(Access, Written, Vec<Option<Written>>)> {
    weakening.orderings.iter().map(|one| (one.access, one.ordering, one.weakest())).collect()
}

/// What breaks with an ordering.
#[track_caller]
fn broken(weakened: &Weakened, ordering: Option<Written>) -> String {
    let attempt = weakened.attempts.iter().find(|attempt| attempt.ordering == ordering).expect("it was tried");
    let Verdict::Failed(failure) = &attempt.report.verdict else { panic!("it holds: {weakened}") };
    assert!(failure.story.is_some());
    failure.headline.clone()
}

fn message_passing(store: Ordering, load: Ordering) -> Weakening {
    weaken(move || {
        let (value, ready) = (Protected(UnsafeCell::new(0)), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| {
                value.set(42);
                ready.store(true, store);
            });
            if ready.load(load) {
                assert_eq!(value.get(), 42);
            }
        });
    })
}

#[test]
fn what_a_message_needs_is_release_and_acquire() {
    let needed = message_passing(Release, Acquire);
    assert_eq!(
        table(&needed),
        [
            (Access::Store, Written::Release, vec![Some(Written::Release)]),
            (Access::Load, Written::Acquire, vec![Some(Written::Acquire)]),
        ]
    );
    for weakened in &needed.orderings {
        assert!(broken(weakened, Some(Written::Relaxed)).starts_with("data race on the cell"), "{needed}");
    }
    let [store, _] = &needed.orderings[..] else { panic!("{needed}") };
    assert_eq!(store.source.as_ref().map(|(_, line)| line.as_str()), Some("ready.store(true, store);"));
    assert_eq!(store.source.as_ref().map(|(function, _)| function.as_str()), Some("message_passing"));
}

/// SeqCst is more than a message needs, on either side.
#[test]
fn what_is_stronger_than_it_must_be_is_found() {
    let stronger = message_passing(SeqCst, SeqCst);
    assert_eq!(
        table(&stronger),
        [
            (Access::Store, Written::SeqCst, vec![Some(Written::Release)]),
            (Access::Load, Written::SeqCst, vec![Some(Written::Acquire)]),
        ]
    );
    let tried: Vec<_> = stronger.orderings[0].attempts.iter().map(|attempt| attempt.ordering).collect();
    assert_eq!(tried, [Some(Written::Release), Some(Written::Relaxed)]);
    // And where it is needed that is said: of store buffering each of four.
    let dekker = weaken(|| {
        let [x, y] = [AtomicU32::new(0), AtomicU32::new(0)];
        let side = |mine: &AtomicU32, theirs: &AtomicU32| {
            mine.store(1, SeqCst);
            theirs.load(SeqCst)
        };
        let (one, other) = thread::scope(|scope| {
            let one = scope.spawn(|| side(&x, &y));
            let other = side(&y, &x);
            (one.join().unwrap(), other)
        });
        assert!(one + other > 0);
    });
    assert!(table(&dekker).iter().all(|(_, written, weakest)| weakest == &[Some(*written)]), "{dekker}");
}

/// The two orderings of a compare-exchange are lowered each by itself, and what it finds taken it reads.
#[test]
fn a_spin_lock_needs_acquire_and_release() {
    let lock = weaken(|| {
        let (value, locked) = (Protected(UnsafeCell::new(0)), AtomicBool::new(false));
        let increment = || {
            while locked.compare_exchange(false, true, SeqCst, SeqCst).is_err() {
                thread::yield_now();
            }
            value.set(value.get() + 1);
            locked.store(false, SeqCst);
        };
        thread::scope(|scope| {
            scope.spawn(increment);
            increment();
        });
        assert_eq!(value.get(), 2);
    });
    assert_eq!(
        table(&lock),
        [
            (Access::Load, Written::SeqCst, vec![Some(Written::Relaxed)]),
            (Access::Update, Written::SeqCst, vec![Some(Written::Acquire)]),
            (Access::Store, Written::SeqCst, vec![Some(Written::Release)]),
        ]
    );
    assert!(broken(&lock.orderings[1], Some(Written::Release)).starts_with("data race on the cell"), "{lock}");
}

/// A sequence lock: its fences are needed, neither of them as strong as it could be, and none may go.
#[test]
fn a_sequence_lock_needs_its_fences() {
    let lock = weaken(|| {
        let (sequence, data) = (AtomicU32::new(0), [AtomicU32::new(0), AtomicU32::new(0)]);
        let seen = thread::scope(|scope| {
            scope.spawn(|| {
                sequence.store(1, Relaxed);
                fence(SeqCst);
                data.iter().for_each(|half| half.store(7, Relaxed));
                sequence.store(2, Release);
            });
            let before = sequence.load(Acquire);
            let halves = [data[0].load(Relaxed), data[1].load(Relaxed)];
            fence(SeqCst);
            let after = sequence.load(Relaxed);
            (before == after && before % 2 == 0).then_some(halves)
        });
        assert!(seen.is_none_or(|[one, other]| one == other), "torn read: {seen:?}");
    });
    assert_eq!(
        table(&lock),
        [
            (Access::Fence, Written::SeqCst, vec![Some(Written::Release)]),
            (Access::Store, Written::Release, vec![Some(Written::Release)]),
            (Access::Load, Written::Acquire, vec![Some(Written::Acquire)]),
            (Access::Fence, Written::SeqCst, vec![Some(Written::Acquire)]),
        ]
    );
    let [first, .., last] = &lock.orderings[..] else { panic!("{lock}") };
    // What is weaker than one that fails is not tried, and no fence is weaker than both.
    assert!(broken(first, Some(Written::Acquire)).contains("torn read"), "{lock}");
    assert!(broken(last, Some(Written::Release)).contains("torn read"), "{lock}");
    let tried: Vec<_> = first.attempts.iter().map(|attempt| attempt.ordering).collect();
    assert_eq!(tried, [Some(Written::AcqRel), Some(Written::Acquire), Some(Written::Release)]);
}

/// A fence beside what orders all by itself may go.
#[test]
fn a_fence_that_does_nothing_may_go() {
    let weakening = weaken(|| {
        let total = Mutex::new(0);
        thread::scope(|scope| {
            scope.spawn(|| *total.lock() += 1);
            fence(SeqCst);
            *total.lock() += 1;
        });
        assert_eq!(*total.lock(), 2);
    });
    assert_eq!(table(&weakening), [(Access::Fence, Written::SeqCst, vec![None])]);
}

/// One line that is run with two orderings has two, and one that is Relaxed none.
#[test]
fn an_ordering_is_known_by_its_line_and_what_is_written() {
    let weakening = weaken(|| {
        let x = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn(|| [SeqCst, Release, Relaxed].iter().for_each(|&order| x.store(1, order)));
            x.load(Relaxed);
        });
    });
    let relaxed = || vec![Some(Written::Relaxed)];
    assert_eq!(
        table(&weakening),
        [(Access::Store, Written::Release, relaxed()), (Access::Store, Written::SeqCst, relaxed()),]
    );
    assert_eq!(weakening.orderings[0].place, weakening.orderings[1].place);
}

/// Twice the same, but for the time that it took.
#[test]
fn the_same_comes_of_it_each_time() {
    let lines = || {
        let of = |one: &Weakened| {
            let attempts = one.attempts.iter().map(|attempt| {
                let story = attempt.report.verdict.story().cloned();
                (attempt.ordering, attempt.report.verdict.why(), attempt.report.executions, story)
            });
            (one.place.clone(), one.access, attempts.collect::<Vec<_>>())
        };
        message_passing(SeqCst, SeqCst).orderings.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(lines(), lines());
}

/// Where the check fails as it is, nothing is asked; and for what there is no time, nothing is said.
#[test]
fn nothing_is_said_of_what_was_not_explored() {
    let failing = message_passing(Relaxed, Acquire);
    assert!(matches!(failing.report.verdict, Verdict::Failed(_)) && failing.orderings.is_empty(), "{failing}");
    let cut = Explorer::new(Engine::Rc11).time_limit(std::time::Duration::from_nanos(1)).weaken(|| {
        let x = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn(|| x.store(1, SeqCst));
            x.load(SeqCst);
        });
    });
    let is_cut =
        |one: &Weakened| one.attempts.iter().all(|attempt| matches!(attempt.report.verdict, Verdict::Cut { .. }));
    assert!(cut.orderings.iter().all(is_cut), "{cut}");
    assert!(cut.orderings.iter().all(|one| one.weakest() == [Some(one.ordering)]), "{cut}");
}

/// The facade's own are known by their own lines, although a report tells them at the caller's; a check is asked like an
/// explorer, whatever engine that has.
#[test]
fn the_orderings_of_a_context_have_lines_of_their_own() {
    use selvedge::sync::context::Context;
    use selvedge::sync::time::Clock;

    let weakening = check("a cancel is seen").weaken(|| {
        let (context, value) = (Context::background(&Clock::manual()), Protected(UnsafeCell::new(0)));
        thread::scope(|scope| {
            scope.spawn(|| {
                value.set(1);
                context.cancel();
            });
            if context.is_cancelled() {
                assert_eq!(value.get(), 1);
            }
        });
    });
    let files = weakening.orderings.iter().map(|one| one.place.file.as_str());
    assert!(
        files.clone().count() >= 2 && files.into_iter().all(|file| file == "src/sync/cancellation.rs"),
        "{weakening}"
    );
    let seen = weakening.orderings.iter().find(|one| {
        one.source.as_ref().is_some_and(|(function, _)| function == "is_cancelled") && one.access == Access::Load
    });
    assert!(broken(seen.expect("it looks"), Some(Written::Relaxed)).starts_with("data race"), "{weakening}");
}
