//! From an execution under Shuttle to a strategy that explores, and back.
//!
//! A [`Strategy`] decides which task goes on, of those whose announced operation can. It knows tasks
//! and objects by names that are the same in equivalent executions, and it is told what each operation
//! did. What a task does up to its next operation belongs to the operation before.

use std::backtrace::Backtrace;
use std::time::{Duration, Instant};

use serde_json::Value;
use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};

use super::resume::Bookmark;
use super::run::{Meter, Run};
use super::story;
use super::trace::race::{self, Access, Deed};
use super::trace::step::{Arm, Effects, Label, Step};
use crate::sync::atomic::Ordering;
use crate::sync::engine::effect::Effect;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{self, Event, Kind, Name, ObjectId, Op, TaskSet};
use crate::sync::engine::world::{self, Local, State, Stop, World};
use crate::sync::place::Place;

/// The execution is not the one that was planned: the check does not depend on the schedule alone, or
/// it is another than it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lost;

/// How often the progress is noted.
const NOTED: Duration = Duration::from_millis(500);

/// How to explore. What has a default is what a sampler does, which keeps nothing.
pub(super) trait Strategy {
    /// Whether there is an execution to run.
    fn begin(&mut self) -> bool;

    /// Whether `task`, which is about to yield, can go on: it cannot where it spins on what nobody has
    /// changed.
    fn goes_on(&self, _task: Name) -> bool {
        true
    }

    /// The task to go on, where the execution is one that was run before up to here: then nobody need know
    /// who else can.
    fn planned(&mut self) -> Option<Name> {
        None
    }

    /// The task to go on, of those that can; `current` is the one whose operation was the last.
    fn next(&mut self, ready: &[Ready], current: Name) -> Result<Name, Lost>;

    /// The outcome of a choice that the operation of `task` asks for.
    fn choose(&mut self, task: Name, outcomes: u32) -> Result<u32, Lost>;

    /// Takes in the operation that went ahead last.
    fn observe(&mut self, _seen: Seen<'_>) -> Result<(), Lost> {
        Ok(())
    }

    /// The steps of the execution that is about to end, if they are kept.
    fn steps(&self) -> &[Step] {
        &[]
    }

    /// How much of the tree of schedules has been run, if its subtrees that are known now were all there
    /// are, and alike. 0 where there is no tree.
    fn progress(&self) -> f64 {
        0.0
    }

    /// Ends an execution.
    fn end(&mut self) -> Result<Ended, Lost> {
        Ok(Ended::New)
    }

    /// Ends an execution that showed that a reference count matters, and that what was observed up to
    /// now was incomplete. Whether the search starts again, so that all executions are to be forgotten.
    fn start_again(&mut self) -> bool {
        false
    }

    /// What it has to know, between two executions, in order to go on in another process.
    fn save(&mut self) -> serde_json::Result<Value> {
        Ok(Value::Null)
    }

    /// Goes on from what was saved.
    fn restore(&mut self, _saved: Value) -> serde_json::Result<()> {
        Ok(())
    }
}

/// What an execution was worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// It was another than all before, as far as is known.
    New,
    /// It repeated one before.
    Repeated,
    /// It belongs to another part of the search.
    Foreign,
}

/// A task that can go on, and its announced operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ready {
    pub(super) task: Name,
    pub(super) op: Op,
    /// The object of the operation; for a select, the first of its arms.
    pub(super) object: ObjectName,
}

/// An operation that went ahead.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    world: &'a World,
    event: &'a Event,
}

