//! A report tells what mattered, and names who can end a wait.

use std::time::Duration;

use selvedge::check::{Engine, Explorer, require};
use selvedge::patterns::counter::StripedCounter;
use selvedge::sync::atomic::{AtomicBool, AtomicUsize, Ordering, Ordering::SeqCst};
use selvedge::sync::context::Context;
use selvedge::sync::time::{Clock, Instant};
use selvedge::sync::{Arc, WaitGroup, channel, thread};

use crate::{explorer, failure};

/// C7: what main does after all others have ended is decisive here.
#[test]
fn what_comes_after_all_others_have_ended_is_drawn() {
    let failure = failure(explorer().run(|| {
        let total = Arc::new(AtomicUsize::new(0));
        let worker = |_| {
            let total = Arc::clone(&total);
            thread::spawn(move || total.fetch_add(1, SeqCst))
        };
        let workers: Vec<_> = (0..2).map(worker).collect();
        workers.into_iter().for_each(|worker| _ = worker.join().unwrap());
        total.store(7, SeqCst);
        (0..5).for_each(|_| _ = total.load(SeqCst));
        require(total.load(SeqCst) == 2, || "not two".to_owned());
    }));
    let text = failure.to_string();
    assert!(text.contains("store total: 2 to 7"), "{text}");
}

/// C12.
#[test]
fn a_wait_says_what_may_end_it() {
    let leaked = failure(explorer().run(|| {
        let group = WaitGroup::new();
        let ticket = group.add();
        let other = thread::spawn(move || std::mem::forget(ticket));
        group.wait();
        other.join().unwrap();
    }));
    let text = leaked.to_string();
    assert!(text.contains("1 ticket left"), "{text}");
    let wait = &leaked.story.as_ref().unwrap().waits[0];
    assert!(wait.obstacle.contains("taken at tests/verdicts/reports.rs:"), "{wait:?}");
    let somebodys = failure(explorer().run(|| {
        let ((jobs, todo), (done, results)) = (channel::bounded::<u32>(1), channel::bounded(1));
        let worker = thread::Builder::new().name("worker".to_owned());
        let worker = worker.spawn(move || todo.iter().for_each(|job| done.send(job).unwrap())).unwrap();
        jobs.send(1).unwrap();
        assert_eq!(results.recv(), Ok(1));
        assert_eq!(results.recv(), Ok(2));
        drop(jobs);
        worker.join().unwrap();
    }));
    let waits = &somebodys.story.as_ref().unwrap().waits;
    let main = waits.iter().find(|wait| wait.thread == 0).unwrap();
    assert_eq!(main.obstacle, "empty, 1 sender left, worker was there last", "{somebodys}");
}

/// C6.
#[test]
fn five_lanes_have_names_that_differ() {
    let failure = failure(explorer().run(|| {
        let (sender, receiver) = channel::bounded::<u32>(1);
        for number in 0..4 {
            let receiver = receiver.clone();
            let worker = thread::Builder::new().name(format!("worker-{number}"));
            drop(worker.spawn(move || receiver.recv()));
        }
        std::mem::forget(sender);
    }));
    let text = failure.to_string();
    let header = text.lines().find(|line| line.contains("er-0")).unwrap_or_else(|| panic!("{text}"));
    assert!((0..4).all(|number| header.contains(&format!("er-{number}"))), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with('✗') && line.contains(':')).count(), 4, "{text}");
}

/// C5: what a context or a clock is made of is no part of a story that is about something else.
#[test]
fn a_call_of_a_context_is_one_step() {
    let report = |unfolded| {
        let failure = failure(explorer().unfolded(unfolded).run(|| {
            let clock = Clock::manual();
            let request = Context::background(&clock).with_timeout(Duration::from_secs(1));
            let step = request.child();
            let seen = Arc::new(AtomicUsize::new(0));
            let worker = {
                let seen = Arc::clone(&seen);
                thread::spawn(move || seen.store(usize::from(step.is_cancelled()), SeqCst))
            };
            clock.advance(Duration::from_secs(1));
            worker.join().unwrap();
            require(seen.load(SeqCst) == 0, || "it was cancelled".to_owned());
        }));
        failure.to_string()
    };
    let (whole, unfolded) = (report(false), report(true));
    let told = ["advance clock", "look at step", "store seen"];
    assert!(told.iter().all(|told| whole.contains(told)) && !whole.contains("atomic"), "{whole}");
    assert!(unfolded.contains("load step's atomic") && !unfolded.contains("advance clock"), "{unfolded}");
}

/// C5: `SC only` names what the program itself has made, and a clock's or a context's atomics are not its own.
#[test]
fn what_is_weaker_is_named_and_a_clock_is_not() {
    let reads_the_clock = |flag: Ordering| {
        move || {
            let clock = Clock::manual();
            let ready = Arc::new(AtomicBool::new(false));
            let worker = {
                let (clock, ready) = (clock.clone(), Arc::clone(&ready));
                thread::spawn(move || ready.store(clock.now() > Instant::ORIGIN, flag))
            };
            clock.advance(Duration::from_secs(1));
            ready.load(flag);
            worker.join().unwrap();
        }
    };
    let made = line!() - 10;
    // No other engine tells.
    let Some(dpor) = Engine::available().find(|&engine| engine == Engine::Dpor) else { return };
    let strong = Explorer::new(dpor).run(reads_the_clock(SeqCst));
    assert!(strong.to_string().ends_with("SC suffices"), "{strong}");
    let weak = Explorer::new(dpor).run(reads_the_clock(Ordering::Relaxed)).to_string();
    assert!(weak.ends_with(&format!(", SC only: ready at tests/verdicts/reports.rs:{made}")), "{weak}");
}

/// C5: a pattern's call is one row where nobody comes between, and shows what it does where somebody does.
#[test]
fn a_call_that_others_interleave_with_is_shown() {
    let report = |wrong: u64| {
        let failure = failure(explorer().run(move || {
            let visits = StripedCounter::new(2).unwrap();
            let [first, second] = [visits.handle(), visits.handle()];
            thread::scope(|scope| {
                scope.spawn(move || {
                    first.add(1);
                    second.add(2);
                });
                let sum = visits.sum();
                require(sum != wrong, || format!("the sum is {sum}"));
            });
        }));
        failure.to_string()
    };
    let whole = report(3);
    assert!(whole.contains("sum up visits ") && !whole.contains("load stripes"), "{whole}");
    // The first stripe is read before, and the second after.
    let torn = report(2);
    let told = ["sum up visits:", "load stripes[0] = 0", "add to visits", "load stripes[1] = 2"];
    assert!(told.iter().all(|told| torn.contains(told)), "{torn}");
}
