//! Shuttle's schedulers, shown only the tasks whose announced operation can go ahead.

use std::mem::ManuallyDrop;
use std::sync::Arc;

use parking_lot::Mutex;
use shuttle::scheduler::{PctScheduler, RandomScheduler, Schedule, Scheduler, Task, TaskId};

use super::driver::Driver;
use super::pos::Pos;
use super::replay::Replay;
use super::resume::Bookmark;
use super::run::{self, Part, Run};
use super::strategy::Strategy;
use super::surw::Surw;
use super::unpruned::Unpruned;
use super::{Check, dpor, hook::Uncaught, rc11};
use crate::check::explorer::Explorer;
use crate::check::story::{Divergence, Story};
use crate::check::verdict::{Engine, Report, Verdict};
use crate::sync::engine::op;
use crate::sync::engine::world::{self, Stop};

/// The cfg of this build.
pub(in crate::check) const CFG: Option<&str> = Some("shuttle");

/// Ordering constraints that PCT expects a defect to need.
const PCT_DEPTH: usize = 3;

/// Bytes of stack a task: room for a formatted panic in a debug build.
const STACK: usize = 0x20000;

pub(super) fn explore(explorer: &Explorer, check: Check) -> Report {
    let (engine, seed, executions) = (explorer.engine, explorer.seed, explorer.executions);
    let bound = explorer.preemption_bound;
    let unpruned = explorer.unpruned || bound.is_some();
    let complete = match (engine, bound) {
        (Engine::Dpor | Engine::Rc11, None) => Verdict::Exhausted,
        (Engine::Dpor, Some(preemptions)) => Verdict::Bounded { preemptions },
        _ => Verdict::Sampled,
    };
    let sampled = complete == Verdict::Sampled;
    run::explore(explorer, &check, complete, sampled, move |run: Run, part: Part| {
        let what = match (bound, unpruned) {
            (Some(preemptions), _) => format!("at most {preemptions} preemptions"),
            (None, true) => "nothing pruned".to_owned(),
            (None, false) => format!("part {} of {}", part.number + 1, part.of),
        };
        let bookmark = part.file.map(|file| Bookmark::new(file, what));
        let samples = usize::try_from(executions).unwrap_or(usize::MAX);
        match engine {
            Engine::Dpor if unpruned => drive(Unpruned::new(bound), run, bookmark),
            Engine::Dpor => drive(dpor::Search::of(dpor::Share::new(part.number, part.of)), run, bookmark),
            Engine::Rc11 => schedule_rc11(bound, run),
            Engine::Pos => drive(Pos::new(seed, executions), run, None),
            Engine::Surw => drive(Surw::new(seed, executions), run, None),
            // PCT takes a check in which no two tasks ever could run for an error.
            Engine::ShuttlePct => schedule(PctScheduler::new_from_seed(seed, PCT_DEPTH, samples), false, run),
            _ => schedule(RandomScheduler::new_from_seed(seed, samples), true, run),
        }
    })
}

/// Runs the schedule of a story, once.
pub(super) fn replay(explorer: &Explorer, story: &Story, check: Check) -> (Report, Option<Divergence>) {
    let diverged = Arc::new(Mutex::new(None));
    let (story, told) = (story.clone(), Arc::clone(&diverged));
    let report = run::explore(explorer, &check, Verdict::Sampled, true, move |run: Run, _| {
        *told.lock() = None;
        drive(Replay::new(story.clone(), Arc::clone(&told)), run, None);
    });
    let diverged = diverged.lock().take();
    // One schedule was asked for, so that one was run is nothing to complain of.
    let verdict = match report.verdict {
        Verdict::Vacuous { .. } => Verdict::Sampled,
        verdict => verdict,
    };
    (Report { verdict, ..report }, diverged)
}

fn drive(strategy: impl Strategy + 'static, run: Run, bookmark: Option<Bookmark>) {
    shuttle::Runner::new(Driver::new(strategy, run.clone(), bookmark), config()).run(move || run.execute());
}

/// Executions of weak memory are graphs: where a thread is preempted says little of one, and a bound on it nothing.
fn schedule_rc11(bound: Option<usize>, run: Run) {
    if bound.is_some() {
        world::stop(Stop::Unusable("a bound on preemptions, of which rc11 knows none".to_owned()));
    }
    shuttle::Runner::new(rc11::Driver::new(run.clone()), config()).run(move || run.execute());
}

fn schedule(scheduler: impl Scheduler + 'static, draws_data: bool, run: Run) {
    shuttle::Runner::new(
        Enabled { scheduler: ManuallyDrop::new(scheduler), draws_data, began: false, chose: false },
        config(),
    )
    .run(move || run.execute_in_time());
}

fn config() -> shuttle::Config {
    let mut config = shuttle::Config::new();
    config.stack_size = STACK;
    config.failure_persistence = shuttle::FailurePersistence::None;
    // The world counts operations, and says which loop did not end.
    config.max_steps = shuttle::MaxSteps::None;
    config.silence_warnings = true;
    config
}

/// A scheduler that never picks a task which could not go on.
#[derive(Debug)]
struct Enabled<S> {
    /// Never dropped: Shuttle's prints the seed of an execution that it takes for a failed one.
    scheduler: ManuallyDrop<S>,
    /// It explores choices of data too, and not of tasks alone.
    draws_data: bool,
    began: bool,
    /// There has been a choice that it explores.
    chose: bool,
}

impl<S: Scheduler> Scheduler for Enabled<S> {
    fn new_execution(&mut self) -> Option<Schedule> {
        if self.began && !self.chose {
            // One execution is all there is.
            return None;
        }
        self.began = true;
        self.scheduler.new_execution()
    }

    fn next_task(&mut self, runnable: &[&Task], current: Option<TaskId>, is_yielding: bool) -> Option<TaskId> {
        let id = |task: &Task| op::TaskId(usize::from(task.id()) as u32);
        let Some(current) = current else {
            // The body of the check, which has not begun its world yet.
            return self.scheduler.next_task(runnable, None, is_yielding);
        };
        let enabled: Vec<&Task> =
            world::with(|world| runnable.iter().copied().filter(|&task| world.enabled(id(task))).collect());
        if enabled.is_empty() {
            world::stop(Stop::Stuck);
        }
        // A task that has announced nothing is about to run code of its own, up to its first
        // operation: that is no choice.
        let fresh = world::with(|world| enabled.iter().find(|task| world.task(id(task)).pending.is_none()).copied());
        match fresh {
            Some(task) => Some(task.id()),
            None => {
                self.chose |= enabled.len() > 1;
                self.scheduler.next_task(&enabled, Some(current), is_yielding)
            }
        }
    }

    fn next_u64(&mut self) -> u64 {
        self.chose |= self.draws_data;
        self.scheduler.next_u64()
    }
}

/// Shuttle sets a hook of its own at its first execution, which prints. Ours replaces it.
pub(super) fn before_hook() {
    shuttle::Runner::new(RandomScheduler::new_from_seed(0, 1), config()).run(|| ());
}

pub(super) fn observe(uncaught: impl FnOnce() -> Uncaught) -> bool {
    run::observe(uncaught, |_| false)
}
