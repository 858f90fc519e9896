//! From the executions that Shuttle runs to the [`Search`], and back.
//!
//! At a scheduling point every thread has said what it does next. A thread goes on whose next event the graph has already,
//! if what that reads was performed; where no event is left, any thread may that can. Then its object is put into the state
//! that the graph says it finds, and the operation takes effect on that, as it would under any engine: the machine of the
//! object is the memory's as well.
//!
//! What a thread does between two operations are fences, which are events without a scheduling point; the making of
//! atomics; and accesses to cells, which are no events, but judged at the end of an execution.

use std::sync::Arc;
use std::time::{Duration, Instant};

use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};
use smallvec::SmallVec;

use super::access;
use super::race::{Access, Races};
use super::search::{Search, Step};
use super::spin::Turns;
use crate::check::engine::driver::check_announced;
use crate::check::engine::meter::Meter;
use crate::check::engine::run::Run;
use crate::check::engine::strategy::Lost;
use crate::sync::engine::machine::request::Request;
use crate::sync::engine::machine::{Act, State, condvar};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{self, ObjectId, Op};
use crate::sync::engine::world::{self, Local, Stop, World};
use crate::sync::place::Place;

/// How often the meter is told that the search goes on.
const NOTED: Duration = Duration::from_millis(500);

/// The search as a scheduler of Shuttle's.
pub(in crate::check::engine) struct Driver {
    search: Search,
    run: Run,
    began: bool,
    /// The running execution.
    races: Races,
    turns: Turns,
    /// How many objects and how much of what threads did by themselves was taken in.
    objects: usize,
    locals: usize,
    /// There was a point at which more than one thread could go on.
    chose: bool,
    /// The execution repeats a turn of a spin loop, and is left.
    left: bool,
    /// A loop has waited for a change, or has been left: one turn of it was explored.
    waited: bool,
    next_note: Instant,
}

impl Driver {
    pub(in crate::check::engine) fn new(run: Run) -> Self {
        Driver {
            search: Search::new(super::Model::Rc11),
            run,
            began: false,
            races: Races::default(),
            turns: Turns::default(),
            objects: 0,
            locals: 0,
            chose: false,
            left: false,
            waited: false,
            next_note: Instant::now(),
        }
    }

    /// A thread performs what it does next.
    ///
    /// # Errors
    ///
    /// Says so where that is not what it did before.
    fn perform(&mut self, world: &mut World, task: op::TaskId, step: Step) -> Result<(), Stop> {
        let thread = world.task(task).name;
        let found = self.search.perform(thread, step.clone()).map_err(|Lost| lost(world, task))?;
        match step {
            Step::Makes(..) | Step::Fence(_) => (),
            Step::Does(location, act) => {
                self.turns.does(thread, location, act, self.search.last(thread), self.search.graph());
            }
            Step::Also(..) | Step::After { .. } => self.turns.works(thread),
        }
        for (location, state) in found {
            let object = world.object_of(location).expect("it was made");
            world.objects[object.index()].state = State::clone(&state);
        }
        Ok(())
    }

    /// Takes in what threads have done by themselves since the last operation.
    ///
    /// # Errors
    ///
    /// Says so where that is not what they did before.
    fn take_in(&mut self, world: &mut World) -> Result<(), Stop> {
        while self.objects < world.objects.len() || self.locals < world.locals.len() {
            let object = world.objects.get(self.objects).filter(|object| object.locals <= self.locals);
            if let Some(object) = object {
                self.objects += 1;
                if access::is_location(&object.initial) {
                    let step = Step::Makes(object.name, Arc::new(object.initial.clone()));
                    self.perform(world, object.maker.0, step)?;
                }
                continue;
            }
            let (number, (_, task, what)) = (self.locals, world.locals[self.locals]);
            self.locals += 1;
            match what {
                Local::Fence(ordering, _) => self.perform(world, task, Step::Fence(ordering.into()))?,
                Local::Access { cell, write, .. } => {
                    let thread = world.task(task).name;
                    self.races.access(Access { number, cell, thread, after: self.search.performed(thread), write });
                    if write {
                        self.turns.works(thread);
                    }
                }
            }
        }
        Ok(())
    }

