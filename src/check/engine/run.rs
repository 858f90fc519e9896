//! What loom and Shuttle have in common: an execution is begun and measured, an exploration is run
//! on a thread of its own, and how it ended becomes a verdict.
//!
//! The exploring thread is given up, asleep, where an execution fails; see
//! [`world`](crate::sync::engine::world).

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::endless::{self, Endless};
#[cfg(shuttle)]
use super::imp;
use super::meter::{Meter, grows, progress, vacuous, whole};
use super::stray;
use super::uncaught::Uncaught;
use super::{failure, watch};
use crate::check::behaviours::Behaviours;
use crate::check::config::{Check, Config};
use crate::check::engines::Engine;
use crate::check::progress::Listener;
use crate::check::tallies::Tallies;
#[cfg(shuttle)]
use crate::check::verdict::Failure;
use crate::check::verdict::{Report, Verdict};
use crate::sync::engine::op::Event;
#[cfg(shuttle)]
use crate::sync::engine::orderings::Orderings;
use crate::sync::engine::world::{self, Spurious, Stop, World};
use crate::sync::engine::{backend, thread};
use crate::sync::memory::leak;
use crate::sync::place::Place;
use parking_lot::Mutex;

/// How long past the limit an execution may run on that never comes back to the facade.
const GRACE: Duration = Duration::from_secs(5);

/// How often the listener is told.
const SECOND: Duration = Duration::from_secs(1);

/// How many executions are run again, to see whether they are the same. Between the two runs only the first execution
/// is run: a program with a period of so many executions would otherwise look the same in both runs.
const REPEATED: [u64; 3] = [3, 1, 3];

/// Why a search in several processes has to end, whose parts know different things.
const APART: &str = "what this part found out late, and others may not know: who owns something last makes a difference; \
                     explore the whole in one process";

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

/// One exploration, as the executions in it see it.
#[derive(Clone)]
pub(super) struct Run {
    check: Check,
    meter: Arc<Mutex<Meter>>,
    deadline: Instant,
    /// Ends the exploration before the execution with this number, counted from 0.
    stop_before: u64,
    /// Another part has failed, which is enough.
    failing: Arc<AtomicBool>,
    /// Bytes of stack for each task.
    #[cfg(shuttle)]
    pub(super) stack: usize,
}

impl Run {
    /// Records what only the engine knows.
    #[cfg(shuttle)]
    pub(super) fn note(&self, note: impl FnOnce(&mut Meter)) {
        note(&mut self.meter.lock());
    }

    /// The meter as it is.
    #[cfg(shuttle)]
    pub(super) fn meter(&self) -> Meter {
        self.meter.lock().clone()
    }

    /// Whether the exploration is to end before the next execution. An engine that asks this, and then ends by itself,
    /// leaves no thread asleep.
    pub(super) fn is_over(&self) -> bool {
        let failing = self.failing.load(Ordering::Relaxed);
        failing || self.has_run_enough(&self.meter.lock()) || Instant::now() >= self.deadline
    }

    fn has_run_enough(&self, meter: &Meter) -> bool {
        meter.executions - meter.before >= self.stop_before
    }

    /// Takes in the execution that has just ended, if there was one.
    ///
    /// # Errors
    ///
    /// If it has not freed what it had allocated.
    fn end(&self, world: &mut World) -> Result<(), Stop> {
        self.meter.lock().observe(world);
        let Some(made) = world.memory.leaked() else { return Ok(()) };
        let (message, location) = (leak(made), Some(Place::of(made)));
        Err(Stop::Panicked { message, violation: true, location })
    }

    /// The body of one execution, for an engine that does not ask whether it is to begin.
    #[cfg(loom)]
    pub(super) fn execute_in_time(&self) {
        if self.is_over() {
            world::with(|world| self.end(world)).unwrap_or_else(|why| world::stop(why));
            world::stop(Stop::Enough);
        }
        self.execute();
    }