impl Seen<'_> {
    /// Whose it was.
    pub(super) fn task(&self) -> Name {
        self.world.task(self.event.task).name
    }

    /// What it was.
    pub(super) fn kind(&self) -> Kind {
        self.event.op.kind
    }

    /// To what it was done; for a select, the first of its arms.
    pub(super) fn object(&self) -> ObjectName {
        self.world.objects[self.event.op.object.index()].name
    }

    /// The task that it started.
    pub(super) fn spawned(&self) -> Option<Name> {
        // Nobody else has started one since then.
        (self.kind() == Kind::Spawn).then(|| self.world.tasks.last().expect("a task was started").name)
    }

    /// Whether it is the same as in the execution before.
    pub(super) fn is(&self, before: &Step) -> bool {
        let Op { kind, location, .. } = self.event.op;
        let same = before.kind == kind && before.location == location;
        // What a yield waited for is no part of the world.
        same && (kind == Kind::Yield || *before.effects == *self.world.done.effects)
    }

    /// The step of a trace; for a yield that ends a turn of a spin loop, with what the loop `awaits`.
    pub(super) fn step(&self, awaits: Vec<ObjectName>) -> Step {
        let Event { op, .. } = self.event;
        let did = &self.world.done;
        let effects: Effects = match awaits.as_slice() {
            [] => did.effects.as_slice().into(),
            awaits => {
                let changed = awaits.iter().map(|&object| (object, Effect::Changed));
                did.effects.iter().copied().chain(changed).collect()
            }
        };
        Step {
            label: Label { task: self.task(), choice: None },
            kind: op.kind,
            location: op.location,
            effects,
            ordering: did.ordering,
            arms: self.arms(),
            spawned: self.spawned(),
            count: 0,
            previous: None,
            latest: None,
            races: Vec::new(),
        }
    }

    /// The channels of an operation on some.
    fn arms(&self) -> Vec<Arm> {
        let arm = |&id: &ObjectId| {
            let object = &self.world.objects[id.index()];
            let State::Channel(channel) = &object.state else { return None };
            Some(Arm { object: object.name, capacity: channel.capacity.map(|capacity| capacity as u32) })
        };
        match self.event.op.kind {
            Kind::Send | Kind::TrySend | Kind::AwaitTaker(_) => arm(&self.event.op.object).into_iter().collect(),
            _ => self.world.done.arms.iter().filter_map(arm).collect(),
        }
    }
}

/// A strategy as a scheduler of Shuttle's.
pub(super) struct Driver<S> {
    strategy: S,
    run: Run,
    /// Where the search is saved.
    bookmark: Option<Bookmark>,
    /// It goes on from what another process has saved, and no execution has ended since.
    resumes: bool,
    began: bool,
    /// There was a point at which more than one task could go on.
    chose: bool,
    /// An atomic was used with a weaker ordering than SeqCst, or a fence.
    weak: bool,
    /// Events of the running execution that the strategy has taken in.
    seen: usize,
    /// The tasks that can go on; kept for its room.
    ready: Vec<Ready>,
    /// When the progress is to be noted again.
    next_note: Instant,
}

impl<S: Strategy> Driver<S> {
    pub(super) fn new(strategy: S, run: Run, bookmark: Option<Bookmark>) -> Self {
        Driver {
            strategy,
            run,
            bookmark,
            resumes: false,
            began: false,
            chose: false,
            weak: false,
            seen: 0,
            ready: Vec::new(),
            next_note: Instant::now(),
        }
    }

    /// Goes on from the file, if there is one; if not, makes sure that there can be.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the file.
    fn resume(&mut self) -> Result<(), String> {
        let Some(bookmark) = &self.bookmark else { return Ok(()) };
        let Some(saved) = bookmark.read()? else { return self.save() };
        self.strategy.restore(saved.strategy).map_err(|error| bookmark.refuse(format!("is damaged: {error}")))?;
        self.run.note(|meter| meter.resume(saved.meter));
        world::with(|world| world.names = saved.names);
        self.resumes = true;
        Ok(())
    }

    /// Saves where the search is, between two executions.
    ///
    /// # Errors
    ///
    /// Says why that failed.
    fn save(&mut self) -> Result<(), String> {
        let Some(bookmark) = &mut self.bookmark else { return Ok(()) };
        let strategy = self.strategy.save().map_err(|error| format!("failed to save the search: {error}"))?;
        let names = world::with(|world| {
            self.run.note(|meter| meter.observe(world));
            world.names.clone()
        });
        bookmark.write(self.run.meter(), names, strategy)
    }

    /// What to say where the strategy is lost, and what to do then; `reason` is what it did not expect.
    fn lost(&self, reason: String) -> Stop {
        match &self.bookmark {
            Some(bookmark) if self.resumes => {
                Stop::Unusable(bookmark.refuse(format!("is of another program: {reason}")))
            }
            _ => violation(format!("nondeterminism: {reason}")),
        }
    }

