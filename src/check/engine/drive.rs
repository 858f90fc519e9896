//! Shuttle runs the executions of a [`Run`], and asks a driver or a [`Strategy`] what comes next.

use shuttle::scheduler::Scheduler;

use super::driver::Driver;
use super::driver::asked::Asked;
use super::resume::Bookmark;
use super::run::Run;
use super::strategy::Strategy;

/// As a strategy chooses.
pub(super) fn strategy(strategy: impl Strategy + 'static, run: Run, bookmark: Option<Bookmark>) {
    executions(Asked::first(Driver::new(strategy, run.clone(), bookmark)), run);
}

/// As a driver chooses.
pub(super) fn executions(driver: impl Scheduler + 'static, run: Run) {
    shuttle::Runner::new(driver, config(run.stack)).run(move || run.execute());
}

pub(super) fn config(stack: usize) -> shuttle::Config {
    let mut config = shuttle::Config::new();
    config.stack_size = stack;
    config.failure_persistence = shuttle::FailurePersistence::None;
    // The world counts operations, and says which loop did not end.
    config.max_steps = shuttle::MaxSteps::None;
    config.silence_warnings = true;
    config
}
