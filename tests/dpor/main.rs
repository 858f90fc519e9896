//! The exhaustive engine against what is known: published counts of executions, an unpruned search, and
//! loom's.
//!
//! The engine is in the build with `--cfg shuttle`; in the one with `--cfg loom` is the other side of the
//! comparison with loom, and in others there is nothing here to run.

#![allow(clippy::disallowed_types, reason = "outcomes of executions are collected outside of them")]

mod behaviours;
mod cases;
mod compare;
mod counts;
mod cross;
mod early;
mod exhaustive;
mod generated;
#[path = "../litmus/mod.rs"]
mod litmus;
mod outcomes;
mod programs;
mod published;
mod resumed;
mod schedules;
mod shapes;
mod verdicts;

use libtest_mimic::{Arguments, Trial};
use selvedge::check::Engine;

fn main() {
    if exhaustive::run_asked_for() {
        return;
    }
    let there = Engine::available().any(|engine| engine == Engine::Dpor);
    let mut trials: Vec<Trial> = Vec::new();
    if there {
        trials.extend(behaviours::trials());
        trials.extend(cases::trials());
        trials.extend(counts::trials());
        trials.extend(published::trials());
        trials.extend(cross::trials());
        trials.extend(early::trials());
        trials.extend(exhaustive::trials());
        trials.extend(shapes::trials());
        trials.extend(verdicts::trials());
        trials.extend(resumed::trials());
        trials.extend(schedules::trials());
    }
    trials.extend(Engine::available().filter(|engine| outcomes::ENGINES.contains(engine)).flat_map(outcomes::trials));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
