//! From an execution under Shuttle to the [`Strategy`] that explores, and back.

use std::time::{Duration, Instant};

use smallvec::SmallVec;

use super::loops::{self, Loops, Probe};
use super::meter::Meter;
use super::outside;
use super::resume::Bookmark;
use super::run::Run;
use super::strategy::{Ended, Goes, Lost, Ready, Seen, Strategy};
use super::trace::race;
use super::weak::Weak;
use crate::sync::engine::machine::request::Choices;
use crate::sync::engine::op::{self, Name};
use crate::sync::engine::world::{self, Stop, World};
use crate::sync::place::Place;

pub(super) mod asked;

/// How often the progress is noted.
const PAUSE: Duration = Duration::from_millis(500);

/// Why a search has to be done as a whole, where one of its parts finds that out.
pub(super) const LATE: &str = "what this part found out late, and others may not know: who owns something last makes a \
    difference, or what is in a static is used";

/// When the progress of a search was noted last.
#[derive(Default)]
pub(super) struct Noted(Option<Instant>);

impl Noted {
    /// Notes how far the search is, if it has not been done lately, or if that was all.
    pub(super) fn note(&mut self, run: &Run, cut: bool, progress: impl FnOnce() -> f64) {
        if cut || self.0.is_none_or(|last| last.elapsed() >= PAUSE) {
            let progress = progress();
            run.note(|meter| (meter.cut, meter.progress) = (cut, progress));
            self.0 = Some(Instant::now());
        }
    }
}

