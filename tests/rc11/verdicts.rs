//! What the engine says besides a count.

use std::collections::BTreeSet;
use std::sync::Arc;

use selvedge::check::alloc::Box;
use selvedge::check::{Engine, Explorer, Kind, Report, Verdict, choose};
use selvedge::sync::atomic::Ordering::{Relaxed, SeqCst};
use selvedge::sync::atomic::{AtomicBool, AtomicU32};
use selvedge::sync::{Condvar, Mutex, UnsafeCell, thread};

use super::{explore, headline};

#[test]
fn a_bound_on_preemptions_is_refused() {
    let report = Explorer::new(Engine::Rc11).bound(Some(1)).run(|| _ = AtomicU32::new(0).load(SeqCst));
    assert!(matches!(&report.verdict, Verdict::Unsupported { what } if what.contains("preemptions")), "{report}");
}

/// A choice is an event of its thread: each of its numbers comes with each of the two values that the load may read.
#[test]
fn what_the_check_chooses_is_explored() {
    let seen = Arc::new(std::sync::Mutex::new(BTreeSet::new()));
    let sees = Arc::clone(&seen);
    let report = explore(move || {
        let x = Arc::new(AtomicU32::new(0));
        let theirs = Arc::clone(&x);
        let other = thread::spawn(move || theirs.store(1, Relaxed));
        let chosen = (choose(3), x.load(Relaxed));
        other.join().unwrap();
        sees.lock().unwrap().insert(chosen);
    });
    assert_eq!((&report.verdict, report.executions), (&Verdict::Exhausted, 6), "{report}");
    assert_eq!(seen.lock().unwrap().len(), 6);
}

#[test]
fn a_loop_that_nobody_ends_is_a_livelock() {
    let report = explore(|| {
        let flag = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&flag);
        let worker = thread::spawn(move || theirs.load(Relaxed));
        while !flag.load(Relaxed) {
            thread::yield_now();
        }
        worker.join().unwrap();
    });
    assert!(headline(&report).starts_with("livelock"), "{report}");
}

/// An idle turn waits for the store. The first turn has started a thread, so it is none. That it reads the old value again,
/// though the new one is there, is left.
#[test]
fn a_loop_ends_when_its_flag_is_set() {
    let report = explore(|| {
        let flag = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&flag);
        let worker = thread::spawn(move || theirs.store(true, Relaxed));
        while !flag.load(Relaxed) {
            thread::yield_now();
        }
        worker.join().unwrap();
    });
    assert_eq!((&report.verdict, report.executions, report.blocked), (&Verdict::Exhausted, 3, 1), "{report}");
}

/// An execution that is left in the midst has not freed everything yet, and that is no leak.
#[test]
fn what_is_left_is_no_leak() {
    let report = explore(|| {
        let memory = Box::into_raw(Box::new(7));
        let flag = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&flag);
        let worker = thread::spawn(move || theirs.store(true, Relaxed));
        while !flag.load(Relaxed) {
            thread::yield_now();
        }
        worker.join().unwrap();
        // SAFETY: it is a box's, and nobody else knows of it.
        drop(unsafe { Box::from_raw(memory) });
    });
    assert_eq!((&report.verdict, report.blocked), (&Verdict::Exhausted, 1), "{report}");
}

/// A loop that gives up after so many turns, and says how often it has looked.
fn looks(most: u32) -> (Report, BTreeSet<Option<u32>>) {
    let outcomes = Arc::new(std::sync::Mutex::new(BTreeSet::new()));
    let theirs = Arc::clone(&outcomes);
    let report = explore(move || {
        let flag = Arc::new(AtomicBool::new(false));
        let set = Arc::clone(&flag);
        let worker = thread::spawn(move || set.store(true, Relaxed));
        let found = (0..most).find(|_| {
            let is_set = flag.load(Relaxed);
            thread::yield_now();
            is_set
        });
        worker.join().unwrap();
        theirs.lock().unwrap().insert(found);
    });
    let outcomes = outcomes.lock().unwrap().clone();
    (report, outcomes)
}

/// The turns of a loop that counts them are explored, and where they are too many that is said.
#[test]
fn a_loop_that_counts_is_no_loop_that_spins() {
    let (report, outcomes) = looks(3);
    assert_eq!(report.verdict, Verdict::Exhausted, "{report}");
    assert_eq!(outcomes, BTreeSet::from([None, Some(0), Some(1), Some(2)]));
    let (report, outcomes) = looks(20);
    assert_eq!(report.verdict, Verdict::Bounded { preemptions: None, turns: Some(8) }, "{report}");
    assert!((0..8).all(|turn| outcomes.contains(&Some(turn))), "{outcomes:?}");
}

