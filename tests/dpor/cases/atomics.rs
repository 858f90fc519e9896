//! Compare-exchanges beside stores and loads: what one would do elsewhere than where it was run.

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Engine, Explorer, Verdict};
use selvedge::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use selvedge::sync::{Arc, thread};

use super::{JOBS, dpor, gather, is_exhausted};

#[derive(Clone, Copy, Debug)]
enum Op {
    Store(usize),
    Exchange(usize, usize),
    Load,
}

use Op::{Exchange, Load, Store};

/// What a compare-exchange that failed answers, besides what it read.
const FAILED: usize = 10;

/// Threads of one operation each on one atomic, and how many outcomes there are.
const PROGRAMS: &[(&[Op], usize)] = &[
    (&[Store(1), Exchange(1, 2), Load, Load], 13),
    (&[Store(1), Exchange(1, 2), Exchange(1, 2), Load], 14),
    (&[Store(1), Exchange(1, 2), Exchange(2, 3), Load, Load], 42),
];

/// One outcome of the first program: the exchange succeeds, the first load comes before everything, and the second before
/// it or after the store; all of them in one order of the threads.
const MISSED: [usize; 4] = [0, 1, 0, 0];

/// What each thread answers, in the order of `program`, whose threads are started as `order` says.
fn run(program: &[Op], order: &[usize]) -> Vec<usize> {
    let y = Arc::new(AtomicUsize::new(0));
    let start = |&at: &usize| {
        let (y, op) = (Arc::clone(&y), program[at]);
        let does = move || match op {
            Store(value) => {
                y.store(value, SeqCst);
                0
            }
            Exchange(from, to) => y.compare_exchange(from, to, SeqCst, SeqCst).map_or_else(|read| FAILED + read, |_| 1),
            Load => y.load(SeqCst),
        };
        (at, thread::spawn(does))
    };
    let threads: Vec<_> = order.iter().map(start).collect();
    let mut answers = vec![0; program.len()];
    threads.into_iter().for_each(|(at, thread)| answers[at] = thread.join().unwrap());
    answers
}

/// Every order of the numbers below `n`.
pub fn orders(n: usize) -> Vec<Vec<usize>> {
    let Some(last) = n.checked_sub(1) else { return vec![Vec::new()] };
    let with_last = |order: Vec<usize>| {
        (0..n).map(move |at| {
            let mut order = order.clone();
            order.insert(at, last);
            order
        })
    };
    orders(last).into_iter().flat_map(with_last).collect()
}

fn every_order_of_starting(program: &'static [Op], outcomes: usize) -> Result<(), Failed> {
    let mut differences = Vec::new();
    let orders = orders(program.len());
    for order in &orders {
        for jobs in JOBS {
            let started = order.clone();
            let (report, found) = gather(dpor(jobs), move || run(program, &started));
            let has_it = program.len() > MISSED.len() || outcomes != 13 || found.contains(&MISSED[..]);
            if !is_exhausted(&report, jobs) || found.len() != outcomes || !has_it {
                let found = found.len();
                differences.push(format!("started as {order:?}, {jobs} jobs: {report}, {found} outcomes"));
            }
        }
    }
    match differences.as_slice() {
        [] => Ok(()),
        [first, ..] => Err(format!(
            "{program:?} has {outcomes} outcomes; {} of {} searches differ, the first: {first}",
            differences.len(),
            orders.len() * JOBS.len(),
        )
        .into()),
    }
}

/// A check that forbids an outcome fails, if there is one.
fn the_outcome_can_be_asked_for() -> Result<(), Failed> {
    let (program, _) = PROGRAMS[0];
    for order in orders(program.len()) {
        let started = order.clone();
        let report = Explorer::new(Engine::Dpor).scouts(false).run(move || assert_ne!(run(program, &started), MISSED));
        if !matches!(report.verdict, Verdict::Failed(_)) {
            return Err(format!("started as {order:?}: {report}").into());
        }
    }
    Ok(())
}

pub fn trials() -> Vec<Trial> {
    let trial = |(number, &(program, outcomes)): (usize, &(&'static [Op], usize))| {
        Trial::test(format!("a_compare_exchange_beside_a_store_{number}"), move || {
            every_order_of_starting(program, outcomes)
        })
    };
    let asked = Trial::test("a_compare_exchange_before_both_loads_can_be_forbidden", the_outcome_can_be_asked_for);
    PROGRAMS.iter().enumerate().map(trial).chain([asked]).collect()
}
