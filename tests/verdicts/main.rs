//! A verdict says what was done and no more, and a report tells the failure that there is.
//!
//! Each test stands for a kind of program of which something else was said once: [`failures`] for what a failure is,
//! in a build with loom too, where it matters.

#![cfg(any(loom, shuttle))]

mod failures;
#[cfg(shuttle)]
mod samplers;
#[cfg(shuttle)]
mod shrinking;

use selvedge::check::{Engine, Explorer, Failure, Report, Verdict};

/// The most thorough engine of this build.
fn explorer() -> Explorer {
    Explorer::new(Engine::available().last().expect("every build has an engine"))
}

#[track_caller]
fn failure(report: Report) -> Failure {
    match report.verdict {
        Verdict::Failed(failure) => *failure,
        _ => panic!("it did not fail under {}: {report}", report.engine.name()),
    }
}
