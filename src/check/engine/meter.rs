//! The measurements of a running exploration, and whether there was anything to explore.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hash, Hasher};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::story;
#[cfg(shuttle)]
use super::suspect::{self, Suspect, Suspicion};
#[cfg(shuttle)]
use super::trace::race;
#[cfg(shuttle)]
use super::{failure, fingerprint};
use crate::check::behaviours::Behaviours;
use crate::check::config::Config;
use crate::check::progress::Progress;
use crate::check::story::Role;
use crate::check::tallies::Tallies;
#[cfg(shuttle)]
use crate::sync::engine::lock_order::{self, Edge};
#[cfg(shuttle)]
use crate::sync::engine::machine::State;
use crate::sync::engine::op::{Event, Op};
#[cfg(shuttle)]
use crate::sync::engine::world::{Freeing, Object};
use crate::sync::engine::world::{Local, World};
#[cfg(shuttle)]
use crate::sync::place::Place;

/// So few executions say nothing about the length of the others.
const FEW: u64 = 64;

/// How far an exploration is, and what it has seen.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Meter {
    pub(super) executions: u64,
    /// How many of them another process had run before.
    #[serde(skip)]
    pub(super) before: u64,
    /// How many of them were found to repeat others.
    pub(super) repeated: u64,
    /// How many scouts were drawn beside a search; they count only where one fails.
    pub(super) beside: u64,
    /// An engine that prunes met a choice between tasks.
    pub(super) chose: bool,
    /// How much of the whole is done, as far as that is known; 0 where it is not.
    #[serde(skip)]
    pub(super) progress: f64,
    /// Operations of the longest execution, and of the longest of the first half or more.
    longest: usize,
    longest_before: usize,
    /// It ended before its time.
    #[serde(skip)]
    pub(super) cut: bool,
    /// A loop counts further than so many turns, which is as far as it was explored.
    pub(super) turns: Option<u32>,
    /// What the program uses that is weaker than SeqCst, by name and line.
    pub(super) weak: BTreeSet<String>,
    visible: bool,
    shared: bool,
    /// The log of the first execution, and whether there was another.
    first: Option<u64>,
    varied: bool,
    /// Two locks that may deadlock.
    #[cfg(shuttle)]
    #[serde(skip)]
    pub(super) suspicion: Option<Suspicion>,
    /// An object that may be used after it was dropped.
    #[cfg(shuttle)]
    #[serde(skip)]
    pub(super) freed: Option<Suspicion>,
    /// An `Arc` that an execution has not dropped.
    #[cfg(shuttle)]
    #[serde(skip)]
    pub(super) kept: Option<String>,
    /// An engine that samples found nothing to choose in its first execution, so that there is no other.
    pub(super) single: bool,
    /// The different behaviours, where they are asked for, and the salt that tells them from those of another program.
    #[serde(skip)]
    pub(super) behaviours: Option<(Behaviours, u64)>,
    /// What the executions gave.
    #[serde(skip)]
    pub(super) tallies: Tallies,
    /// The logs of all executions, where they are kept, and how many there are to be.
    #[serde(skip)]
    pub(super) logs: Option<(Vec<Vec<Event>>, u64)>,
}

impl Meter {
    /// One that keeps the logs of so many executions.
    pub(super) fn keeping_logs(executions: u64) -> Self {
        Meter { logs: Some((Vec::new(), executions)), ..Meter::default() }
    }

    /// One that tells different behaviours apart, if they are asked for: `asked` is the salt of the program.
    pub(super) fn counting(asked: Option<u64>) -> Self {
        Meter { behaviours: asked.map(|salt| (Behaviours::default(), salt)), ..Meter::default() }
    }

    /// Goes on from what another process has saved.
    #[cfg(shuttle)]
    pub(super) fn resume(&mut self, saved: Meter) {
        let behaviours = self.behaviours.take();
        *self = Meter { before: saved.executions, behaviours, ..saved };
    }

    /// Forgets all executions: the search starts again.
    #[cfg(shuttle)]
    pub(super) fn forget(&mut self) {
        (self.executions, self.before, self.repeated, self.beside) = (0, 0, 0, 0);
        self.behaviours.iter_mut().for_each(|(behaviours, _)| *behaviours = Behaviours::default());
        self.tallies = Tallies::default();
    }

    /// Takes in that an object was dropped, and nothing told of a use.
    #[cfg(shuttle)]
    pub(super) fn suspect_freed(&mut self, world: &World, freeing: Freeing) {
        self.freed.get_or_insert_with(|| {
            let object = world.object_of(freeing.object).expect("it was made");
            Suspicion { of: Suspect::Freed(suspect::path(world, object)), remark: failure::freeing(world, freeing) }
        });
    }

