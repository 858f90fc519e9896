//! An exploration as a whole: its first executions are run twice, then its parts, each in a [run](super::run) of its own,
//! and what these come to is a verdict.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

#[cfg(shuttle)]
use super::drive;
use super::endless::{self, Endless};
use super::failure;
use super::meter::{Meter, grows, progress, vacuous, whole};
#[cfg(shuttle)]
use super::run;
use super::run::{Outcome, Run, on_own_thread};
#[cfg(shuttle)]
use super::suspect::{Directed, Suspicion};
use crate::check::behaviours::Behaviours;
use crate::check::config::{Check, Config};
use crate::check::engines::Engine;
use crate::check::progress::Listener;
use crate::check::tallies::Tallies;
use crate::check::verdict::{Report, Verdict};
use crate::sync::engine::op::Event;
use crate::sync::engine::world::{Stop, World};
use crate::sync::place::Place;

/// How often the listener is told.
const SECOND: Duration = Duration::from_secs(1);

/// How many executions are run again, to see whether they are the same. Between the two runs only the first execution
/// is run: a program with a period of so many executions would otherwise look the same in both runs.
const REPEATED: [u64; 3] = [3, 1, 3];

/// Which of the parts of an exploration is meant.
#[derive(Clone, Debug)]
#[cfg_attr(loom, expect(dead_code, reason = "loom's search has one part"))]
pub(super) struct Part {
    pub(super) number: usize,
    pub(super) of: usize,
    /// Where it is saved.
    pub(super) file: Option<PathBuf>,
}

impl Part {
    /// The whole, to be saved nowhere.
    const WHOLE: Part = Part { number: 0, of: 1, file: None };

    /// The parts that this process is to explore.
    fn of(config: &Config) -> Vec<Part> {
        let part = |number| Part { number, of: config.parts_of_all(), file: config.resume_file(number) };
        config.parts().map(part).collect()
    }
}

/// Explores with `engine`, once the first executions have been run twice with the same result.
///
/// `complete` is the verdict where nothing failed and nothing was cut. What the check gave is counted into `tallies`.
pub(super) fn explore(
    config: &Config,
    check: &Check,
    complete: Verdict,
    tallies: &mut Tallies,
    engine: impl Fn(Run, Part) + Clone + Send + Sync + 'static,
) -> Report {
    let start = Instant::now();
    let failing = Arc::new(AtomicBool::new(false));
    let parts = Part::of(config);
    let in_one = (config.shard.1 == 1).then(|| Part { file: config.resume.clone(), ..Part::WHOLE });
    let report = |verdict: Verdict, executions| {
        if !matches!(verdict, Verdict::Cut { .. }) {
            // The search is over. If a file cannot be removed, the next search reports that it is another search's.
            let files = parts.iter().chain(&in_one).filter_map(|part| part.file.as_ref());
            files.for_each(|file| drop(std::fs::remove_file(file)));
        }
        config.report(verdict, executions, start.elapsed())
    };
    let explore = |meter, part| {
        let engine = engine.clone();
        on_own_thread(config, check, meter, &failing, move |run| engine(run, part))
    };
    let mut first: Option<Vec<Vec<Event>>> = None;
    for repeated in REPEATED.into_iter().filter(|_| config.repeats) {
        let outcome = explore(Arc::new(Mutex::new(Meter::keeping_logs(repeated))), Part::WHOLE);
        let executions = outcome.meter.executions;
        if let Some(verdict) = failed(config, &outcome) {
            return report(verdict, executions + outcome.meter.beside);
        }
        let logs = outcome.meter.logs.map(|(logs, _)| logs).unwrap_or_default();
        if let Some(difference) = first.as_ref().and_then(|first| failure::nondeterminism(first, &logs)) {
            return report(Verdict::Failed(Box::new(difference)), executions);
        }
        first.get_or_insert(logs);
    }
    let mut outcomes = explore_all(config, &parts, explore);
    if in_one.is_some() && outcomes.iter().any(Outcome::is_apart) {
        failing.store(false, Ordering::Relaxed);
        outcomes = explore_all(config, in_one.as_slice(), explore);
    }
    outcomes.iter().for_each(|outcome| tallies.merge(&outcome.meter.tallies));
    let sum = |count: fn(&Meter) -> u64| outcomes.iter().map(|outcome| count(&outcome.meter)).sum::<u64>();
    let (blocked, beside) = (sum(|meter| meter.repeated), sum(|meter| meter.beside));
    let executions = sum(|meter| meter.executions) - blocked;
    let weak: BTreeSet<String> = outcomes.iter().flat_map(|outcome| outcome.meter.weak.iter().cloned()).collect();
    let sc_suffices = (config.engine == Engine::Dpor).then_some(weak.is_empty());
    let parts_behaviours = outcomes.iter().map(|outcome| Some(outcome.meter.behaviours.clone()?.0));
    let behaviours = parts_behaviours.fold(None, Behaviours::union);
    let report =
        |verdict, executions| Report { blocked, beside, sc_suffices, weak, behaviours, ..report(verdict, executions) };
    if let Some(verdict) = outcomes.iter().find_map(|outcome| failed(config, outcome)) {
        return report(verdict, executions + beside);
    }
    let verdict = passed(config, complete, &outcomes);
    #[cfg(shuttle)]
    let (verdict, remarks) = suspect(config, check, verdict, &outcomes);
    #[cfg(shuttle)]
    let report = |verdict, executions| Report { remarks, ..report(verdict, executions) };
    report(verdict, executions)
}

