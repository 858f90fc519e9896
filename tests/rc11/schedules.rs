//! The graph in which a thread goes on and says what it reads, against the table of the same programs.

use selvedge::check::{Engine, Explorer, Schedules};
use selvedge::sync::atomic::Ordering::{self, Acquire, Relaxed, Release, SeqCst};
use selvedge::sync::atomic::{AtomicU32, fence};
use selvedge::sync::{Condvar, Mutex, thread};

fn store_buffering(ordering: Ordering) -> (u32, u32) {
    let (x, y) = (AtomicU32::new(0), AtomicU32::new(0));
    let arrive = |mine: &AtomicU32, other: &AtomicU32| {
        mine.store(1, ordering);
        other.load(ordering)
    };
    thread::scope(|scope| {
        let one = scope.spawn(|| arrive(&x, &y));
        let other = arrive(&y, &x);
        (one.join().unwrap(), other)
    })
}

fn publish() -> (u32, u32) {
    let (value, ready) = (AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            value.store(42, Relaxed);
            fence(Release);
            ready.store(1, Relaxed);
        });
        (ready.load(Acquire), value.load(Relaxed))
    })
}

/// Both stores are in one order, which the loads may see in part.
fn two_stores() -> (u32, u32) {
    let x = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| x.store(1, Relaxed));
        scope.spawn(|| x.store(2, Relaxed));
        (x.load(Relaxed), x.load(Relaxed))
    })
}

fn counts() -> (u32, u32) {
    let total = AtomicU32::new(0);
    thread::scope(|scope| {
        let one = scope.spawn(|| total.fetch_add(1, Relaxed));
        let other = total.fetch_add(2, Relaxed);
        (one.join().unwrap(), other)
    })
}

/// How long a thread runs depends on what it reads.
fn branches() -> (u32, u32) {
    let (x, y) = (AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        let one = scope.spawn(|| {
            if x.load(Relaxed) == 1 {
                y.store(1, Relaxed);
                y.store(2, Relaxed);
            }
            y.load(Relaxed)
        });
        x.store(1, Relaxed);
        let other = y.load(Relaxed);
        (one.join().unwrap(), other)
    })
}

fn a_lock_and_a_wait() -> (u32, u32) {
    let (lock, changed, seen) = (Mutex::new(0), Condvar::new(), AtomicU32::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            *lock.lock() += 1;
            seen.store(1, Relaxed);
            changed.notify_one();
        });
        let mut guard = lock.lock();
        while *guard == 0 {
            changed.wait(&mut guard);
        }
        (*guard, seen.load(Relaxed))
    })
}

/// Every way through the graph ends, and with a value.
fn every_way_ends(schedules: &Schedules<(u32, u32)>) -> bool {
    schedules.moments.iter().all(|moment| moment.moves.is_empty() == moment.value.is_some())
}

#[test]
fn the_ends_are_those_of_the_table() {
    type Program = (&'static str, fn() -> (u32, u32));
    let programs: [Program; 7] = [
        ("store buffering", || store_buffering(Relaxed)),
        ("with SeqCst", || store_buffering(SeqCst)),
        ("publish", publish),
        ("two stores", two_stores),
        ("counts", counts),
        ("branches", branches),
        ("a lock and a wait", a_lock_and_a_wait),
    ];
    for (name, program) in programs {
        let explorer = Explorer::new(Engine::Rc11);
        let (schedules, table) = (explorer.schedules(program), explorer.outcomes(program));
        assert!(schedules.is_complete() && every_way_ends(&schedules), "{name}: {}", schedules.report);
        assert_eq!(schedules.values.iter().collect::<Vec<_>>(), table.values().collect::<Vec<_>>(), "{name}");
        assert!(schedules.fewest_preemptions().iter().all(Option::is_some), "{name}: each value has a way");
    }
}

/// What a load may read is what it can choose from, and whose that is.
#[test]
fn a_load_says_what_it_reads() {
    let schedules = Explorer::new(Engine::Rc11).schedules(|| store_buffering(Relaxed));
    let mut choices: Vec<Vec<&str>> = Vec::new();
    for moment in &schedules.moments {
        let of = |thread: usize| moment.moves.iter().filter(move |next| next.thread == thread);
        choices.extend((0..2).map(|thread| of(thread).map(|next| next.text.as_str()).collect::<Vec<_>>()));
    }
    assert!(choices.contains(&vec!["load x = 0, as it was made", "load x = 1, from A"]), "{choices:?}");
    assert!(choices.iter().all(|choices| choices.len() <= 2), "{choices:?}");
}
