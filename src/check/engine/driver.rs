//! From an execution under Shuttle to the [`Strategy`] that explores, and back.

use std::backtrace::Backtrace;
use std::time::{Duration, Instant};

use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};

use super::meter::Meter;
use super::resume::Bookmark;
use super::run::Run;
use super::story;
use super::strategy::{Ended, Lost, Ready, Seen, Strategy};
use super::trace::race::{self, Access, Deed};
use crate::check::story::Ordering;
use crate::sync::engine::machine::request::Choices;
use crate::sync::engine::op::{self, TaskSet};
use crate::sync::engine::world::{self, Local, Stop, World};
use crate::sync::place::Place;

/// How often the progress is noted.
const NOTED: Duration = Duration::from_millis(500);

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
        let number = self.seen;
        let Some(event) = world.events.get(number) else { return Ok(()) };
        self.seen += 1;
        debug_assert_eq!(self.seen, world.events.len(), "between two scheduling points there is one event");
        let ordering = world.log.of(number).first().and_then(|part| part.act.ordering(part.effect));
        self.weak |= ordering.is_some_and(|ordering| ordering != Ordering::SeqCst);
        self.strategy.observe(Seen { world, event, number }).map_err(|Lost| {
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
        let cell = world.object_of(race.cell).expect("the cell is there");
        Err(format!(
            "data race on the {}: {} and {}, and nothing orders the two",
            story::title(world, cell),
            side(race.earlier),
            side(race.later),
        ))
    }

    /// The tasks that can go on.
    fn ready<'w>(&self, world: &'w World) -> Vec<Ready<'w>> {
        let ready = |(index, task): (usize, &'w world::Task)| {
            let op = task.pending.as_ref()?;
            let choices = world.choices(op::TaskId(index as u32));
            let goes_on = choices != Choices::Blocked && (!op.yields() || self.strategy.goes_on(task.name));
            let object = op.request.object().map(|object| world.object(object).name);
            goes_on.then_some(Ready { task: task.name, op, object, choices, world })
        };
        world.tasks.iter().enumerate().filter_map(ready).collect()
    }

    /// The task to go on, by its number; `None` where nobody can.
    ///
    /// # Errors
    ///
    /// Says why the exploration cannot go on.
    fn pick(&mut self, world: &World, runnable: &[&Task], current: usize) -> Result<Option<usize>, Stop> {
        check_announced(world, current)?;
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
        let ready = self.ready(world);
        if ready.is_empty() {
            return Ok(None);
        }
        self.chose |= ready.len() > 1;
        // Not the one that ran last: a task that has just begun runs up to its first operation at once.
        let last = world.events.last().map_or(world.tasks[current].name, |event| world.task(event.task).name);
        let next = self.strategy.next(&ready, last);
        let name = next.map_err(|Lost| self.lost("a step that was planned cannot be taken".to_owned()))?;
        Ok(world.tasks.iter().position(|task| task.name == name))
    }
}

/// What every engine that prunes asks for at a scheduling point: that `current` came to it by an operation of the facade,
/// and that there are no more threads than can be told apart.
///
/// # Errors
///
/// Says what is wrong.
pub(super) fn check_announced(world: &World, current: usize) -> Result<(), Stop> {
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
    Ok(())
}

/// Ends the exploration: what was found makes everything else uncertain.
pub(super) fn violation(message: String) -> Stop {
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
                    world::with(|world| world.task(task).pending.as_ref().is_some_and(op::Op::yields))
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
        let asked = world::with(|world| world.choice.take().map(|arms| (world.task(world.current).name, arms)));
        let chosen = match asked {
            Some((task, arms)) => match self.strategy.choose(task, arms) {
                // What is drawn is the number of the arm among those.
                Ok(arm) => Ok((arms & ((1 << arm) - 1)).count_ones()),
                Err(Lost) => Err(self.lost("a thread had something else to choose from".to_owned())),
            },
            None => {
                let place = line_outside();
                Err(violation(format!("random data at {place}: it is no choice that an engine could explore")))
            }
        };
        chosen.map_or_else(|why| world::stop(why), u64::from)
    }
}