/// The verdict in the end where `verdict` is that of executions that all passed, and what else is to be said.
#[cfg(shuttle)]
fn suspect(config: &Config, check: &Check, verdict: Verdict, outcomes: &[Outcome]) -> (Verdict, Vec<String>) {
    let first = |of: fn(&Meter) -> Option<Suspicion>| outcomes.iter().find_map(|outcome| of(&outcome.meter));
    let inverted = first(|meter| meter.suspicion.clone()).filter(|_| config.engine.samples_from_seed());
    let mut remarks = Vec::new();
    for Suspicion { of, remark } in inverted.into_iter().chain(first(|meter| meter.freed.clone())) {
        let directed = Directed::new(config.seed, of);
        if let Some(failure) = run::once(config, check, move |run| drive::strategy(directed, run, None)) {
            return (Verdict::Failed(Box::new(failure)), remarks);
        }
        remarks.push(remark);
    }
    remarks.extend(outcomes.iter().find_map(|outcome| outcome.meter.kept.clone()));
    (verdict, remarks)
}

/// Explores some parts, each on a thread of its own, and tells the listener how far they are.
fn explore_all(
    config: &Config,
    parts: &[Part],
    explore: impl Fn(Arc<Mutex<Meter>>, Part) -> Outcome + Sync,
) -> Vec<Outcome> {
    let asked = config.behaviours.filter(|_| config.engine.counts_behaviours());
    let meters: Vec<_> = parts.iter().map(|_| Arc::new(Mutex::new(Meter::counting(asked)))).collect();
    let (ended, ends) = mpsc::channel();
    std::thread::scope(|scope| {
        let explore = &explore;
        let start = |(part, meter): (&Part, &Arc<Mutex<Meter>>)| {
            let (part, meter, ended) = (part.clone(), Arc::clone(meter), ended.clone());
            scope.spawn(move || {
                let outcome = explore(meter, part);
                // Without a listener nobody receives this.
                let _ = ended.send(());
                outcome
            })
        };
        let started: Vec<_> = parts.iter().zip(&meters).map(start).collect();
        if let Some(Listener(listener)) = &config.listener {
            let (start, mut left) = (Instant::now(), parts.len());
            while left > 0 {
                match ends.recv_timeout(SECOND) {
                    Ok(()) => left -= 1,
                    Err(_) => {
                        let meters: Vec<Meter> = meters.iter().map(|meter| meter.lock().clone()).collect();
                        listener(progress(config, &meters, start.elapsed()));
                    }
                }
            }
        }
        started.into_iter().map(|part| part.join().expect("an exploring thread does not panic")).collect()
    })
}