/// The first turn is another than the second, for who remembers that.
#[test]
fn a_loop_that_spins_has_made_its_turn_twice() {
    let outcomes = Arc::new(std::sync::Mutex::new(BTreeSet::new()));
    let theirs = Arc::clone(&outcomes);
    let report = explore(move || {
        let flags = Arc::new([AtomicBool::new(false), AtomicBool::new(false)]);
        let set = Arc::clone(&flags);
        let worker = thread::spawn(move || set.iter().for_each(|flag| flag.store(true, SeqCst)));
        let mut turns = 0;
        while !(flags[0].load(SeqCst) & flags[1].load(SeqCst)) {
            turns = 2.min(turns + 1);
            thread::yield_now();
        }
        worker.join().unwrap();
        theirs.lock().unwrap().insert(turns);
    });
    assert_eq!(report.verdict, Verdict::Exhausted, "{report}");
    assert_eq!(*outcomes.lock().unwrap(), BTreeSet::from([0, 1, 2]));
}

/// A turn that takes a lock, looks and gives it back is idle, and what the lock guards is what it waits for.
#[test]
fn a_loop_that_looks_under_a_lock_waits_for_what_it_guards() {
    let run = |wanted: u32| {
        explore(move || {
            let value = Arc::new(Mutex::new(0));
            let theirs = Arc::clone(&value);
            let worker = thread::spawn(move || (1..=2).for_each(|new| *theirs.lock() = new));
            let mut seen = *value.lock();
            while seen < wanted {
                thread::yield_now();
                seen = *value.lock();
            }
            worker.join().unwrap();
            assert!(seen <= 2);
        })
    };
    for wanted in [1, 2] {
        let report = run(wanted);
        assert!(report.verdict.holds(), "{report}");
    }
    assert!(headline(&run(3)).starts_with("livelock"));
}

/// Whether a thread has ended is read as a relaxed load reads: what it did may not be seen yet.
#[test]
fn that_a_thread_has_ended_orders_nothing() {
    let report = explore(|| {
        let flag = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&flag);
        let worker = thread::spawn(move || theirs.store(true, Relaxed));
        let (ended, seen) = (worker.is_finished(), flag.load(Relaxed));
        worker.join().unwrap();
        assert!(flag.load(Relaxed), "a join orders all");
        assert!(!ended || seen, "ended, and unseen");
    });
    assert!(headline(&report).contains("ended, and unseen"), "{report}");
}

/// The engine is the one that the environment asks for, though checks are not run under it by themselves.
#[test]
fn it_has_a_name() {
    assert_eq!(Engine::from_name("rc11"), Some(Engine::Rc11));
    assert_eq!(Engine::Rc11.name(), "rc11");
}

/// A data race is told as `dpor` tells it: its kind, its two lines, and the two steps of the story that race.
#[test]
fn a_race_is_told_as_under_dpor() {
    struct Shared(AtomicBool, UnsafeCell<u32>);
    // SAFETY: the accesses are what the test is about; tasks of an execution never run at once.
    unsafe impl Sync for Shared {}

    let [weak, strong] = [Engine::Rc11, Engine::Dpor].map(|engine| {
        let report = Explorer::new(engine).run(|| {
            let shared = Arc::new(Shared(AtomicBool::new(false), UnsafeCell::new(0)));
            let theirs = Arc::clone(&shared);
            let worker = thread::spawn(move || {
                // SAFETY: no other task runs meanwhile.
                theirs.1.with_mut(|value| unsafe { *value = 1 });
                theirs.0.store(true, Relaxed);
            });
            if shared.0.load(Relaxed) {
                // SAFETY: no other task runs meanwhile.
                shared.1.with(|value| unsafe { *value });
            }
            worker.join().unwrap();
        });
        let Verdict::Failed(failure) = report.verdict else { panic!("it holds: {report}") };
        failure
    });
    assert_eq!(weak.kind, Kind::Race);
    assert_eq!((weak.kind, &weak.places, &weak.headline), (strong.kind, &strong.places, &strong.headline));
    let racing = |failure: &selvedge::check::Failure| {
        let story = failure.story.as_ref().expect("it has one");
        let broke = story.broke.as_ref().expect("two accesses race");
        broke.steps.iter().map(|&step| story.steps[step].text.clone()).collect::<Vec<_>>()
    };
    assert_eq!(racing(&weak), racing(&strong));
}

/// A failure that needs no weak memory is told in an order in which each step has found what was there last.
#[test]
fn a_lost_wakeup_is_told_in_an_order_that_can_be() {
    let report = explore(|| {
        let shared = Arc::new((Mutex::new(()), AtomicBool::new(false), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let waits = thread::spawn(move || {
            let mut held = theirs.0.lock();
            while !theirs.1.load(SeqCst) {
                theirs.2.wait(&mut held);
            }
        });
        shared.1.store(true, SeqCst);
        shared.2.notify_all();
        waits.join().unwrap();
    });
    assert!(headline(&report).starts_with("deadlock"), "{report}");
    let Verdict::Failed(failure) = &report.verdict else { unreachable!("it has a headline") };
    let steps: Vec<String> = failure.story.as_ref().unwrap().steps.iter().map(|step| step.text.clone()).collect();
    let at = |words: &str| steps.iter().position(|step| step.contains(words)).unwrap_or_else(|| panic!("{steps:?}"));
    let [looks, stores, notifies, sleeps] = ["load", "store", "notify", "sleep on"].map(at);
    assert!(looks < stores && stores < notifies && notifies < sleeps, "{steps:?}");
    assert!(steps[notifies].contains("nobody sleeps"), "{steps:?}");
}