    /// The task to go on, by its number; `None` where nobody can.
    ///
    /// # Errors
    ///
    /// Says why the exploration cannot go on.
    fn pick(&mut self, world: &mut World, runnable: &[&Task], current: usize) -> Result<Option<op::TaskId>, Stop> {
        check_announced(world, current)?;
        self.take_in(world)?;
        let tasks = || runnable.iter().map(|task| op::TaskId(usize::from(task.id()) as u32));
        // A task that has announced nothing runs up to its first operation, or to its end: that is no choice.
        if let Some(fresh) = tasks().find(|&task| world.task(task).pending.is_none()) {
            return Ok(Some(fresh));
        }
        // Who ran last comes first: that takes no switch.
        let last = world.events.last().map_or(op::TaskId::MAIN, |event| event.task);
        let last_first = || tasks().filter(move |&task| task == last).chain(tasks().filter(move |&task| task != last));
        let chosen = match self.repeats(world, last_first())? {
            Some(task) => Some(task),
            None => self.adds(world, last_first())?,
        };
        if let Some(task) = chosen {
            match step(world, task)? {
                None => {
                    self.left |= self.turns.ends(world.task(task).name, self.search.graph());
                    self.waited |= self.left;
                }
                Some(step) => self.perform(world, task, step)?,
            }
            if let Some(step) = also(world, task) {
                self.perform(world, task, step)?;
            }
        }
        Ok(chosen)
    }

    /// A task that performs an event of the graph next; `None` if there is none left.
    ///
    /// # Errors
    ///
    /// Says so where the rest of the graph cannot be performed, or names an object that the model does not know.
    fn repeats(&self, world: &World, tasks: impl Iterator<Item = op::TaskId>) -> Result<Option<op::TaskId>, Stop> {
        for task in tasks {
            let of = world.task(task);
            let goes_on = self.search.can_go_on(of.name);
            // What follows a yield may be in the graph.
            if goes_on == Some(true) || goes_on.is_some() && step(world, task)?.is_none() {
                return Ok(Some(task));
            }
        }
        match self.search.left() {
            Some(thread) => Err(lost(world, world.task_of(thread).unwrap_or(op::TaskId::MAIN))),
            None => Ok(None),
        }
    }

    /// A task that can add an event.
    ///
    /// # Errors
    ///
    /// Names an object that the model does not know.
    fn adds(&mut self, world: &World, tasks: impl Iterator<Item = op::TaskId>) -> Result<Option<op::TaskId>, Stop> {
        let mut able: SmallVec<[op::TaskId; 8]> = SmallVec::new();
        for task in tasks {
            let name = world.task(task).name;
            let goes_on = match step(world, task)? {
                None => {
                    let goes_on = self.turns.goes_on(name, self.search.graph());
                    self.waited |= !goes_on;
                    goes_on
                }
                Some(step) => self.search.admits(name, &step),
            };
            able.extend(goes_on.then_some(task));
        }
        self.chose |= able.len() > 1;
        // A loop that yields lets others go first.
        let yields = |&task: &op::TaskId| world.task(task).pending.as_ref().is_some_and(Op::yields);
        Ok(able.iter().copied().find(|task| !yields(task)).or(able.first().copied()))
    }

    /// Puts each object into its last state, for a report: who was the last to use it may have found an older one.
    fn settle(&self, world: &mut World) {
        let graph = self.search.graph();
        for (location, accesses) in graph.locations().iter().enumerate() {
            if let (Some(&last), Some(object)) = (accesses.order.last(), world.object_of(ObjectName(location as u32))) {
                world.objects[object.index()].state = State::clone(graph.state(last));
            }
        }
    }