    /// The body of one execution.
    pub(super) fn execute(&self) {
        world::with(|world| self.end(world)).unwrap_or_else(|why| world::stop(why));
        self.meter.lock().executions += 1;
        backend::begin();
        world::with(World::begin);
        let given = thread::run_to_end(|| (self.check)());
        world::with(|world| {
            world.body_returned = true;
            world.given = given;
            world.finish();
        });
    }
}

/// How an exploration went.
pub(super) struct Outcome {
    stop: Option<(Stop, Box<World>)>,
    meter: Meter,
    /// It has run as many executions as it was to.
    enough: bool,
    /// An execution never came back.
    hung: bool,
    /// A thread that no engine knows of has panicked.
    stray: Option<String>,
}

impl Outcome {
    /// Whether a part has found out what the others do not know.
    fn is_apart(&self) -> bool {
        matches!(self.stop, Some((Stop::Apart, _)))
    }
}

/// Runs `engine` on a thread of its own.
fn on_own_thread(
    config: &Config,
    check: &Check,
    meter: Arc<Mutex<Meter>>,
    failing: &Arc<AtomicBool>,
    engine: impl FnOnce(Run) + Send + 'static,
) -> Outcome {
    let repeated = meter.lock().logs.as_ref().map(|(_, repeated)| *repeated);
    let run = Run {
        check: Arc::clone(check),
        meter: Arc::clone(&meter),
        deadline: Instant::now() + config.time_limit,
        stop_before: repeated.or(config.limit).unwrap_or(u64::MAX),
        failing: Arc::clone(failing),
        #[cfg(shuttle)]
        stack: config.stack,
    };
    let (stopped, stops) = mpsc::channel();
    let operations = config.operations;
    let exchanges = config.spurious || config.engine.cfg() == Some("shuttle");
    let spurious = Spurious { exchanges, waits: config.spurious };
    #[cfg(shuttle)]
    let asked = config.orderings.clone();
    let own = run.clone();
    let thread = std::thread::Builder::new()
        .name("explorer".to_owned())
        .spawn(move || {
            let _room = watch::Room::new();
            world::enter(operations, stopped);
            world::with(|world| world.spurious = spurious);
            #[cfg(shuttle)]
            world::with(|world| world.orderings = asked.map(Orderings::new));
            engine(own.clone());
            if world::stopped() {
                return;
            }
            if let Err(why) = world::with(|world| own.end(world)) {
                world::report(why);
                return;
            }
            world::leave().forget();
            let mut meter = own.meter.lock();
            if !meter.cut {
                meter.progress = 1.0;
            }
        })
        .expect("a machine that explores has a thread to spare");
    let executions = || meter.lock().executions;
    let (stop, hung) = match watch::wait(&thread, &stops, config.time_limit + GRACE, executions) {
        Ok((stop, world)) => (Some((stop, Box::new(world))), false),
        Err(RecvTimeoutError::Disconnected) => (None, false),
        Err(RecvTimeoutError::Timeout) => (None, true),
    };
    if stop.as_ref().is_some_and(|(stop, _)| !matches!(stop, Stop::Enough)) {
        // Relaxed: the parts end at their next execution, whichever that is.
        failing.store(true, Ordering::Relaxed);
    }
    let meter = meter.lock().clone();
    let stray = stray::since(thread.thread(), config.check);
    Outcome { stop, enough: run.has_run_enough(&meter), meter, hung, stray }
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
    for repeated in REPEATED {
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
    let any = |sign: fn(&Meter) -> bool| outcomes.iter().any(|outcome| sign(&outcome.meter));
    let blocked = sum(|meter| meter.repeated);
    let executions = sum(|meter| meter.executions) - blocked;
    let meters: Vec<Meter> = outcomes.iter().map(|outcome| outcome.meter.clone()).collect();
    let rest = match (grows(&meters), whole(&meters)) {
        (true, _) => ", and executions grow longer: there may be no end".to_owned(),
        (_, Some(whole)) => format!(", of about {whole} executions"),
        _ => String::new(),
    };
    let weak: BTreeSet<String> = outcomes.iter().flat_map(|outcome| outcome.meter.weak.iter().cloned()).collect();
    let sc_suffices = (config.engine == Engine::Dpor).then_some(weak.is_empty());
    let parts_behaviours = outcomes.iter().map(|outcome| Some(outcome.meter.behaviours.clone()?.0));
    let behaviours = parts_behaviours.fold(None, Behaviours::union);
    let report = |verdict, executions| {
        let behaviours = behaviours.clone();
        Report { blocked, sc_suffices, weak: weak.clone(), behaviours, ..report(verdict, executions) }
    };
    if let Some(verdict) = outcomes.iter().find_map(|outcome| failed(config, outcome)) {
        return report(verdict, executions + sum(|meter| meter.beside));
    }
    let cut = outcomes.iter().any(|outcome| outcome.stop.is_some() || outcome.meter.cut);
    let limit = match config.limit {
        Some(limit) if outcomes.iter().any(|outcome| outcome.enough) => {
            format!("the limit of {limit} executions")
        }
        _ => format!("the time limit of {:?}", config.time_limit),
    };
    let verdict = match vacuous(any) {
        _ if cut => {
            // Samplers may draw executions that the search has not reached.
            let hint = if config.engine == Engine::Dpor { "; pos, surw and shuttle-pct may find more" } else { "" };
            Verdict::Cut { limit: limit + &rest + hint }
        }
        // Another shard may have had what this one lacks.
        Some(reason) if config.shard.1 == 1 => Verdict::Vacuous { reason: reason.to_owned() },
        _ if any(|meter| meter.single) => Verdict::Exhausted,
        _ => match (complete, outcomes.iter().filter_map(|outcome| outcome.meter.turns).max()) {
            (Verdict::Exhausted, turns @ Some(_)) => Verdict::Bounded { preemptions: None, turns },
            (Verdict::Bounded { preemptions, .. }, turns) => Verdict::Bounded { preemptions, turns },
            (complete, _) => complete,
        },
    };
    #[cfg(shuttle)]
    let kept = outcomes.iter().find_map(|outcome| outcome.meter.kept.clone());
    #[cfg(shuttle)]
    let report =
        |verdict, executions| Report { remarks: kept.clone().into_iter().collect(), ..report(verdict, executions) };
    #[cfg(shuttle)]
    if let Some(suspicion) = outcomes.into_iter().find_map(|outcome| outcome.meter.suspicion)
        && config.engine.samples_from_seed()
    {
        return match imp::deadlock(config, check, &suspicion) {
            Some(failure) => report(Verdict::Failed(Box::new(failure)), executions),
            None => {
                let mut report = report(verdict, executions);
                report.remarks.insert(0, suspicion.remark);
                report
            }
        };
    }
    report(verdict, executions)
}

/// Runs `engine` as it is; how an execution failed, if one did.
#[cfg(shuttle)]
pub(super) fn once(config: &Config, check: &Check, engine: impl FnOnce(Run) + Send + 'static) -> Option<Failure> {
    let outcome = on_own_thread(config, check, Arc::default(), &Arc::default(), engine);
    let (stop, world) = outcome.stop.as_ref()?;
    failure::failure(stop, world, config)
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
        Stop::Apart => Some(Verdict::Cut { limit: APART.to_owned() }),
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

/// Reports a panic, if this is an exploring thread; returns whether it is. `of_the_engine` says how the execution ended
/// if the engine itself panicked.
pub(super) fn observe(
    uncaught: impl FnOnce() -> Uncaught,
    of_the_engine: impl FnOnce(&Uncaught, &World) -> Option<Stop>,
) -> bool {
    if world::stopped() {
        return true;
    }
    if !world::active() {
        return false;
    }
    let caught = |world: &mut World| {
        let task = world.tasks.get_mut(world.current.index()).filter(|task| task.catching > 0);
        task.map(|task| task.panicking = true).is_some()
    };
    if world::with(caught) {
        return true;
    }
    let uncaught = uncaught();
    let stop = world::with(|world| of_the_engine(&uncaught, world));
    let Uncaught { message, violation, location } = uncaught;
    world::report(stop.unwrap_or(Stop::Panicked { message, violation, location }));
    true
}