/// The verdict of an exploration that met no failure.
fn passed(config: &Config, complete: Verdict, outcomes: &[Outcome]) -> Verdict {
    let any = |sign: fn(&Meter) -> bool| outcomes.iter().any(|outcome| sign(&outcome.meter));
    if outcomes.iter().any(|outcome| outcome.stop.is_some() || outcome.meter.cut) {
        let limit = match config.limit {
            Some(limit) if outcomes.iter().any(|outcome| outcome.enough) => format!("the limit of {limit} executions"),
            _ => format!("the time limit of {:?}", config.time_limit),
        };
        let meters: Vec<Meter> = outcomes.iter().map(|outcome| outcome.meter.clone()).collect();
        let rest = match (grows(&meters), whole(&meters)) {
            (true, _) => ", and executions grow longer: there may be no end".to_owned(),
            (_, Some(whole)) => format!(", of about {whole} executions"),
            _ => String::new(),
        };
        // Samplers may draw executions that the search has not reached.
        let hint = if config.engine == Engine::Dpor { "; pos, surw and shuttle-pct may find more" } else { "" };
        return Verdict::Cut { limit: limit + &rest + hint };
    }
    match vacuous(any) {
        // Another shard may have had what this one lacks.
        Some(reason) if config.shard.1 == 1 => Verdict::Vacuous { reason: reason.to_owned() },
        _ if any(|meter| meter.single) => Verdict::Exhausted,
        _ => match (complete, outcomes.iter().filter_map(|outcome| outcome.meter.turns).max()) {
            (Verdict::Exhausted, turns @ Some(_)) => Verdict::Bounded { preemptions: None, turns },
            (Verdict::Bounded { preemptions, .. }, turns) => Verdict::Bounded { preemptions, turns },
            (complete, _) => complete,
        },
    }
}

/// The verdict of an exploration that met a failure, or that did not come back.
fn failed(config: &Config, outcome: &Outcome) -> Option<Verdict> {
    if let Some(what) = &outcome.stray {
        return Some(Verdict::Unsupported { what: what.clone() });
    }
    if outcome.hung {
        let limit = format!("the time limit of {:?}, in an execution that does not end", config.time_limit);
        return Some(Verdict::Cut { limit });
    }
    let (stop, world) = outcome.stop.as_ref()?;
    match stop {
        Stop::Overdue(place) => {
            let limit = config.time_limit;
            let limit = format!("the time limit of {limit:?}, in an execution that does not end: {place}");
            Some(Verdict::Cut { limit })
        }
        Stop::Unusable(why) => Some(Verdict::Cut { limit: why.clone() }),
        Stop::Apart(why) => Some(Verdict::Cut { limit: format!("{why}; explore the whole in one process") }),
        Stop::Unsupported(what) => Some(Verdict::Unsupported { what: what.clone() }),
        _ => match failure::failure(stop, world, config) {
            None if matches!(stop, Stop::Operations) => Some(too_long(world)),
            failure => failure.map(|failure| Verdict::Failed(Box::new(failure))),
        },
    }
}

/// The verdict where an execution reaches the limit on operations, and is no livelock.
fn too_long(world: &World) -> Verdict {
    match endless::judge(world) {
        Endless::NeverYields(task) => {
            let last = world.events.iter().rfind(|event| event.task == task).expect("it goes round");
            let what = format!(
                "{} loops at {} without letting others go on; call thread::yield_now in each turn of the loop",
                world.task_name(task),
                Place::of(last.op.location)
            );
            Verdict::Unsupported { what }
        }
        Endless::Livelock(_) | Endless::Long => Verdict::Cut { limit: failure::too_long(world) },
    }
}