    /// Takes in the execution that has just ended in `world`, if there was one.
    pub(super) fn observe(&mut self, world: &mut World) {
        if world.tasks.is_empty() {
            return;
        }
        // Whether two accesses to a cell race is asked of every execution.
        let looks = |what: &Local| matches!(what, Local::Access { .. });
        self.visible = self.visible
            || world.events.iter().any(|event| !is_local(&event.op))
            || world.locals.iter().any(|(_, _, what)| looks(what));
        self.shared = self.shared
            || world.events.iter().any(|event| {
                let same =
                    |other: &Event| other.op.request.object() == event.op.request.object() && other.task != event.task;
                !is_local(&event.op) && world.events.iter().any(|other| !is_local(&other.op) && same(other))
            });
        if self.executions.is_power_of_two() {
            self.longest_before = self.longest;
        }
        self.longest = self.longest.max(world.events.len());
        if !self.varied {
            let log = log_number(&world.events);
            self.varied = *self.first.get_or_insert(log) != log;
        }
        #[cfg(shuttle)]
        if self.suspicion.is_none() {
            // Where one always happens before the other, the order of the locks does not matter.
            let apart = |one: &Edge, other: &Edge| race::comes_before(world, one.then.event, other.first.event);
            let mut pairs = lock_order::inversions(&world.lock_order);
            let pair = pairs.find(|(one, other)| !apart(one, other) && !apart(other, one));
            self.suspicion = pair.map(|pair| Suspicion {
                of: Suspect::Locks([pair.0.first, pair.0.then].map(|held| suspect::path(world, held.object))),
                remark: failure::inversion(world, pair),
            });
        }
        #[cfg(shuttle)]
        if self.kept.is_none() && world.body_returned {
            let kept = |object: &&Object| matches!(&object.state, State::Count(count) if count.owners > 0);
            // What a static owns is never dropped.
            let kept = world.objects.iter().find(kept).filter(|_| !world.has_statics());
            self.kept = kept.map(|object| {
                let made = Place::of(object.born);
                format!("the Arc made at {made} is not dropped when all has ended: do its owners own each other?")
            });
        }
        // An incomplete recording has no fingerprint.
        #[cfg(shuttle)]
        if let Some((behaviours, salt)) = self.behaviours.as_mut().filter(|_| !world.incomplete) {
            fingerprint::observe(behaviours, world, *salt);
        }
        if let Some(number) = world.given.take() {
            let preemptions = world.events.iter().filter(|event| event.preempts).count();
            self.tallies.count(number, preemptions, || story::tell(None, None, world));
        }
        if let Some((logs, _)) = &mut self.logs {
            logs.push(world.events.clone());
        }
    }
}

/// Whether executions grow longer the more there are: then the search may have no end.
pub(super) fn grows(meters: &[Meter]) -> bool {
    let grows = |meter: &Meter| meter.executions >= FEW && meter.longest > meter.longest_before;
    meters.iter().any(|meter| meter.progress > 0.0 && grows(meter))
}

/// Why a check checks nothing, judged by all parts of an exploration; `None` if it checks something.
pub(super) fn vacuous(any: impl Fn(fn(&Meter) -> bool) -> bool) -> Option<&'static str> {
    if !any(|meter| meter.visible) {
        Some("the check has no visible operation")
    } else if any(|meter| meter.shared) && !any(|meter| meter.varied || meter.chose) {
        Some("threads share state, but there was a single schedule")
    } else {
        None
    }
}

/// Whether an operation says nothing about shared state.
fn is_local(op: &Op) -> bool {
    use Role::*;
    !op.chooses() && matches!(op.request.words().role, Starts | Ends | Joins | Yields | Told | Quiet)
}

/// A number for what was done and read, in its order.
fn log_number(events: &[Event]) -> u64 {
    let mut hasher = foldhash::fast::FixedState::default().build_hasher();
    for Event { task, op, value, wrote, .. } in events {
        (task, &op.request, op.location.line(), value, wrote).hash(&mut hasher);
    }
    hasher.finish()
}

/// The progress of an exploration, from that of its parts.
pub(super) fn progress(config: &Config, meters: &[Meter], elapsed: Duration) -> Progress {
    let sum = |count: fn(&Meter) -> u64| meters.iter().map(count).sum::<u64>();
    let samples = config.engine.samples_from_seed().then_some(config.executions);
    Progress {
        executions: sum(|meter| meter.executions.saturating_sub(meter.repeated)),
        per_second: sum(|meter| meter.executions.saturating_sub(meter.before)) as f64 / elapsed.as_secs_f64(),
        whole: samples.or_else(|| whole(meters)),
    }
}

/// About how many executions there are in all, if it is known how much is done, and there seems to be an end. Each part walks through the
/// same tree, and runs its share of what it passes.
pub(super) fn whole(meters: &[Meter]) -> Option<u64> {
    if grows(meters) {
        return None;
    }
    let done = meters.iter().map(|meter| meter.progress).sum::<f64>() / meters.len() as f64;
    let executions: u64 = meters.iter().map(|meter| meter.executions.saturating_sub(meter.repeated)).sum();
    (done > 0.0).then(|| (executions as f64 / done).round() as u64)
}
