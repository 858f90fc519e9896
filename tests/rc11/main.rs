//! The engine `rc11` through the facade: published counts, random programs against the oracle, and what it says.
//!
//! Its search by itself, with what each execution is, is tested in `src/check/engine/rc11/tests`, over the same programs.

#![cfg(shuttle)]
#![allow(clippy::disallowed_types, reason = "outcomes of executions are collected outside of them")]

mod bugs;
mod facade;
#[path = "../dpor/generated.rs"]
#[allow(dead_code, reason = "some of it is for dpor")]
mod generated;
#[path = "../litmus/mod.rs"]
mod litmus;
mod loops;
mod mixed;
mod objects;
mod oracle;
mod patterns;
mod program;
mod published;
mod random;
mod resumed;
mod schedules;
mod selects;
mod statics;
mod timed;
mod verdicts;
mod weak;
mod weaken;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use selvedge::check::{Engine, Explorer, Report, Verdict};

/// What `rc11` says of a program.
fn explore(check: impl Fn() + Send + Sync + 'static) -> Report {
    Explorer::new(Engine::Rc11).run(check)
}

/// That it has exhausted the program, and that nothing was blocked: how many executions there are.
#[track_caller]
fn exhausted(report: &Report, context: &str) -> u64 {
    assert_eq!((&report.verdict, report.blocked), (&Verdict::Exhausted, 0), "{context}: {report}");
    report.executions
}

/// The line that says what broke.
#[track_caller]
fn headline(report: &Report) -> String {
    match &report.verdict {
        Verdict::Failed(failure) => failure.headline.clone(),
        _ => panic!("it holds: {report}"),
    }
}

/// That a program gives the same under both engines, which exhaust it.
#[track_caller]
fn same_outcomes_as_dpor<T: Ord + Clone + Debug + Send + 'static>(program: fn() -> T) {
    let [weak, strong] = [Engine::Rc11, Engine::Dpor].map(|engine| {
        let outcomes = Arc::new(Mutex::new(BTreeSet::new()));
        let theirs = Arc::clone(&outcomes);
        let report = Explorer::new(engine).run(move || {
            // An execution may be left in the midst of the program.
            let outcome = program();
            theirs.lock().unwrap().insert(outcome);
        });
        assert_eq!(report.verdict, Verdict::Exhausted, "{}: {report}", engine.name());
        outcomes.lock().unwrap().clone()
    });
    let missed: Vec<_> = strong.difference(&weak).collect();
    let invented: Vec<_> = weak.difference(&strong).collect();
    assert!(missed.is_empty() && invented.is_empty(), "missed {missed:?}; invented {invented:?}");
}
