//! The exhaustive engine against what is known: published counts of executions, an unpruned search, and
//! loom's.
//!
//! The engine is in the build with `--cfg shuttle`; in the one with `--cfg loom` is the other side of the
//! comparison with loom alone, and in others there is nothing here to run.

#![cfg_attr(loom, allow(dead_code, reason = "it has one side of one comparison"))]
#![allow(clippy::disallowed_types, reason = "outcomes of executions are collected outside of them")]

mod cross;
mod generated;
mod outcomes;

/// What only `dpor` runs.
#[cfg(not(loom))]
#[path = "."]
mod dpor {
    mod behaviours;
    mod cases;
    mod compare;
    mod counts;
    mod early;
    mod exhaustive;
    #[path = "../litmus/mod.rs"]
    mod litmus;
    mod programs;
    mod published;
    mod resumed;
    mod schedules;
    mod shapes;
    mod verdicts;

    pub use exhaustive::run_asked_for;
    use libtest_mimic::Trial;

    pub fn trials() -> Vec<Trial> {
        let all = [
            behaviours::trials(),
            cases::trials(),
            counts::trials(),
            published::trials(),
            crate::cross::trials(),
            early::trials(),
            exhaustive::trials(),
            shapes::trials(),
            verdicts::trials(),
            resumed::trials(),
            schedules::trials(),
        ];
        all.into_iter().flatten().collect()
    }
}

use libtest_mimic::{Arguments, Trial};
use selvedge::check::Engine;

fn main() {
    let mut trials: Vec<Trial> = Vec::new();
    #[cfg(not(loom))]
    {
        if dpor::run_asked_for() {
            return;
        }
        if Engine::available().any(|engine| engine == Engine::Dpor) {
            trials.extend(dpor::trials());
        }
    }
    trials.extend(Engine::available().filter(|engine| outcomes::ENGINES.contains(engine)).flat_map(outcomes::trials));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
