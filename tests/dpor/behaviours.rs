//! Behaviours are the same under every engine, in every process, and as many as there are traces.

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Behaviours, Engine, Explorer};
use selvedge::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use selvedge::sync::{Arc, Mutex, thread};

use crate::dpor::programs;

/// Executions of a sampler: enough to meet every trace of these programs.
const SAMPLES: u64 = 5_000;

type Program = fn();

/// A program that is small, and how many traces it has.
const PROGRAMS: &[(&str, Program, u64)] = &[
    ("inc", || programs::inc(3), 36),
    ("lockinc", || programs::lockinc(4), 24),
    ("lastzero", || programs::lastzero(3), 12),
    ("cas", || programs::cas(4), 4),
    ("a_spin_loop", spin, 3),
    ("a_spin_lock", spin_lock, 4),
    ("locks_in_two_orders", locks, 2),
];

/// The loop sees the flag at once, or it waits for it.
fn spin() {
    let flag = Arc::new(AtomicBool::new(false));
    let theirs = Arc::clone(&flag);
    let setter = thread::spawn(move || theirs.store(true, SeqCst));
    while !flag.load(SeqCst) {
        thread::yield_now();
    }
    setter.join().unwrap();
}

/// Two threads wait in turn for a lock of one bit.
fn spin_lock() {
    let lock = Arc::new(AtomicBool::new(false));
    programs::together((0..2).map(|_| {
        let lock = Arc::clone(&lock);
        Box::new(move || {
            while lock.compare_exchange(false, true, SeqCst, SeqCst).is_err() {
                thread::yield_now();
            }
            lock.store(false, SeqCst);
        }) as Box<dyn FnOnce() + Send>
    }));
}

fn locks() {
    let (outer, inner, other) = (Mutex::new(()), Mutex::new(()), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let _outer = outer.lock();
                drop(inner.lock());
            });
        }
    });
    other.store(1, SeqCst);
}

fn met(explorer: Explorer, program: Program) -> Result<Behaviours, Failed> {
    let report = explorer.behaviours(0).run(program);
    if !report.verdict.holds() {
        return Err(report.to_string().into());
    }
    Ok(report.behaviours.expect("this build counts them"))
}

fn same_under_every_engine(program: Program, traces: u64) -> Result<(), Failed> {
    let exhausted = met(Explorer::new(Engine::Dpor), program)?;
    let executions = Explorer::new(Engine::Dpor).run(program).executions;
    if (exhausted.traces.count(), executions) != (traces, traces) {
        return Err(format!("{} fingerprints of {executions} executions", exhausted.traces.count()).into());
    }
    for engine in Engine::available().filter(|engine| engine.samples_from_seed()) {
        let sampled = met(Explorer::new(engine).executions(SAMPLES), program)?;
        let all = Behaviours::union(Some(exhausted.clone()), Some(sampled.clone()));
        if all.as_ref() != Some(&exhausted) {
            let (more, all) = (all.expect("both are there").count(), exhausted.count());
            return Err(format!("{} has met {} behaviours beyond the {all}", engine.name(), more - all).into());
        }
        // The others need not meet all: they bound how often they change their mind, or let who spins come last.
        if sampled != exhausted && engine == Engine::Shuttle {
            return Err(format!("{} has met {} traces of {traces}", engine.name(), sampled.traces.count()).into());
        }
    }
    Ok(())
}

fn programs_are_told_apart_by_their_salt() -> Result<(), Failed> {
    let met = |salt| Explorer::new(Engine::Pos).behaviours(salt).run(|| programs::inc(2)).behaviours;
    let both = Behaviours::union(met(1), met(2)).expect("this build counts them");
    if both.traces.count() == 8 { Ok(()) } else { Err(format!("{} traces, and not 8", both.traces.count()).into()) }
}

fn nobody_pays_who_does_not_ask() -> Result<(), Failed> {
    let report = Explorer::new(Engine::Pos).run(|| programs::inc(2));
    if report.behaviours.is_none() { Ok(()) } else { Err("behaviours that nobody asked for".into()) }
}

pub fn trials() -> Vec<Trial> {
    let trial = |&(name, program, traces): &(&str, Program, u64)| {
        Trial::test(format!("{name}_has_the_same_behaviours_under_every_engine"), move || {
            same_under_every_engine(program, traces)
        })
    };
    let others = [
        Trial::test("programs_are_told_apart_by_their_salt", programs_are_told_apart_by_their_salt),
        Trial::test("nobody_pays_who_does_not_ask", nobody_pays_who_does_not_ask),
    ];
    PROGRAMS.iter().map(trial).chain(others).collect()
}
