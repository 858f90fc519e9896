//! What the exhaustive engine says besides a count: data races, spin loops, bounds, parts.

use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Engine, Explorer, Progress, Report, Verdict};
use selvedge::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use selvedge::sync::{Arc, Mutex, UnsafeCell, channel, thread};

use crate::dpor::programs;

fn explore(check: impl Fn() + Send + Sync + 'static) -> Report {
    Explorer::new(Engine::Dpor).run(check)
}

fn headline(report: &Report) -> String {
    match &report.verdict {
        Verdict::Failed(failure) => failure.headline.clone(),
        _ => report.to_string(),
    }
}

/// A cell that is written, then published; whoever sees that reads it.
struct Published {
    cell: UnsafeCell<u32>,
    ready: AtomicBool,
}

// SAFETY: the accesses are what the tests are about; tasks of an execution never run at once.
unsafe impl Sync for Published {}

/// Two threads that meet by way of `ready`, with fences where `fences` says so.
fn publish(store: Ordering, load: Ordering, fences: bool) -> Report {
    explore(move || {
        let shared = Arc::new(Published { cell: UnsafeCell::new(0), ready: AtomicBool::new(false) });
        let theirs = Arc::clone(&shared);
        let writer = thread::spawn(move || {
            // SAFETY: no other task runs meanwhile.
            theirs.cell.with_mut(|cell| unsafe { *cell = 1 });
            if fences {
                fence(Ordering::Release);
            }
            theirs.ready.store(true, store);
        });
        if shared.ready.load(load) {
            if fences {
                fence(Ordering::Acquire);
            }
            // SAFETY: no other task runs meanwhile.
            assert_eq!(shared.cell.with(|cell| unsafe { *cell }), 1);
        }
        writer.join().unwrap();
    })
}

fn a_weak_publication_is_a_data_race() -> Result<(), Failed> {
    use Ordering::{Acquire, Relaxed, Release, SeqCst};

    for (store, load, fences, races) in [
        (Release, Acquire, false, false),
        (SeqCst, SeqCst, false, false),
        (Relaxed, Acquire, false, true),
        (Release, Relaxed, false, true),
        (Relaxed, Relaxed, true, false),
    ] {
        let report = publish(store, load, fences);
        let text = headline(&report);
        if text.contains("data race") != races {
            return Err(format!("{store:?}, {load:?}, fences {fences}: {text}").into());
        }
        if races && !(text.contains("data race on the cell:") && text.matches("verdicts.rs:").count() == 2) {
            return Err(format!("the report does not name both lines: {text}").into());
        }
        let suffices = (!races).then_some(store == SeqCst);
        if !races && report.sc_suffices != suffices {
            return Err(format!("{store:?}, {load:?}: {report}").into());
        }
    }
    Ok(())
}

fn every_way_to_order_two_accesses_is_known() -> Result<(), Failed> {
    let by_lock = || {
        let shared = Arc::new((Published { cell: UnsafeCell::new(0), ready: AtomicBool::new(false) }, Mutex::new(())));
        let theirs = Arc::clone(&shared);
        let add = |(shared, lock): &(Published, Mutex<()>)| {
            let _held = lock.lock();
            // SAFETY: no other task runs meanwhile.
            shared.cell.with_mut(|cell| unsafe { *cell += 1 });
        };
        let other = thread::spawn(move || add(&theirs));
        add(&shared);
        other.join().unwrap();
    };
    let by_message = || {
        let shared = Arc::new(Published { cell: UnsafeCell::new(0), ready: AtomicBool::new(false) });
        let theirs = Arc::clone(&shared);
        let (sender, receiver) = channel::bounded(1);
        let other = thread::spawn(move || {
            // SAFETY: no other task runs meanwhile.
            theirs.cell.with_mut(|cell| unsafe { *cell += 1 });
            sender.send(()).unwrap();
        });
        receiver.recv().unwrap();
        // SAFETY: no other task runs meanwhile.
        shared.cell.with_mut(|cell| unsafe { *cell += 1 });
        other.join().unwrap();
    };
    for report in [explore(by_lock), explore(by_message)] {
        if report.verdict != Verdict::Exhausted || report.sc_suffices != Some(true) {
            return Err(report.to_string().into());
        }
    }
    Ok(())
}

/// A spin loop is explored by what it waits for, however long it spins; one that waits for nobody is
/// named.
fn a_spin_loop_ends_or_is_named() -> Result<(), Failed> {
    let spin = |sets: bool| {
        explore(move || {
            let flag = Arc::new(AtomicUsize::new(0));
            let theirs = Arc::clone(&flag);
            let other = thread::spawn(move || theirs.store(usize::from(sets), Ordering::SeqCst));
            while flag.load(Ordering::SeqCst) == 0 {
                thread::yield_now();
            }
            other.join().unwrap();
        })
    };
    let (ends, hangs) = (spin(true), spin(false));
    // It sees the store at once, after a turn that may have been before the loop, or after one more.
    if (ends.verdict.clone(), ends.executions) != (Verdict::Exhausted, 3) {
        return Err(ends.to_string().into());
    }
    match headline(&hangs) {
        text if text.starts_with("livelock: main spins at") && text.contains("verdicts.rs:") => Ok(()),
        text => Err(text.into()),
    }
}