    /// Takes in an execution that has ended.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    fn end(&mut self, world: &mut World) -> Result<(), Stop> {
        if std::mem::take(&mut self.left) {
            self.run.note(|meter| meter.repeated += 1);
            return Ok(());
        }
        self.take_in(world)?;
        if self.search.left().is_some() {
            return Err(Stop::Nondeterministic("an execution ended before its schedule did".to_owned()));
        }
        if world.incomplete {
            // A reference count matters of which that had not been known.
            self.search = Search::new(super::Model::Rc11);
            self.run.note(Meter::forget);
            return Ok(());
        }
        self.races.find(self.search.graph(), world)?;
        // Whether a loop that waits would have counted its turns is not known.
        let (chose, turns) = (self.chose, self.waited.then_some(1));
        self.run.note(|meter| {
            meter.chose |= chose;
            meter.turns = meter.turns.or(turns);
        });
        Ok(())
    }
}

/// What a task is about to do; nothing where it yields.
///
/// # Errors
///
/// Names the object, if the model does not know it.
fn step(world: &World, task: op::TaskId) -> Result<Option<Step>, Stop> {
    let op = world.task(task).pending.as_ref().expect("it has announced something");
    let at = |(object, act): (ObjectId, Act)| (world.object(object).name, act);
    match op.request {
        Request::Yield => Ok(None),
        Request::One(object, act) if access::is_known(act) => Ok(Some(Step::Does(world.object(object).name, act))),
        // A wait that begins, and one that ends.
        Request::Both([(condvar, act @ Act::Condvar(condvar::Act::Sleep)), _]) => {
            Ok(Some(Step::Does(world.object(condvar).name, act)))
        }
        Request::Both([awaited @ (_, Act::Condvar(condvar::Act::Wake)), does]) => {
            Ok(Some(Step::After { awaited: at(awaited), does: at(does) }))
        }
        _ => {
            let object = op.request.object().expect("it is done to an object");
            Err(Stop::Unsupported(format!(
                "the {} at {}: rc11 knows atomics, fences, threads, cells, mutexes, condition variables and semaphores",
                world.object(object).state.noun(),
                Place::of(op.location),
            )))
        }
    }
}

/// What it does besides: who begins to wait lets the mutex go.
fn also(world: &World, task: op::TaskId) -> Option<Step> {
    match world.task(task).pending.as_ref()?.request {
        Request::Both([(_, Act::Condvar(condvar::Act::Sleep)), (mutex, unlock)]) => {
            Some(Step::Also(world.object(mutex).name, unlock))
        }
        _ => None,
    }
}

/// What to say where a thread is not where the graph has it.
fn lost(world: &World, task: op::TaskId) -> Stop {
    let place = world.task(task).pending.as_ref().map(|op| format!(" at {}", Place::of(op.location)));
    Stop::Nondeterministic(format!(
        "{} did something else{} when the same execution was run again",
        world.task_name(task),
        place.unwrap_or_default()
    ))
}

impl Scheduler for Driver {
    fn new_execution(&mut self) -> Option<Schedule> {
        if self.began {
            world::with(|world| self.end(world)).unwrap_or_else(|why| world::stop(why));
        }
        let over = self.run.is_over();
        self.began = true;
        (self.objects, self.locals) = (0, 0);
        self.races.clear();
        self.turns.clear();
        let more = self.search.begin();
        let cut = more && over;
        if cut || Instant::now() >= self.next_note {
            self.run.note(|meter| meter.cut = cut);
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
            Ok(_) if self.left => None,
            Ok(Some(task)) => runnable.iter().map(|task| task.id()).find(|&id| usize::from(id) == task.index()),
            Ok(None) => {
                world::with(|world| self.settle(world));
                let yields =
                    |world: &World, task: op::TaskId| world.task(task).pending.as_ref().is_some_and(Op::yields);
                let spinning = world::with(|world| world.unfinished().find(|&task| yields(world, task)));
                world::stop(spinning.map_or(Stop::Stuck, Stop::Spinning))
            }
            Err(why) => world::stop(why),
        }
    }

    fn next_u64(&mut self) -> u64 {
        world::stop(Stop::Unsupported("a choice, of which rc11 knows none; ask dpor".to_owned()))
    }
}
