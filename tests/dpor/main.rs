//! The exhaustive engine against what is known: published counts of executions, an unpruned search, and
//! loom's.
//!
//! The engine is in the build with `--cfg shuttle`; in the one with `--cfg loom` is the other side of the
//! comparison with loom alone, and in others there is nothing here to run.

#![cfg_attr(loom, allow(dead_code, reason = "it has one side of one comparison"))]
#![allow(clippy::disallowed_types, reason = "outcomes of executions are collected outside of them")]

#[cfg(not(loom))]
mod behaviours;
#[cfg(not(loom))]
mod cases;
#[cfg(not(loom))]
mod compare;
#[cfg(not(loom))]
mod counts;
mod cross;
#[cfg(not(loom))]
mod early;
#[cfg(not(loom))]
mod exhaustive;
mod generated;
#[cfg(not(loom))]
#[path = "../litmus/mod.rs"]
mod litmus;
mod outcomes;
#[cfg(not(loom))]
mod programs;
#[cfg(not(loom))]
mod published;
#[cfg(not(loom))]
mod resumed;
#[cfg(not(loom))]
mod schedules;
#[cfg(not(loom))]
mod shapes;
#[cfg(not(loom))]
mod verdicts;

use libtest_mimic::{Arguments, Trial};
use selvedge::check::Engine;

fn main() {
    let mut trials: Vec<Trial> = Vec::new();
    #[cfg(not(loom))]
    {
        if exhaustive::run_asked_for() {
            return;
        }
        if Engine::available().any(|engine| engine == Engine::Dpor) {
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
    }
    trials.extend(Engine::available().filter(|engine| outcomes::ENGINES.contains(engine)).flat_map(outcomes::trials));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
