//! Small programs whose verdict was wrong once, each with what is expected of it.
//!
//! Every one stands for a kind: [`atomics`] for predictions of a compare-exchange, [`choices`] for what no schedule
//! decides, [`owners`] for who comes last of several, [`loops`] for loops that yield and [`counts`] for those that
//! count, [`memory`] for what is used after it was freed, [`endless`] for what does not end, [`futures`] for wakeups
//! that are lost, [`races`] for what a question about another thread orders, [`parts`] for searches in parts,
//! [`found_out`] for what one part of a search learns, [`freed`] for what is dropped beside those who use it, [`facade`] for parked threads, what is initialized once, barriers
//! and pointers, [`ready`] for selects that are biased or take nothing, [`selects`] for what they choose, and when,
//! [`searches`] for what each comes to, [`unwinding`] for threads that panic beside others, [`words`] for what a story
//! calls a step.

mod atomics;
mod choices;
mod counts;
mod endless;
mod ends;
mod facade;
mod found_out;
mod freed;
mod futures;
mod looks;
mod loops;
mod memory;
mod owners;
mod parts;
mod races;
mod ready;
mod searches;
mod selects;
mod timeouts;
mod unwinding;
mod words;

pub use self::atomics::orders;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Failed, Trial};
use selvedge::check::{Engine, Explorer, Report, Verdict};

/// The jobs by which each program is explored.
const JOBS: [usize; 2] = [1, 2];

/// A search in so many parts, and nothing beside it.
fn dpor(jobs: usize) -> Explorer {
    Explorer::new(Engine::Dpor).jobs(jobs).scouts(false)
}

/// Explores a program, and gathers what its executions come to.
fn gather<T: Ord + Clone + Send + 'static>(
    explorer: Explorer,
    check: impl Fn() -> T + Send + Sync + 'static,
) -> (Report, BTreeSet<T>) {
    let outcomes = Arc::new(Mutex::new(BTreeSet::new()));
    let seen = Arc::clone(&outcomes);
    let report = explorer.run(move || {
        let outcome = check();
        seen.lock().unwrap().insert(outcome);
    });
    let outcomes = outcomes.lock().unwrap().clone();
    (report, outcomes)
}

/// Whether every execution was run that there is. A search in parts may block some: it does not know what others plan.
fn is_exhausted(report: &Report, jobs: usize) -> bool {
    report.verdict == Verdict::Exhausted && (report.blocked == 0 || jobs > 1)
}

/// Holds if the program, explored whole and in parts, comes to these outcomes and no others, and none of its executions
/// is blocked.
fn comes_to<T: Ord + Clone + Debug + Send + 'static>(
    expected: &[T],
    check: impl Fn() -> T + Clone + Send + Sync + 'static,
) -> Result<(), Failed> {
    let expected: BTreeSet<T> = expected.iter().cloned().collect();
    for jobs in JOBS {
        let (report, outcomes) = gather(dpor(jobs), check.clone());
        if !is_exhausted(&report, jobs) || outcomes != expected {
            let missed: Vec<_> = expected.difference(&outcomes).collect();
            let invented: Vec<_> = outcomes.difference(&expected).collect();
            let blocked = report.blocked;
            return Err(format!(
                "{jobs} jobs: {report}, {blocked} blocked; missed: {missed:?}; not expected: {invented:?}"
            )
            .into());
        }
    }
    Ok(())
}

/// Holds if the program, explored whole and in parts, fails by what says `words`.
fn fails_by(words: &str, check: impl Fn() + Clone + Send + Sync + 'static) -> Result<(), Failed> {
    for jobs in JOBS {
        let report = dpor(jobs).run(check.clone());
        match &report.verdict {
            Verdict::Failed(failure) if failure.headline.contains(words) => (),
            _ => return Err(format!("{jobs} jobs: expected a failure by {words:?}, and found {report}").into()),
        }
    }
    Ok(())
}

/// Holds if a program that has failed fails again, by what says `words`, where its story is replayed.
fn is_replayed(
    explorer: &Explorer,
    report: &Report,
    words: &str,
    check: impl Fn() + Send + Sync + 'static,
) -> Result<(), Failed> {
    let story = report.verdict.story().ok_or_else(|| format!("expected a failure, and found {report}"))?;
    let (again, diverged) = explorer.replay(story, check);
    match (&again.verdict, diverged) {
        (Verdict::Failed(failure), None) if failure.headline.contains(words) => Ok(()),
        (_, diverged) => Err(format!("it was replayed to {again}, {diverged:?}").into()),
    }
}

pub fn trials() -> Vec<Trial> {
    [
        atomics::trials(),
        choices::trials(),
        endless::trials(),
        ends::trials(),
        facade::trials(),
        found_out::trials(),
        freed::trials(),
        futures::trials(),
        looks::trials(),
        loops::trials(),
        counts::trials(),
        memory::trials(),
        owners::trials(),
        races::trials(),
        parts::trials(),
        ready::trials(),
        searches::trials(),
        selects::trials(),
        timeouts::trials(),
        unwinding::trials(),
        words::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
