//! A report tells what mattered, and names who can end a wait.

use selvedge::check::require;
use selvedge::sync::atomic::{AtomicUsize, Ordering::SeqCst};
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
