//! Failures come early: the search finds what a sampler finds in about as many executions, though it runs its own in an
//! order of its own, and counts them as before.

use std::sync::Arc as Shared;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Engine, Explorer, Report, Verdict};
use selvedge::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use selvedge::sync::{Arc, Mutex, thread};

use crate::dpor::programs::{self, together};

/// More executions than a failure needs.
const LIMIT: u64 = 1_000;

/// Where scouts and samplers start.
const SEEDS: std::ops::Range<u64> = 0..31;

/// Six threads add one in two steps, and all additions but one are lost.
fn all_are_lost() {
    let total = Arc::new(AtomicUsize::new(0));
    let add = |total: Arc<AtomicUsize>| move || total.store(total.load(SeqCst) + 1, SeqCst);
    together((0..6).map(|_| Box::new(add(Arc::clone(&total))) as _));
    assert!(total.load(SeqCst) > 1, "all are lost");
}

/// Room for two is asked for, and then taken by four.
fn room_for_two() {
    let inside = Arc::new(AtomicUsize::new(0));
    let enter = |inside: Arc<AtomicUsize>| {
        move || {
            if inside.load(SeqCst) < 2 {
                assert!(inside.fetch_add(1, SeqCst) < 3, "four are inside");
                inside.fetch_sub(1, SeqCst);
            }
        }
    };
    together((0..6).map(|_| Box::new(enter(Arc::clone(&inside))) as _));
}

/// After some work, two locks are taken in opposite orders.
fn locks_after_work() {
    let locks = Arc::new([0, 1, 2].map(Mutex::new));
    let work = |locks: Arc<[Mutex<usize>; 3]>, [first, second]: [usize; 2]| {
        move || {
            (0..3).for_each(|_| *locks[2].lock() += 1);
            let _first = locks[first].lock();
            let _second = locks[second].lock();
        }
    };
    together([[1, 0], [0, 1], [0, 1]].map(|order| Box::new(work(Arc::clone(&locks), order)) as _));
}

/// Somebody adds up what others move, one place after the other.
fn audit() {
    let places = Arc::new([10, 10, 10].map(Mutex::new));
    let go = |places: Arc<[Mutex<i32>; 3]>, from: usize| {
        move || {
            *places[from].lock() -= 1;
            *places[(from + 1) % 3].lock() += 1;
        }
    };
    let auditor = Arc::clone(&places);
    let movers = (0..3).map(|from| Box::new(go(Arc::clone(&places), from)) as _);
    let add_up = move || assert!(auditor.iter().map(|place| *place.lock()).sum::<i32>() > 28, "two are missing");
    together(movers.chain([Box::new(add_up) as _]));
}

/// A lock that looks and then takes.
fn lock_in_two_steps() {
    let lock = Arc::new((AtomicBool::new(false), AtomicUsize::new(0)));
    let enter = |lock: Arc<(AtomicBool, AtomicUsize)>| {
        move || {
            while lock.0.load(SeqCst) {
                thread::yield_now();
            }
            lock.0.store(true, SeqCst);
            assert_eq!(lock.1.fetch_add(1, SeqCst), 0, "two are inside");
            lock.1.fetch_sub(1, SeqCst);
            lock.0.store(false, SeqCst);
        }
    };
    together((0..3).map(|_| Box::new(enter(Arc::clone(&lock))) as _));
}

/// How many executions it takes until one fails, of those seeds that are neither lucky nor unlucky.
fn median(engine: Engine, program: fn()) -> Result<f64, Failed> {
    let mut found = Vec::new();
    for seed in SEEDS {
        let report = Explorer::new(engine).seed(seed).limit(LIMIT).simplify(false).run(program);
        match report.verdict {
            Verdict::Failed(_) => found.push(report.executions as f64),
            _ => return Err(format!("under {}, seed {seed}: {report}", engine.name()).into()),
        }
    }
    found.sort_by(f64::total_cmp);
    Ok(found[found.len() / 2])
}

/// A walk that changes what comes last first needs some thousand executions for two of these, and a sampler a dozen.
fn failures_come_early() -> Result<(), Failed> {
    let programs: [fn(); 5] = [all_are_lost, room_for_two, locks_after_work, audit, lock_in_two_steps];
    let mut product = 1.0;
    let mut told = String::new();
    for program in programs {
        let (search, sampler) = (median(Engine::Dpor, program)?, median(Engine::Pos, program)?);
        product *= search / sampler;
        told += &format!("{search} executions where pos needs {sampler}; ");
    }
    let mean = f64::powf(product, 1.0 / programs.len() as f64);
    if mean <= 2.0 { Ok(()) } else { Err(format!("{told}{mean} times as many").into()) }
}

