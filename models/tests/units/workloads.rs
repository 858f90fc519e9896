//! The workloads of `stress` can fail: in small rounds of them `dpor` finds something broken in every twin, and nothing in
//! a pattern.
//!
//! Real threads may or may not meet a twin's window; here the schedule that does is looked for, so each of these
//! tests comes to the same end every time.

use models::catalogue;
use models::workload::{Entry, Plan};
use selvedge::check::{Engine, Explorer, Report, Verdict, require};
use selvedge::sync::thread;

/// Seeds from which rounds are drawn.
const SEEDS: u64 = 200;
/// Of the patterns': each round is explored up to so many executions.
const EXECUTIONS: u64 = 300;

/// A round of two threads with two operations each, on few keys.
fn small(entry: &Entry, seed: u64) -> Plan {
    Plan { operations: 2, keys: 1 + (seed % 2) as u32, size: 1, recorded: false, ..entry.plan(seed, 0, 2) }
}

fn explore(entry: Entry, seed: u64) -> Report {
    let plan = small(&entry, seed);
    Explorer::new(Engine::Dpor).limit(EXECUTIONS).simplify(false).run(move || {
        let round = entry.start(plan.clone());
        thread::scope(|scope| {
            for index in 0..plan.threads {
                let (round, plan) = (&round, &plan);
                scope.spawn(move || {
                    let mut random = plan.random(index);
                    for number in 0..plan.operations {
                        let step = round.step(index, number, &mut random, &|| 0);
                        require(step.is_ok(), || step.unwrap_err());
                    }
                });
            }
        });
        let verified = round.verify();
        require(verified.is_ok(), || verified.unwrap_err());
    })
}

#[test]
fn a_round_of_each_twin_fails_and_none_of_a_pattern() {
    if !Engine::Dpor.is_built() {
        return;
    }
    for entry in catalogue::workloads() {
        let failed = |seed| match explore(entry, seed) {
            Report { verdict: Verdict::Failed(failure), .. } => Some(failure.headline),
            _ => None,
        };
        if entry.is_twin {
            let seed = (0..SEEDS).find_map(|seed| Some((seed, failed(seed)?)));
            assert!(seed.is_some(), "{entry:?} fails in none of {SEEDS} rounds");
            println!("{entry:?}: {seed:?}");
        } else {
            let failure = (0..SEEDS / 10).find_map(failed);
            assert_eq!(failure, None, "{entry:?}");
        }
    }
}

#[test]
fn names_are_unique() {
    let all = catalogue::workloads();
    let mut names: Vec<_> = all.iter().map(|entry| entry.subject).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all.len());
}
