//! The failure that is shown is the one that was found, in the simplest schedule that leads to it.

use std::sync::atomic::{AtomicUsize as Count, Ordering};

use selvedge::check::{Engine, Explorer, Kind, require};
use selvedge::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use selvedge::sync::{Arc, Mutex, channel, thread};

use crate::{explorer, failure};

/// B2: while main looks on, the other is not done; a search by bounds met a livelock there, and told of nothing else.
#[test]
fn another_failure_takes_the_place_of_none() {
    let failure = failure(explorer().run(|| {
        let total = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&total);
        let other = thread::spawn(move || (1..=2).for_each(|n| *theirs.lock() = n));
        let seen = loop {
            match *total.lock() {
                0 => (),
                seen => break seen,
            }
            thread::yield_now();
        };
        require(seen == 2, || format!("seen {seen} of 2"));
        other.join().unwrap();
    }));
    assert_eq!((failure.kind, failure.headline.as_str()), (Kind::Requirement, "seen 1 of 2"));
}

/// Of two failures the simpler one is another: it fails without a preemption, and is met by one engine only.
#[test]
fn of_two_failures_the_one_that_was_found_is_told() {
    for seed in 0..4 {
        let explorer = Explorer::new(Engine::Pos).seed(seed).executions(1_000);
        let check = || {
            let (x, y) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
            let theirs = (Arc::clone(&x), Arc::clone(&y));
            let other = thread::spawn(move || {
                theirs.0.store(1, SeqCst);
                theirs.1.store(1, SeqCst);
            });
            let (first, second) = (x.load(SeqCst), y.load(SeqCst));
            require(first == 1 || second == 1, || "too early".to_owned());
            require(first == second, || "torn".to_owned());
            other.join().unwrap();
        };
        let found = failure(explorer.clone().simplify(false).run(check));
        let told = failure(explorer.run(check));
        assert_eq!(found.headline, told.headline);
    }
}

/// Where the search by bounds can't run the program, what was found stands.
#[test]
fn a_failure_of_a_hundred_threads_is_told_as_it_is() {
    let failure = failure(Explorer::new(Engine::Shuttle).executions(20).run(|| {
        let total = Arc::new(AtomicUsize::new(0));
        let worker = |_| {
            let total = Arc::clone(&total);
            thread::spawn(move || total.store(total.load(SeqCst) + 1, SeqCst))
        };
        let workers: Vec<_> = (0..100).map(worker).collect();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        assert_eq!(total.load(SeqCst), 100, "lost update");
    }));
    assert_eq!(failure.kind, Kind::Panic);
    assert!(failure.headline.contains("lost update"), "{failure}");
}

/// Ten threads have more schedules than can be run. What is not needed goes all the same.
#[test]
fn a_schedule_of_many_threads_loses_what_it_does_not_need() {
    static TOLD: Count = Count::new(0);
    let check = || {
        let flag = Arc::new(AtomicUsize::new(0));
        let worker = |number| {
            let flag = Arc::clone(&flag);
            thread::spawn(move || match number {
                0 => {
                    flag.store(1, SeqCst);
                    flag.store(2, SeqCst);
                }
                _ => (0..3).for_each(|_| require(flag.load(SeqCst) != 1, || "half done".to_owned())),
            })
        };
        let workers: Vec<_> = (0..10).map(worker).collect();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
    };
    let explorer = Explorer::new(Engine::Shuttle).seed(3);
    let found = failure(explorer.clone().simplify(false).run(check));
    assert!(found.story.as_ref().unwrap().preemptions() > 2, "{found}");
    let told = failure(explorer.on_failure(|_| _ = TOLD.fetch_add(1, Ordering::SeqCst)).run(check));
    assert_eq!((told.headline.as_str(), told.story.as_ref().unwrap().preemptions()), ("half done", 1), "{told}");
    assert_eq!(TOLD.load(Ordering::SeqCst), 1);
}

/// A deadlock is told by the lines that wait.
#[test]
fn a_deadlock_stays_the_one_that_it_was() {
    let failure = failure(Explorer::new(Engine::Shuttle).run(|| {
        let (jobs, results) = (channel::bounded::<u32>(1), channel::bounded::<u32>(1));
        let worker = thread::spawn(move || jobs.1.iter().for_each(|job| results.0.send(job).unwrap()));
        (0..4).for_each(|job| jobs.0.send(job).unwrap());
        drop(jobs.0);
        worker.join().unwrap();
        assert_eq!(results.1.iter().count(), 4);
    }));
    assert_eq!((failure.kind, failure.places.len()), (Kind::Deadlock, 2), "{failure}");
    let waits = &failure.story.as_ref().unwrap().waits;
    assert!(waits.iter().all(|wait| failure.places.contains(&wait.place)), "{failure}");
}
