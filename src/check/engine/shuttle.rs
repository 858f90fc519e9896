//! Shuttle's engines: each is a [`Strategy`](super::strategy::Strategy) that the [driver](super::driver) asks.

use std::sync::Arc;

use parking_lot::Mutex;
use shuttle::scheduler::RandomScheduler;

use super::chart::Chart;
use super::pct::Pct;
use super::pos::Pos;
use super::reduce::Attempt;
use super::replay::Replay;
use super::resume::Bookmark;
use super::run::{self, Run};
use super::surw::Surw;
use super::uncaught::Uncaught;
use super::unpruned::Unpruned;
use super::walk::Walk;
use super::whole::{self, Part};
use super::{dpor, drive, rc11};
use crate::check::config::{Check, Config};
use crate::check::engines::Engine;
use crate::check::moments::Found;
use crate::check::story::{Divergence, Story};
use crate::check::tallies::Tallies;
use crate::check::verdict::{Failure, Report, Verdict};
use crate::sync::engine::world::{self, Stop};

pub(super) fn explore(config: &Config, check: Check, tallies: &mut Tallies) -> Report {
    let (engine, seed, executions) = (config.engine, config.seed, config.executions);
    let bound = config.preemption_bound;
    let unpruned = config.unpruned || bound.is_some();
    let complete = match (engine, bound) {
        (Engine::Dpor | Engine::Rc11, None) => Verdict::Exhausted,
        (Engine::Dpor, preemptions) => Verdict::Bounded { preemptions, turns: None },
        _ => Verdict::Sampled,
    };
    let (depth, scouts) = (config.pct_depth, config.scouts);
    whole::explore(config, &check, complete, tallies, move |run: Run, part: Part| {
        let what = match (bound, unpruned) {
            (Some(preemptions), _) => format!("at most {preemptions} preemptions"),
            (None, true) => "nothing pruned".to_owned(),
            (None, false) if engine == Engine::Rc11 => format!("part {} of {} of the graphs", part.number + 1, part.of),
            (None, false) => format!("part {} of {}", part.number + 1, part.of),
        };
        let bookmark = part.file.map(|file| Bookmark::new(file, what));
        match engine {
            Engine::Dpor if unpruned => drive::strategy(Unpruned::new(bound), run, bookmark),
            Engine::Dpor => {
                let scouts = if scouts { dpor::Scouts::of(seed, part.number) } else { dpor::Scouts::default() };
                drive::strategy(dpor::Search::of(dpor::Share::new(part.number, part.of), scouts), run, bookmark);
            }
            Engine::Rc11 => schedule_rc11(bound, run, rc11::Share::new(part.number, part.of), bookmark, None),
            Engine::Pos => drive::strategy(Pos::new(seed, executions), run, None),
            Engine::Surw => drive::strategy(Surw::new(seed, executions), run, None),
            Engine::ShuttlePct => drive::strategy(Pct::new(seed, executions, depth), run, None),
            _ => drive::strategy(Walk::new(seed, executions), run, None),
        }
    })
}

/// Runs every schedule: under `dpor` once from each moment, and under `rc11` one of each execution graph.
pub(super) fn schedules(config: &Config, check: Check) -> (Report, Found) {
    if config.engine == Engine::Rc11 {
        let weave = Arc::new(Mutex::new(rc11::Weave::default()));
        let woven = Arc::clone(&weave);
        let report = whole::explore(config, &check, Verdict::Exhausted, &mut Tallies::default(), move |run: Run, _| {
            schedule_rc11(None, run, rc11::Share::default(), None, Some(Arc::clone(&woven)));
        });
        let found = std::mem::take(&mut *weave.lock()).found();
        return (report, found);
    }
    let chart = Arc::new(Mutex::new(Chart::default()));
    let charted = Arc::clone(&chart);
    let report = whole::explore(config, &check, Verdict::Exhausted, &mut Tallies::default(), move |run: Run, _| {
        drive::strategy(Unpruned::charting(Arc::clone(&charted)), run, None);
    });
    let found = std::mem::take(&mut *chart.lock()).found();
    (report, found)
}

/// Runs the schedule of a story, once. Under weak memory that does not say what a load reads: `rc11` searches again, and
/// comes to the failure by the same way.
pub(super) fn replay(config: &Config, story: &Story, check: Check) -> (Report, Option<Divergence>) {
    if config.engine == Engine::Rc11 {
        let search =
            |run: Run, part: Part| schedule_rc11(None, run, rc11::Share::new(part.number, part.of), None, None);
        return (whole::explore(config, &check, Verdict::Exhausted, &mut Tallies::default(), search), None);
    }
    let diverged = Arc::new(Mutex::new(None));
    let (story, told) = (story.clone(), Arc::clone(&diverged));
    let report = whole::explore(config, &check, Verdict::Sampled, &mut Tallies::default(), move |run: Run, _| {
        *told.lock() = None;
        drive::strategy(Replay::new(story.clone(), Arc::clone(&told)), run, None);
    });
    let diverged = diverged.lock().take();
    // Only one schedule was asked for, so the run is neither vacuous nor exhaustive.
    let verdict = match report.verdict {
        Verdict::Vacuous { .. } | Verdict::Exhausted => Verdict::Sampled,
        verdict => verdict,
    };
    (Report { verdict, ..report }, diverged)
}

/// Follows a schedule as far as it can, in one execution; how that fails, if it does.
pub(super) fn attempt(config: &Config, attempt: Attempt, check: &Check) -> Option<Failure> {
    let replay = Replay::unbroken(attempt);
    run::once(config, check, move |run| drive::strategy(replay, run, None))
}

/// Executions under weak memory are graphs, in which a preemption means little: a bound on preemptions is refused.
fn schedule_rc11(
    bound: Option<usize>,
    run: Run,
    share: rc11::Share,
    bookmark: Option<Bookmark>,
    weave: Option<Arc<Mutex<rc11::Weave>>>,
) {
    if bound.is_some() {
        world::stop(Stop::Unsupported(
            "a bound on preemptions, which says little of a graph; rc11 has none".to_owned(),
        ));
    }
    drive::executions(rc11::Asked::first(rc11::Driver::new(run.clone(), share, bookmark, weave)), run);
}

/// Shuttle sets a hook of its own at its first execution, which prints. Ours replaces it.
pub(super) fn before_hook() {
    shuttle::Runner::new(RandomScheduler::new_from_seed(0, 1), drive::config(0x2_0000)).run(|| ());
}

pub(super) fn observe(uncaught: impl FnOnce() -> Uncaught) -> bool {
    run::observe(uncaught, |_, _| None)
}