fn a_bound_leaves_out_what_needs_more_preemptions() -> Result<(), Failed> {
    let lost = || {
        let x = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&x);
        let add = |x: &AtomicUsize| x.store(x.load(Ordering::SeqCst) + 1, Ordering::SeqCst);
        let other = thread::spawn(move || add(&theirs));
        add(&x);
        other.join().unwrap();
        assert_eq!(x.load(Ordering::SeqCst), 2);
    };
    let bounded = |bound| Explorer::new(Engine::Dpor).bound(Some(bound)).run(lost).verdict;
    match (bounded(0), bounded(1)) {
        (Verdict::Bounded { preemptions: Some(0), turns: None }, Verdict::Failed(_)) => Ok(()),
        other => Err(format!("{other:?}").into()),
    }
}

fn the_parts_are_the_whole() -> Result<(), Failed> {
    for (program, n) in [
        (programs::inc as fn(usize), 4),
        (programs::lastzero, 7),
        (programs::cas, 5),
        (programs::handover, 2),
        (programs::spin, 2),
    ] {
        let whole = explore(move || program(n)).executions;
        for parts in [2, 3, 5] {
            let part = |part| Explorer::new(Engine::Dpor).shard(part, parts).run(move || program(n));
            let sum: u64 = (0..parts).map(|number| part(number).executions).sum();
            let jobs = Explorer::new(Engine::Dpor).jobs(parts).run(move || program(n)).executions;
            if (sum, jobs) != (whole, whole) {
                return Err(format!("{parts} parts of {whole}: {sum} in shards, {jobs} in threads").into());
            }
        }
    }
    Ok(())
}

fn a_search_that_prunes_nothing_is_run_once() -> Result<(), Failed> {
    let explorer = || Explorer::new(Engine::Dpor).unpruned();
    let alone = explorer().run(|| programs::inc(2));
    let report = explorer().jobs(2).run(|| programs::inc(2));
    match (report.executions, report.blocked) == (alone.executions, alone.blocked) {
        true => Ok(()),
        false => {
            Err(format!("{} and {}, not {} and {}", report.executions, report.blocked, alone.executions, alone.blocked)
                .into())
        }
    }
}

fn a_budget_that_ends_is_told() -> Result<(), Failed> {
    let explorer = Explorer::new(Engine::Dpor);
    let by_time = explorer.clone().time_limit(Duration::from_millis(100)).run(|| programs::lastzero(15));
    let by_number = explorer.limit(50).run(|| programs::lastzero(15));
    for (report, limit) in [(by_time, "the time limit of 100ms"), (by_number, "the limit of 50 executions")] {
        let told = matches!(&report.verdict, Verdict::Cut { limit: told } if told.starts_with(limit));
        if !told || report.executions == 0 || !report.to_string().contains("of about") {
            return Err(report.to_string().into());
        }
    }
    Ok(())
}

fn progress_is_told_of_all_jobs_together() -> Result<(), Failed> {
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let listener = std::sync::Arc::clone(&told);
    let report = Explorer::new(Engine::Dpor)
        .jobs(2)
        .time_limit(Duration::from_millis(2_500))
        .progress(move |progress| listener.lock().unwrap().push(progress))
        .run(|| programs::lastzero(15));
    let told = told.lock().unwrap();
    let grows = told.is_sorted_by_key(|progress| progress.executions);
    let says_all =
        |progress: &Progress| progress.per_second > 0.0 && progress.whole.is_some() && progress.left().is_some();
    // One of each job is under way, and may turn out to repeat another.
    let fits = told.last().is_some_and(|last| last.executions > 0 && last.executions <= report.executions + 2);
    if grows && fits && told.iter().all(says_all) { Ok(()) } else { Err(format!("{told:?}, and {report}").into()) }
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("a_weak_publication_is_a_data_race", a_weak_publication_is_a_data_race),
        Trial::test("every_way_to_order_two_accesses_is_known", every_way_to_order_two_accesses_is_known),
        Trial::test("a_spin_loop_ends_or_is_named", a_spin_loop_ends_or_is_named),
        Trial::test("a_bound_leaves_out_what_needs_more_preemptions", a_bound_leaves_out_what_needs_more_preemptions),
        Trial::test("the_parts_are_the_whole", the_parts_are_the_whole),
        Trial::test("a_search_that_prunes_nothing_is_run_once", a_search_that_prunes_nothing_is_run_once),
        Trial::test("a_budget_that_ends_is_told", a_budget_that_ends_is_told),
        Trial::test("progress_is_told_of_all_jobs_together", progress_is_told_of_all_jobs_together),
    ]
}
