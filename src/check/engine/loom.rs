//! loom's search: every schedule, and every value that a load may read, up to equivalence.
//!
//! loom's own limits are not used. It looks at them once in 20,000 executions, and then returns as
//! if all had been explored; here an execution that begins too late ends the search for good, and
//! the verdict is `CUT`.

use std::sync::OnceLock;

use super::run::{self, Run};
use super::uncaught::Uncaught;
use super::whole;
use crate::check::config::{Check, Config};
use crate::check::story::{Divergence, Story};
use crate::check::tallies::Tallies;
use crate::check::verdict::{Report, Verdict};
use crate::sync::engine::world::{Local, Race, Stop, World};

/// Scheduling points of one operation, at most. With so many loom gives up later than the world, whose message is
/// clearer.
const BRANCHES: usize = 5;

pub(super) fn explore(config: &Config, check: Check, tallies: &mut Tallies) -> Report {
    let (bound, operations) = (config.preemption_bound, config.operations);
    let complete = bound.map_or(Verdict::Exhausted, |_| Verdict::Bounded { preemptions: bound, turns: None });
    whole::explore(config, &check, complete, tallies, move |run: Run, _| {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = bound;
        builder.max_branches = operations.saturating_mul(BRANCHES);
        builder.max_threads = 5;
        builder.max_duration = None;
        builder.max_permutations = None;
        builder.check(move || run.execute_in_time());
    })
}

/// Searches as before until an execution fails, which is the same one unless the program has changed: loom's
/// schedules are its own, and cannot be dictated.
pub(super) fn replay(config: &Config, story: &Story, check: Check) -> (Report, Option<Divergence>) {
    let report = explore(&Config { preemption_bound: story.bound, ..config.clone() }, check, &mut Tallies::default());
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

/// The folder of loom's sources, as the compiler was given it.
static SOURCES: OnceLock<String> = OnceLock::new();

/// Finds loom's sources, which a panic of its own names: outside of an execution it has nothing to yield in.
pub(super) fn before_hook() {
    std::panic::set_hook(Box::new(|info| {
        let file = info.location().and_then(|location| location.file().strip_suffix("rt/scheduler.rs"));
        file.into_iter().for_each(|folder| _ = SOURCES.set(folder.to_owned()));
    }));
    // It panics, as it should.
    let _ = std::panic::catch_unwind(loom::thread::yield_now);
    drop(std::panic::take_hook());
}

pub(super) fn observe(uncaught: impl FnOnce() -> Uncaught) -> bool {
    run::observe(uncaught, |uncaught, world| {
        let file = &uncaught.location.as_ref()?.file;
        let said = uncaught.message.as_str();
        match file.strip_prefix(SOURCES.get()?.as_str())?.replace('\\', "/").as_str() {
            "rt/execution.rs" if said.starts_with("deadlock") => Some(Stop::Stuck),
            "rt/location.rs" if said.starts_with("Causality violation") => race(world),
            // Its own lines are not where a program is to be mended.
            _ => Some(Stop::Panicked { message: uncaught.message.clone(), violation: false, location: None }),
        }
    })
}

/// The data race that loom has just found: the last access to a cell, and the last that it is not ordered with.
fn race(world: &World) -> Option<Stop> {
    let accesses = world.locals.iter().enumerate().rev().filter_map(|(number, &(_, task, what))| match what {
        Local::Access { cell, write, .. } => Some((number, task, cell, write)),
        Local::Fence(..) => None,
    });
    let mut accesses = accesses.peekable();
    let (later, me, of, writes) = accesses.next()?;
    let earlier = accesses.find(|&(_, task, cell, write)| cell == of && task != me && (write || writes));
    let made = || {
        let Local::Access { location, .. } = world.locals[later].2 else { unreachable!("it is one") };
        Race::Making { object: of, user: me, at: location }
    };
    Some(Stop::Race(earlier.map_or_else(made, |(earlier, ..)| Race::Accesses { earlier, later })))
}