    /// Tells the strategy what the last operation has done.
    ///
    /// # Errors
    ///
    /// Says so where it is not what it was when the same schedule was run before.
    fn observe(&mut self, world: &World) -> Result<(), Stop> {
        let Some(event) = world.events.get(self.seen) else { return Ok(()) };
        self.seen += 1;
        debug_assert_eq!(self.seen, world.events.len(), "between two scheduling points there is one event");
        self.weak |= world.done.ordering.is_some_and(|ordering| ordering != Ordering::SeqCst);
        self.strategy.observe(Seen { world, event }).map_err(|Lost| {
            let (task, place) = (world.task_name(event.task), Place::of(event.op.location));
            self.lost(format!("{task} did something else at {place} when the same schedule was run again"))
        })
    }

    /// Takes in an execution that has ended.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    fn end(&mut self, world: &World) -> Result<(), Stop> {
        self.observe(world)?;
        self.find_race(world).map_err(violation)?;
        if world.incomplete && self.strategy.start_again() {
            self.run.note(Meter::forget);
            return Ok(());
        }
        let ended =
            self.strategy.end().map_err(|Lost| self.lost("an execution ended before its schedule did".to_owned()))?;
        self.resumes = false;
        let (chose, weak) = (self.chose, self.weak);
        self.run.note(|meter| {
            meter.repeated += u64::from(ended == Ended::Repeated);
            meter.executions -= u64::from(ended == Ended::Foreign);
            meter.chose |= chose;
            meter.weak |= weak;
        });
        Ok(())
    }

    /// Looks for a data race in an execution that has ended.
    ///
    /// # Errors
    ///
    /// Tells the two accesses.
    fn find_race(&mut self, world: &World) -> Result<(), String> {
        let deed = |&(operations, task, what)| Deed { operations, task: world.task(task).name, what };
        let deeds: Vec<Deed> = world.locals.iter().map(deed).collect();
        self.weak |= deeds.iter().any(|deed| matches!(deed.what, Local::Fence(..)));
        if deeds.is_empty() {
            return Ok(());
        }
        let Some(race) = race::find(self.strategy.steps(), &deeds) else { return Ok(()) };
        let side = |access: Access| {
            let task = world.tasks.iter().position(|task| task.name == access.task).expect("who accessed it is there");
            let does = if access.write { "writes it" } else { "reads it" };
            format!("{} {does} at {}", world.task_name(op::TaskId(task as u32)), Place::of(access.location))
        };
        let cell = world.objects.iter().position(|object| object.name == race.cell).expect("the cell is there");
        Err(format!(
            "data race on the {}: {} and {}, and nothing orders the two",
            story::title(world, ObjectId(cell as u32)),
            side(race.earlier),
            side(race.later),
        ))
    }

    fn find_ready(&mut self, world: &World) {
        self.ready.clear();
        for (index, task) in world.tasks.iter().enumerate() {
            let Some(op) = task.pending else { continue };
            let enabled = world.enabled(op::TaskId(index as u32));
            if enabled && (op.kind != Kind::Yield || self.strategy.goes_on(task.name)) {
                self.ready.push(Ready { task: task.name, op, object: world.objects[op.object.index()].name });
            }
        }
    }

    /// The task to go on, by its number; `None` where nobody can.
    ///
    /// # Errors
    ///
    /// Says why the exploration cannot go on.
    fn pick(&mut self, world: &World, runnable: &[&Task], current: usize) -> Result<Option<usize>, Stop> {
        let me = &world.tasks[current];
        if !me.finished && me.pending.is_none() {
            return Err(violation(format!(
                "unannounced operation at {}: a primitive of Shuttle's was used past selvedge::sync, and nothing is \
                 known of what it depends on",
                line_outside()
            )));
        }
        if world.tasks.len() > TaskSet::CAPACITY {
            return Err(violation(format!("more than {} threads in one execution", TaskSet::CAPACITY)));
        }
        // A task that has announced nothing is about to run code of its own, up to its first operation
        // or, past its last, to the end of its thread: that is no choice.
        let mut runnable = runnable.iter().map(|task| usize::from(task.id()));
        if let Some(local) = runnable.find(|&index| world.tasks[index].pending.is_none()) {
            return Ok(Some(local));
        }
        self.observe(world)?;
        if let Some(name) = self.strategy.planned() {
            let there = world.tasks.iter().position(|task| task.name == name);
            let enabled = there.filter(|&index| world.enabled(op::TaskId(index as u32)));
            return match enabled {
                None => Err(self.lost("a step that was taken before cannot be taken".to_owned())),
                enabled => Ok(enabled),
            };
        }
        self.find_ready(world);
        if self.ready.is_empty() {
            return Ok(None);
        }
        self.chose |= self.ready.len() > 1;
        // Not the one that ran last: a task that has just begun runs up to its first operation at once.
        let last = world.events.last().map_or(me.name, |event| world.task(event.task).name);
        let next = self.strategy.next(&self.ready, last);
        let name = next.map_err(|Lost| self.lost("a step that was planned cannot be taken".to_owned()))?;
        Ok(world.tasks.iter().position(|task| task.name == name))
    }
}