/// A strategy as a scheduler of Shuttle's.
pub(super) struct Driver<S> {
    strategy: S,
    run: Run,
    /// Where the search is saved.
    bookmark: Option<Bookmark>,
    /// It goes on from a search that another process has saved, and no execution has ended since.
    resumes: bool,
    began: bool,
    /// There was a point at which more than one task could go on.
    chose: bool,
    /// The atomics and fences used that are weaker than SeqCst.
    weak: Weak,
    /// Events of the running execution that the strategy has taken in.
    seen: usize,
    /// The running execution, or the next, is a probe, which finds out whether a loop spins.
    probe: Option<Probe>,
    /// How the execution goes on, where that has been decided before Shuttle asks.
    decided: Option<Result<Next, Stop>>,
    noted: Noted,
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
            weak: Weak::default(),
            seen: 0,
            probe: None,
            decided: None,
            noted: Noted::default(),
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
            _ => Stop::Nondeterministic(reason),
        }
    }

    /// Tells the strategy what the last operation has done.
    ///
    /// # Errors
    ///
    /// Says so where the operation differs from what the same schedule did before.
    fn observe(&mut self, world: &World) -> Result<(), Stop> {
        let number = self.seen;
        let Some(event) = world.events.get(number) else { return Ok(()) };
        self.seen += 1;
        debug_assert_eq!(self.seen, world.events.len(), "between two scheduling points there is one event");
        let seen = Seen { world, event, number };
        let is_new = match &mut self.probe {
            Some(probe) => {
                probe.observe(seen);
                true
            }
            None => self.strategy.observe(seen).map_err(|Lost| {
                let (task, place) = (world.task_name(event.task), Place::of(event.op.location));
                self.lost(format!("{task} did something else at {place} when the same schedule was run again"))
            })?,
        };
        if is_new {
            self.weak.observe(world, number);
        }
        Ok(())
    }

    /// Takes in an execution that has ended.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    fn end(&mut self, world: &mut World) -> Result<(), Stop> {
        self.observe(world)?;
        let race = race::find_all(world, |freeing| self.run.note(|meter| meter.suspect_freed(world, freeing)));
        race.map_or(Ok(()), |race| Err(Stop::Race(race)))?;
        let probe = self.probe.take();
        if world.incomplete && self.start_again()? {
            world.given = None;
            return Ok(());
        }
        if let Some(probe) = probe {
            // That the program ends is what was to be found out.
            self.learn(probe);
            world.forget();
            self.run.note(|meter| meter.executions -= 1);
            return Ok(());
        }
        if self.strategy.is_beside() {
            world.forget();
            self.run.note(|meter| (meter.executions, meter.beside) = (meter.executions - 1, meter.beside + 1));
            return Ok(());
        }
        self.strategy.keep(world);
        let ended =
            self.strategy.end().map_err(|Lost| self.lost("an execution ended before its schedule did".to_owned()))?;
        if ended == Ended::Apart {
            let why = "two steps that are not ordered may each keep a third waiting, so that a part may miss something";
            return Err(Stop::Apart(why));
        }
        if ended != Ended::New {
            world.given = None;
        }
        self.resumes = false;
        let (chose, weak) = (self.chose, self.weak.end(world));
        let bounded = self.strategy.loops().is_some_and(|loops| loops.is_bounded());
        self.run.note(|meter| {
            meter.repeated += u64::from(ended == Ended::Repeated);
            meter.executions -= u64::from(ended == Ended::Foreign);
            meter.chose |= chose;
            meter.turns = meter.turns.or(bounded.then_some(loops::TURNS));
            meter.weak.extend(weak);
        });
        Ok(())
    }

    fn learn(&mut self, probe: Probe) {
        self.strategy.loops().expect("it has asked about a loop").learn(probe);
    }

    /// Starts the search again, if it is one that does, once more is known to be observable.
    ///
    /// # Errors
    ///
    /// If other parts of the search do not learn it.
    fn start_again(&mut self) -> Result<bool, Stop> {
        if self.strategy.is_apart() {
            return Err(Stop::Apart(LATE));
        }
        let again = self.strategy.start_again();
        if again {
            self.run.note(Meter::forget);
        }
        Ok(again)
    }

    /// Adds the tasks that can go on. Returns whether one goes round in a circle, or has to be probed first.
    fn ready<'w>(&mut self, world: &'w World, found: &mut SmallVec<[Ready<'w>; 16]>) -> Goes {
        let mut all = Goes::On;
        let ready = |(index, task): (usize, &'w world::Task)| {
            let op = task.pending.as_ref()?;
            let choices = world.choices(op::TaskId(index as u32));
            if choices == Choices::Blocked {
                return None;
            }
            let mut goes = if self.probe.is_some() { Goes::On } else { self.strategy.goes_on(task.name) };
            let may_fail = match op.may_fail() && self.probe.is_none() {
                true => self.strategy.may_fail(task.name, op.location),
                false => Some(true),
            };
            // The first of both is that it does not.
            let choices = if may_fail == Some(false) { Choices::Arms(1) } else { choices };
            goes = if may_fail.is_none() { Goes::Unknown } else { goes };
            // What is not known has to be found out first.
            if goes == Goes::Unknown || goes == Goes::Round && all != Goes::Unknown {
                all = goes;
            }
            let (last, yielded) = (goes == Goes::Last, task.yielded);
            (goes != Goes::Waits).then_some(Ready { task: task.name, op, choices, last, yielded, world })
        };
        found.extend(world.tasks.iter().enumerate().filter_map(ready));
        all
    }

    /// Whether `current` goes on, which has just announced an operation. If not, what is decided is kept for Shuttle, which
    /// asks next.
    fn goes_on(&mut self, world: &World, current: usize) -> bool {
        if world.given_up {
            // Shuttle runs what is to be dropped.
            return false;
        }
        match self.pick(world, current) {
            Ok(Next::Task(index)) if index == current => true,
            decided => {
                self.decided = Some(decided);
                false
            }
        }
    }

    /// The task to go on after a scheduling point of `current`; none where the execution is given up.
    fn decide(&mut self, current: usize) -> Option<usize> {
        let decided = world::with(|world| match world.given_up {
            true => Ok(Next::GiveUp),
            false => self.decided.take().unwrap_or_else(|| self.pick(world, current)),
        });
        match decided {
            Ok(Next::Task(index)) => Some(index),
            Ok(Next::GiveUp) => {
                let next = world::with(World::leave).unwrap_or_else(|why| world::stop(why));
                next.map(|task| task.index())
            }
            Ok(Next::Nobody) => {
                // A task whose operation is enabled, and that does not go on, spins until something changes.
                let spins = |&task: &op::TaskId| world::with(|world| world.enabled(task));
                // Suspended tasks cannot cause the deadlock.
                let blamed = |world: &mut World| match world.alone {
                    Some(alone) => vec![alone],
                    None => world.unfinished().collect(),
                };
                let spinning = world::with(blamed).into_iter().find(spins);
                world::stop(spinning.map_or(Stop::Stuck, Stop::Spinning))
            }
            Err(why) => world::stop(why),
        }
    }

    /// The arm that the operation of `task` takes.
    fn choose(&mut self, task: Name, arms: u64) -> Result<u32, Lost> {
        let may_fail = || world::with(|world| world.me().pending.as_ref().is_some_and(op::Op::may_fail));
        match &self.probe {
            Some(probe) => Ok(probe.choose(arms, may_fail())),
            None => self.strategy.choose(task, arms).inspect(|_| self.chose = true),
        }
    }

    /// The task to go on.
    ///
    /// # Errors
    ///
    /// Says why the exploration cannot go on.
    fn pick(&mut self, world: &World, current: usize) -> Result<Next, Stop> {
        check_announced(world, current)?;
        let the = |task: fn(&world::Task) -> bool| {
            let found = world.unfinished().find(|&id| task(world.task(id))).expect("it is counted");
            Ok(Next::Task(found.index()))
        };
        if world.running > 0 {
            // It is about to run code of its own, up to its first operation: that is no choice.
            return the(|task| task.pending.is_none());
        }
        self.observe(world)?;
        if world.yielding > 0 && (self.probe.is_some() || self.strategy.loops().is_some()) {
            return the(|task| task.pending.as_ref().is_some_and(op::Op::yields));
        }
        if self.probe.is_none()
            && let Some(name) = self.strategy.planned()
        {
            // A plan that was kept may be of another program, in which that task has ended.
            let goes_on = |&task: &op::TaskId| !world.task(task).finished && world.enabled(task);
            return match world.task_of(name).filter(goes_on) {
                None => Err(self.lost("a step that was planned cannot be taken".to_owned())),
                Some(task) => Ok(Next::Task(task.index())),
            };
        }
        if self.stays(world, current) {
            return Ok(Next::Task(current));
        }
        self.pick_of_ready(world, current)
    }

    /// Whether `current` goes on, whatever others could do.
    fn stays(&mut self, world: &World, current: usize) -> bool {
        let me = &world.tasks[current];
        let did_the_last =
            || world.events.last().is_some_and(|last| last.task.index() == current && !last.op.chooses());
        let in_one_way = |op: &op::Op| !op.chooses() && !op.may_fail() && !op.yields();
        // Until there was something to choose from, it has to be found out whether there is.
        self.chose
            && self.probe.is_none()
            && world.yielded == 0
            && me.pending.as_ref().is_some_and(in_one_way)
            && did_the_last()
            && world.choices(op::TaskId(current as u32)) == Choices::One
            && self.strategy.stays(me.name)
    }

    /// The same, if the decision depends on which tasks can go on.
    fn pick_of_ready(&mut self, world: &World, current: usize) -> Result<Next, Stop> {
        let number = |name| world.task_of(name).expect("it has been started").index();
        let mut ready = SmallVec::new();
        if self.probe.is_some() {
            self.ready(world, &mut ready);
            let probe = self.probe.as_mut().expect("it is there");
            let next = probe
                .next(&ready)
                .map_err(|Lost| self.lost("what led to a turn of a loop cannot be run again".to_owned()))?;
            let Some(name) = next else {
                let probe = self.probe.take().expect("it is there");
                self.learn(probe);
                return Ok(Next::GiveUp);
            };
            return Ok(Next::Task(number(name)));
        }
        match self.ready(world, &mut ready) {
            Goes::Unknown => {
                self.probe = self.strategy.loops().and_then(Loops::take_probe);
                return Ok(Next::GiveUp);
            }
            // If a task outside of the circle could go on, this schedule is not fair to it: no livelock.
            Goes::Round => {
                let circle = self.strategy.loops().expect("it has asked about a loop").circle();
                if ready.iter().all(|ready| circle.contains(&ready.task)) {
                    let tasks = circle.iter().map(|&name| op::TaskId(number(name) as u32)).collect();
                    return Err(Stop::Round(tasks));
                }
            }
            _ => (),
        }
        if ready.is_empty() {
            return Ok(Next::Nobody);
        }
        // A choice commutes with whatever others do, and nothing keeps it waiting: it is made at once, unless it is no part
        // of what is planned.
        if !self.strategy.is_planned()
            && let Some(chooses) = ready.iter().position(|ready| ready.op.chooses() && !ready.last)
        {
            ready = SmallVec::from_elem(ready[chooses], 1);
        }
        self.chose |= ready.len() > 1;
        // The task of the last operation, not the one that ran last: a task that has just begun runs up to its first
        // operation.
        let last = world.events.iter().rfind(|event| !event.op.chooses());
        let last = last.map_or(world.tasks[current].name, |event| world.task(event.task).name);
        let next = self.strategy.next(&ready, last);
        let name = next.map_err(|Lost| self.lost("a step that was planned cannot be taken".to_owned()))?;
        Ok(Next::Task(number(name)))
    }
}

/// How an execution goes on.
enum Next {
    /// With this task.
    Task(usize),
    /// No task can go on.
    Nobody,
    /// Not at all: something is to be found out first, or has been.
    GiveUp,
}

/// Checks what every engine that prunes relies on: that `current` came to a scheduling point by an operation of the
/// facade.
///
/// # Errors
///
/// Says where it did not.
#[inline]
pub(super) fn check_announced(world: &World, current: usize) -> Result<(), Stop> {
    let me = &world.tasks[current];
    if me.finished || me.pending.is_some() { Ok(()) } else { Err(unannounced()) }
}

#[cold]
fn unannounced() -> Stop {
    Stop::Unsupported(format!(
        "an unannounced operation at {}: a primitive of Shuttle's was used past selvedge::sync, and nothing is known of \
         what it depends on; use the one of selvedge::sync",
        outside::line()
    ))
}