/// Runs a program, and counts how often it was called.
fn called(explorer: Explorer, program: impl Fn() + Send + Sync + 'static) -> (Report, u64) {
    let calls = Shared::new(AtomicU64::new(0));
    let counted = Shared::clone(&calls);
    let report = explorer.run(move || {
        counted.fetch_add(1, Relaxed);
        program();
    });
    (report, calls.load(Relaxed))
}

fn what_is_drawn_counts_for_nothing() -> Result<(), Failed> {
    let programs: [fn(); 4] =
        [|| programs::inc(3), || programs::lastzero(5), || programs::spin(2), || programs::handover(1)];
    for program in programs {
        for explorer in [Explorer::new(Engine::Dpor), Explorer::new(Engine::Dpor).limit(7)] {
            let (without, fewer) = called(explorer.clone().scouts(false), program);
            let (with, more) = called(explorer, program);
            let counts = |report: &Report| (report.verdict.clone(), report.executions, report.blocked);
            if counts(&without) != counts(&with) {
                return Err(format!("{with}, and without scouts {without}").into());
            }
            if more <= fewer {
                return Err(format!("{more} calls, and {fewer} without scouts").into());
            }
        }
        let whole = Explorer::new(Engine::Dpor).run(program);
        let parts = Explorer::new(Engine::Dpor).jobs(3).seed(5).run(program);
        if (&whole.verdict, whole.executions) != (&parts.verdict, parts.executions) {
            return Err(format!("{whole}, and in parts {parts}").into());
        }
    }
    Ok(())
}

/// Where it is a scout that fails, all are counted that were run until then, beside those that were run again at first.
fn a_failure_says_how_many_were_run() -> Result<(), Failed> {
    let mut others = Vec::new();
    for seed in SEEDS {
        let explorer = Explorer::new(Engine::Dpor).seed(seed).simplify(false);
        let (report, calls) = called(explorer.clone(), room_for_two);
        let again = explorer.run(room_for_two);
        if (&report.verdict, report.executions) != (&again.verdict, again.executions) {
            return Err(format!("seed {seed}: {report}, and when it is run again {again}").into());
        }
        // Some fail in those that are run again.
        if report.executions > 6 {
            others.push(calls - report.executions);
        }
    }
    others.dedup();
    if others.len() == 1 { Ok(()) } else { Err(format!("beside those that are told {others:?} were run").into()) }
}

/// Threads that are waited for where their owner is dropped.
struct Pool(Vec<thread::JoinHandle<()>>);

impl Drop for Pool {
    fn drop(&mut self) {
        self.0.drain(..).for_each(|thread| thread.join().unwrap());
    }
}

/// A loop that counts its turns is explored up to some of them, and what is drawn makes no more of it. What is given up is
/// left where it is, whatever its destructors would wait for.
fn a_loop_that_counts_is_bounded_as_before() -> Result<(), Failed> {
    let counts = || {
        let (asked, told) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(0)));
        let wait = |asked: Arc<AtomicUsize>| {
            move || {
                (0..40).for_each(|_| {
                    asked.load(SeqCst);
                    thread::yield_now();
                });
            }
        };
        let tell = |told: Arc<Mutex<usize>>| move || *told.lock() += 1;
        let tellers = [Arc::clone(&told), told].map(|told| thread::spawn(tell(told)));
        let _pool = Pool([thread::spawn(wait(asked))].into_iter().chain(tellers).collect());
    };
    let (with, without) = (Explorer::new(Engine::Dpor), Explorer::new(Engine::Dpor).scouts(false));
    let (with, without) = (with.run(counts), without.run(counts));
    match with.verdict {
        Verdict::Bounded { turns: Some(_), .. } if with.executions == without.executions => Ok(()),
        _ => Err(format!("{with}, and without scouts {without}").into()),
    }
}

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("failures_come_early", failures_come_early),
        Trial::test("what_is_drawn_counts_for_nothing", what_is_drawn_counts_for_nothing),
        Trial::test("a_failure_says_how_many_were_run", a_failure_says_how_many_were_run),
        Trial::test("a_loop_that_counts_is_bounded_as_before", a_loop_that_counts_is_bounded_as_before),
    ]
}