/// Ends the exploration: what was found makes everything else uncertain.
fn violation(message: String) -> Stop {
    Stop::Panicked { message, violation: true, location: None }
}

/// The first line of the program on the stack that is neither an engine's nor the facade's.
fn line_outside() -> String {
    const INSIDE: [&str; 6] =
        ["/rustc/", "/library/", "/registry/", "src/sync/", "src/check/engine/driver.rs", "src/check/engine/run.rs"];
    let stack = Backtrace::force_capture().to_string();
    let mut places = stack.lines().filter_map(|text| text.trim().strip_prefix("at "));
    let place = places.find(|place| !INSIDE.iter().any(|inside| place.contains(inside)));
    place.unwrap_or("a line that the debug information does not name").to_owned()
}

impl<S: Strategy> Scheduler for Driver<S> {
    fn new_execution(&mut self) -> Option<Schedule> {
        if self.began {
            world::with(|world| self.end(world)).unwrap_or_else(|why| world::stop(why));
        }
        let over = self.run.is_over();
        let saved = match (self.began, &self.bookmark) {
            (false, _) => self.resume(),
            (true, Some(bookmark)) if over || bookmark.is_due() => self.save(),
            _ => Ok(()),
        };
        saved.unwrap_or_else(|why| world::stop(Stop::Unusable(why)));
        self.began = true;
        self.seen = 0;
        let more = self.strategy.begin();
        if !more {
            self.save().unwrap_or_else(|why| world::stop(Stop::Unusable(why)));
        }
        let cut = more && over;
        if cut || Instant::now() >= self.next_note {
            let progress = self.strategy.progress();
            self.run.note(|meter| (meter.cut, meter.progress) = (cut, progress));
            self.next_note = Instant::now() + NOTED;
        }
        (more && !cut).then(|| Schedule::new(0))
    }

    fn next_task(&mut self, runnable: &[&Task], current: Option<TaskId>, _: bool) -> Option<TaskId> {
        let Some(current) = current else {
            // The body of the check, which has not begun its world yet.
            return Some(runnable[0].id());
        };
        match world::with(|world| self.pick(world, runnable, usize::from(current))) {
            Ok(Some(index)) => runnable.iter().map(|task| task.id()).find(|&id| usize::from(id) == index),
            Ok(None) => {
                let yields = |&task: &op::TaskId| {
                    world::with(|world| world.task(task).pending.is_some_and(|op| op.kind == Kind::Yield))
                };
                // Who is stopped is not to blame.
                let blamed = |world: &mut World| match world.alone {
                    Some(alone) => vec![alone],
                    None => world.unfinished().collect(),
                };
                let spinning = world::with(blamed).into_iter().find(yields);
                world::stop(spinning.map_or(Stop::Stuck, Stop::Spinning))
            }
            Err(why) => world::stop(why),
        }
    }

    fn next_u64(&mut self) -> u64 {
        let asked = world::with(|world| world.choice.take().map(|outcomes| (world.task(world.current).name, outcomes)));
        let chosen = match asked {
            Some((task, outcomes)) => {
                let outcome = self.strategy.choose(task, outcomes);
                outcome.map_err(|Lost| self.lost("a thread had something else to choose from".to_owned()))
            }
            None => {
                let place = line_outside();
                Err(violation(format!("random data at {place}: it is no choice that an engine could explore")))
            }
        };
        chosen.map_or_else(|why| world::stop(why), u64::from)
    }
}
