//! loom's search: every schedule, and every value that a load may read, up to equivalence.
//!
//! loom's own limits are not used. It looks at them once in 20,000 executions, and then returns as
//! if all had been explored; here an execution that begins too late ends the search for good, and
//! the verdict is `CUT`.

use super::run::{self, Run};
use super::{Check, hook::Uncaught};
use crate::check::explorer::Explorer;
use crate::check::story::{Divergence, Story};
use crate::check::verdict::{Report, Verdict};

/// The cfg of this build.
pub(in crate::check) const CFG: Option<&str> = Some("loom");

/// Scheduling points in one execution, past which loom gives up: more than the world allows, which
/// says better what does not end.
const MAX_BRANCHES: usize = 100_000;

pub(super) fn explore(explorer: &Explorer, check: Check) -> Report {
    let bound = explorer.preemption_bound;
    let complete = bound.map_or(Verdict::Exhausted, |preemptions| Verdict::Bounded { preemptions });
    run::explore(explorer, &check, complete, false, move |run: Run, _| {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = bound;
        builder.max_branches = MAX_BRANCHES;
        builder.max_threads = 5;
        builder.max_duration = None;
        builder.max_permutations = None;
        builder.check(move || run.execute_in_time());
    })
}

/// Searches as before until an execution fails, which is the same one unless the program has changed: loom's
/// schedules are its own, and cannot be dictated.
pub(super) fn replay(explorer: &Explorer, story: &Story, check: Check) -> (Report, Option<Divergence>) {
    let report = explore(&explorer.clone().preemption_bound(story.bound), check);
    let same = |one: &Story, other: &Story, at: usize| {
        let step = |story: &Story| {
            story.steps.get(at).map(|step| (story.threads[step.thread].path.clone(), step.action.clone()))
        };
        step(one) == step(other)
    };
    let diverged = report.verdict.story().and_then(|found| {
        let step = (0..story.steps.len().max(found.steps.len())).find(|&at| !same(story, found, at))?;
        Some(Divergence { step, why: "loom's search met another failure first".to_owned() })
    });
    (report, diverged)
}

pub(super) fn before_hook() {}

pub(super) fn observe(uncaught: impl FnOnce() -> Uncaught) -> bool {
    run::observe(uncaught, |message| message.starts_with("deadlock; threads"))
}
