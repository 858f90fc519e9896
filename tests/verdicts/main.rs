//! A verdict says what was done and no more, and a report tells the failure that there is.
//!
//! Each test stands for a kind of program of which something else was said once: [`failures`] for what a failure is,
//! [`limits`] for what no engine can explore, [`reports`] for what is drawn, [`samplers`] for what is sampled, [`shrinking`] for the simplest form of a
//! failure.

#![cfg(any(loom, shuttle))]
#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "what is std's is what some of the tests are about, and outcomes are collected outside of executions"
)]

mod failures;
mod limits;
mod reports;
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
