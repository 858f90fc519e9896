//! From the executions that Shuttle runs to the [`Search`], and back.
//!
//! At a scheduling point every thread has said what it does next. First go threads whose next event is in the graph
//! already, if the write that it reads from has been performed; where no event is left, any enabled thread may go on.
//! Then the object is put into the state that the operation finds according to the graph, and the operation takes
//! effect on it as under any engine: the machine of the object serves the memory model too.
//!
//! Between two operations a thread may perform fences, which are events without a scheduling point; make atomics; and
//! access cells, which are no events and are judged at the end of an execution.

use std::panic::Location;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};
use smallvec::SmallVec;

use super::event::Stamp;
use super::race::{Access, Making, Raced, Races};
use super::repair::{Told, Witness};
use super::retry::{May, Retry};
use super::search::{Search, Step};
use super::spin::{Goes, Probe, Turns};
use super::steps::{self, Next, also, is_location};
use super::together::{Deed, Together, Value};
use super::trail::{Saved, Share};
use super::weave::Weave;
use crate::check::engine::driver::check_announced;
use crate::check::engine::loops;
use crate::check::engine::meter::Meter;
use crate::check::engine::resume::Bookmark;
use crate::check::engine::run::Run;
use crate::check::engine::strategy::Lost;
use crate::sync::engine::machine::State;
use crate::sync::engine::machine::request::{Otherwise, Request};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{self, Name, Op};
use crate::sync::engine::world::{self, Besides, Local, Stop, World};
use crate::sync::place::Place;

/// How often the meter is told that the search goes on.
const NOTED: Duration = Duration::from_millis(500);

/// What a probe is to find out.
enum Asks {
    Spin(Probe),
    Retry(Retry),
}

/// The search as a scheduler of Shuttle's.
pub(in crate::check::engine) struct Driver {
    search: Search,
    /// Channels that are one location.
    together: Together,
    run: Run,
    /// Where the search is saved.
    bookmark: Option<Bookmark>,
    /// It goes on from a file, and no execution has counted since.
    resumes: bool,
    /// Where executions are kept, if they are to be.
    weave: Option<Arc<Mutex<Weave>>>,
    began: bool,
    /// The running execution.
    races: Races,
    turns: Turns,
    /// How many objects, and how many of the events between operations, were taken in.
    objects: usize,
    locals: usize,
    besides: usize,
    /// The locations that several channels are have been made.
    made: bool,
    /// For each thread in a select, the arm that it has chosen.
    chosen: Vec<(op::TaskId, u32)>,
    /// The events that the running execution has performed.
    told: Vec<Told>,
    race: Option<[Access; 2]>,
    /// There was a point at which more than one thread could go on.
    chose: bool,
    /// The execution repeats a turn of a spin loop, and is left.
    left: bool,
    /// The running execution, or the next, is to find out what comes of a loop.
    probe: Option<Asks>,
    /// The running execution is given up, and counts for nothing.
    given_up: bool,
    /// The running execution is a probe.
    probing: bool,
    next_note: Instant,
}

impl Driver {
    pub(in crate::check::engine) fn new(
        run: Run,
        share: Share,
        bookmark: Option<Bookmark>,
        weave: Option<Arc<Mutex<Weave>>>,
    ) -> Self {
        weave.iter().for_each(|weave| *weave.lock() = Weave::default());
        Driver {
            search: Search::new(super::Model::Rc11, share),
            together: Together::default(),
            run,
            bookmark,
            resumes: false,
            weave,
            began: false,
            races: Races::default(),
            turns: Turns::default(),
            objects: 0,
            locals: 0,
            besides: 0,
            made: false,
            chosen: Vec::new(),
            told: Vec::new(),
            race: None,
            chose: false,
            left: false,
            probe: None,
            given_up: false,
            probing: false,
            next_note: Instant::now(),
        }
    }

    /// A thread performs what it does next.
    ///
    /// # Errors
    ///
    /// Says so where that is not what it did before.
    fn perform(
        &mut self,
        world: &mut World,
        task: op::TaskId,
        step: Step,
        location: &'static Location<'static>,
    ) -> Result<(), Stop> {
        let thread = world.task(task).name;
        let before = self.search.performed(thread) as usize;
        let found = self.search.perform(thread, step.clone()).map_err(|Lost| lost(world, task))?;
        let new = &self.search.graph().of(thread)[before..self.search.performed(thread) as usize];
        let before = world.events.len();
        self.told.extend(new.iter().map(|&event| Told { event, location, before }));
        match step {
            Step::Makes(..) | Step::Fence(_) => (),
            Step::Chooses(_) if world.task(task).pending.as_ref().is_some_and(Op::may_fail) => {
                self.turns.chooses(thread, location, self.search.chosen(thread) == 1);
            }
            // What is chosen in the next turn may be another.
            Step::Chooses(_) if world.task(task).pending.as_ref().is_some_and(Op::chooses) => self.turns.works(thread),
            Step::Chooses(_) => (),
            Step::Does(location, act) => self.looks(thread, location, act),
            Step::Also(location, act) => self.looks(thread, location, act.into()),
            Step::After { .. } | Step::Settles => self.turns.works(thread),
        }
        found.iter().for_each(|(location, value)| put(world, *location, value));
        Ok(())
    }

    /// A thread has done this to a location.
    fn looks(&mut self, thread: Name, location: ObjectName, deed: Deed) {
        let last = self.search.last(thread).expect("it has just performed one");
        self.turns.does(thread, location, deed, last, self.search.graph());
    }

    /// Takes in the fences, makings and accesses of threads since the last operation.
    ///
    /// # Errors
    ///
    /// Says so where they differ from what the threads did before.
    fn take_in(&mut self, world: &mut World) -> Result<(), Stop> {
        if !std::mem::replace(&mut self.made, true) {
            for location in self.together.locations() {
                let none = Arc::new(Value::Several(Vec::new()));
                self.perform(world, op::TaskId::MAIN, Step::Makes(location, none), Location::caller())?;
            }
        }
        loop {
            let object = world.objects.get(self.objects).filter(|object| object.locals <= self.locals);
            if let Some(object) = object {
                self.objects += 1;
                if let State::Cell(_) = object.initial {
                    let thread = world.task(object.maker.0).name;
                    let after = self.search.performed(thread);
                    self.races.making(Making { cell: object.name, thread, after });
                }
                if is_location(world, object) {
                    if object.is_global() {
                        return Err(Stop::Unsupported(format!(
                            "the {} of a static at {}: rc11 knows those that a thread has made; ask dpor",
                            object.state.noun(),
                            Place::of(object.born),
                        )));
                    }
                    let initial = object.initial.clone();
                    let step = match self.together.of(object.name) {
                        None => Step::Makes(object.name, Arc::new(initial.into())),
                        Some(location) => Step::Does(location, Deed::Makes(object.name, Arc::new(initial))),
                    };
                    let (maker, born) = (object.maker.0, object.born);
                    self.perform(world, maker, step, born)?;
                }
                continue;
            }
            let besides = world.besides.get(self.besides).filter(|besides| besides.locals <= self.locals);
            if let Some(&Besides { task, object, act, .. }) = besides {
                self.besides += 1;
                let made = world.object_of(object).map(|object| world.object(object).born);
                self.perform(world, task, self.together.does(object, act), made.expect("it was made"))?;
                continue;
            }
            if self.locals == world.locals.len() {
                return Ok(());
            }
            let (number, (_, task, what)) = (self.locals, world.locals[self.locals]);
            self.locals += 1;
            match what {
                Local::Fence(ordering, location) => {
                    self.perform(world, task, Step::Fence(ordering), location)?;
                }
                Local::Access { cell, write, .. } => {
                    let thread = world.task(task).name;
                    self.races.access(Access { number, cell, thread, after: self.search.performed(thread), write });
                    if write {
                        self.turns.works(thread);
                    }
                }
            }
        }
    }

    /// The task to go on, by its number; `None` if no task can.
    ///
    /// # Errors
    ///
    /// Says why the exploration cannot go on.
    fn pick(&mut self, world: &mut World, runnable: &[&Task], current: usize) -> Result<Option<op::TaskId>, Stop> {
        check_announced(world, current)?;
        let announced = world.task(op::TaskId(current as u32)).pending.clone();
        if announced.is_some_and(|op| self.together.take_in(world, &op)) {
            (world.incomplete, self.left) = (true, true);
            return Ok(None);
        }
        // Its choice has been used.
        self.chosen.retain(|&(who, _)| who.index() != current);
        self.take_in(world)?;
        let tasks = || runnable.iter().map(|task| op::TaskId(usize::from(task.id()) as u32));
        // A task that has announced nothing runs up to its first operation, or to its end: that is no choice.
        if let Some(fresh) = tasks().find(|&task| world.task(task).pending.is_none()) {
            return Ok(Some(fresh));
        }
        // The thread that ran last comes first: that takes no switch.
        let last = world.events.last().map_or(op::TaskId::MAIN, |event| event.task);
        let last_first = || tasks().filter(move |&task| task == last).chain(tasks().filter(move |&task| task != last));
        loop {
            let chosen = match (self.repeats(world, last_first())?, &self.probe) {
                (Some(task), _) => Some(task),
                (None, Some(_)) => self.probes(world, last_first())?,
                (None, None) => self.adds(world, last_first())?,
            };
            let Some(task) = chosen else { return Ok(None) };
            let location = world.task(task).pending.as_ref().expect("it has announced something").location;
            match self.next(world, task)? {
                Next::Yields => {
                    let name = world.task(task).name;
                    let last = self.search.last(name).filter(|_| self.probe.is_none());
                    self.left |= self.turns.ends(name, last, self.search.graph());
                }
                Next::Tells => (),
                Next::Step(step @ Step::Chooses(_)) => {
                    // A select that is probed goes on without an arm, as it has before: nobody else does anything.
                    let selects =
                        matches!(world.task(task).pending.as_ref().map(|op| &op.request), Some(Request::Any(..)));
                    let fails = self.search.fails;
                    self.search.fails |= selects && self.probe.is_some();
                    self.perform(world, task, step, location)?;
                    self.search.fails = fails;
                    let name = world.task(task).name;
                    if let Some(Asks::Retry(retry)) = &mut self.probe
                        && self.search.left().is_none()
                        && world.task(task).pending.as_ref().is_some_and(Op::may_fail)
                    {
                        retry.takes(&self.turns.retries, self.search.graph());
                    }
                    self.chosen.push((task, self.search.chosen(name)));
                    continue;
                }
                Next::Step(step) => self.perform(world, task, step, location)?,
            }
            if let Some(step) = also(world, task) {
                self.perform(world, task, step, location)?;
            }
            return Ok(Some(task));
        }
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
            let is_next = goes_on.is_some() && matches!(self.next(world, task)?, Next::Yields | Next::Tells);
            if goes_on == Some(true) || is_next {
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
        let (mut settles, mut held_back) = (None, None);
        for task in tasks {
            let name = world.task(task).name;
            let goes_on = match self.next(world, task)? {
                Next::Yields => {
                    let last = self.search.last(name);
                    match last.map_or(Goes::On, |last| self.turns.goes_on(name, last, self.search.graph())) {
                        Goes::On => true,
                        Goes::Waits => false,
                        Goes::Last => {
                            held_back = held_back.or(Some(task));
                            false
                        }
                        Goes::Unknown => {
                            let last = last.expect("a turn has an event");
                            let probe = Probe::new(last, &self.turns, self.search.graph());
                            self.ask(Asks::Spin(probe), last);
                            return Ok(None);
                        }
                    }
                }
                Next::Tells => true,
                Next::Step(Step::Chooses(_)) => {
                    let may = self.may_fail(world, task);
                    if may == May::Unknown {
                        let last = self.search.last(name).expect("it has failed before");
                        self.ask(Asks::Retry(Retry::new(last, self.search.graph())), last);
                        return Ok(None);
                    }
                    self.turns.bounded |= may == May::FailNoMore;
                    true
                }
                Next::Step(step) => {
                    settles = settles.or(matches!(step, Step::Settles).then_some(task));
                    self.search.admits(name, &step)
                }
            };
            able.extend(goes_on.then_some(task));
        }
        self.chose |= able.len() > 1;
        if able.is_empty() {
            self.note_waiting(world)?;
            return Ok(held_back.or(settles));
        }
        // A loop that yields lets others go first.
        let yields = |&task: &op::TaskId| world.task(task).pending.as_ref().is_some_and(Op::yields);
        Ok(able.iter().copied().find(|task| !yields(task)).or(able.first().copied()))
    }

    /// The execution is given up, to find something out about what comes behind `last`.
    fn ask(&mut self, asks: Asks, last: Stamp) {
        self.search.probe(last, matches!(asks, Asks::Retry(_)));
        self.probe = Some(asks);
        self.given_up = true;
    }

    /// Whether what a task is about to attempt may fail without a reason.
    fn may_fail(&self, world: &World, task: op::TaskId) -> May {
        let (name, op) = (world.task(task).name, world.task(task).pending.as_ref());
        match op.filter(|op| op.may_fail() && self.probe.is_none()) {
            Some(op) => self.turns.retries.may_fail(name, op.location, self.search.last(name), self.search.graph()),
            None => May::Fail,
        }
    }

    /// The task that is probed, if it goes on.
    ///
    /// # Errors
    ///
    /// Names an object that the model does not know.
    fn probes(
        &mut self,
        world: &World,
        mut tasks: impl Iterator<Item = op::TaskId>,
    ) -> Result<Option<op::TaskId>, Stop> {
        let (probe, graph) = (self.probe.as_mut().expect("there is one"), self.search.graph());
        let (name, is_over) = match probe {
            Asks::Spin(probe) => (probe.thread, false),
            Asks::Retry(retry) => (retry.thread, retry.is_over(&self.turns.retries, graph)),
        };
        let task = tasks.find(|&task| world.task(task).name == name);
        // At the end of each turn the probe may have its answer.
        let goes = match task {
            Some(task) if world.task(task).pending.as_ref().is_some_and(Op::yields) => match probe {
                Asks::Spin(probe) => !probe.takes(&self.turns, graph),
                Asks::Retry(_) => !is_over,
            },
            Some(task) if !is_over => match self.next(world, task)? {
                Next::Step(step) => self.search.admits(name, &step),
                _ => true,
            },
            _ => false,
        };
        if goes {
            return Ok(task);
        }
        self.given_up = true;
        Ok(None)
    }

    /// No thread can go on: those that wait may have been able to go ahead in an earlier state.
    ///
    /// # Errors
    ///
    /// Names an object that the model does not know.
    fn note_waiting(&mut self, world: &World) -> Result<(), Stop> {
        for task in world.unfinished().filter(|&task| world.task(task).pending.is_some()) {
            if let Next::Step(Step::Does(location, act)) = self.next(world, task)? {
                self.search.note_waiting(world.task(task).name, location, act);
            }
        }
        Ok(())
    }

    /// Whether a thread waits in a select that could go on another way: no execution ends like that.
    fn could_choose(&self, world: &World) -> bool {
        let goes = |&(task, _): &(op::TaskId, u32)| {
            let op = world.task(task).pending.as_ref();
            let Some(request @ Request::Any(arms, otherwise)) = op.map(|op| &op.request) else { return false };
            let named = |object| world.object(object).name;
            let does = |arm: usize| match (arms.get(arm), otherwise) {
                (Some(&(object, act)), Otherwise::Waits) => self.together.does(named(object), act),
                (arm_or_none, _) => self.together.asks(request.at(named), arm_or_none.map(|_| arm as u32)),
            };
            let ways = arms.len() + usize::from(*otherwise != Otherwise::Waits);
            (0..ways).any(|arm| self.search.admits(world.task(task).name, &does(arm)))
        };
        self.chosen.iter().any(goes)
    }

    /// What a task is about to do.
    ///
    /// # Errors
    ///
    /// Says what it is, if the model does not know it.
    fn next(&self, world: &World, task: op::TaskId) -> Result<Next, Stop> {
        let chosen = self.chosen.iter().find(|(who, _)| *who == task).map(|&(_, chosen)| chosen);
        let ways = || match self.may_fail(world, task) {
            May::NotFail | May::FailNoMore => 1,
            May::Fail | May::Unknown => 2,
        };
        steps::next(world, &self.together, task, chosen, || {
            self.search.ways(world.task(task).name).unwrap_or_else(ways)
        })
    }

    /// Puts each object into its last state, for a report: the last operation that was run may have found an older
    /// state.
    fn settle(&self, world: &mut World) {
        let graph = self.search.graph();
        for (location, accesses) in graph.locations().iter().enumerate() {
            if let Some(&last) = accesses.order.last() {
                put(world, ObjectName(location as u32), graph.state(last));
            }
        }
    }

    /// Takes in an execution that has ended.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    fn end(&mut self, world: &mut World) -> Result<(), Stop> {
        let left = std::mem::take(&mut self.left);
        if world.incomplete {
            // A count of owners turned out to be observable, or channels to be one location: the search starts again.
            if self.search.is_behind_the_cut() {
                return Err(Stop::Apart);
            }
            (self.search, self.probe) = (Search::new(super::Model::Rc11, self.search.share.restarted()), None);
            self.weave.iter().for_each(|weave| *weave.lock() = Weave::default());
            self.run.note(Meter::forget);
            world.forget();
            return Ok(());
        }
        if left {
            // Its threads stay where they are: what they have not freed or dropped yet is no leak.
            let counts = u64::from(self.search.counts());
            self.run.note(|meter| {
                (meter.executions, meter.repeated) = (meter.executions + counts - 1, meter.repeated + counts)
            });
            world.forget();
            return Ok(());
        }
        self.take_in(world)?;
        if self.search.left().is_some() {
            return Err(Stop::Nondeterministic("an execution ended before its schedule did".to_owned()));
        }
        self.races.find(self.search.graph(), world).map_err(|raced| {
            if let Raced::Accesses(accesses) = raced {
                self.race = Some(accesses);
            }
            raced.stop()
        })?;
        if let Some(weave) = &self.weave {
            weave.lock().add(world, self.search.graph(), &self.told);
        }
        self.resumes = false;
        let (chose, turns, counts) = (self.chose, self.turns.bounded.then_some(loops::TURNS), self.search.counts());
        if !counts {
            world.given = None;
        }
        self.run.note(|meter| {
            meter.executions -= u64::from(!counts);
            meter.chose |= chose;
            meter.turns = meter.turns.or(turns);
        });
        Ok(())
    }
}

/// Puts objects into the states that a location has, as far as they have been made.
fn put(world: &mut World, location: ObjectName, value: &Value) {
    let mut put = |name: ObjectName, state: &State| {
        if let Some(object) = world.object_of(name) {
            world.objects[object.index()].state = state.clone();
        }
    };
    match value {
        Value::One(state) => put(location, state),
        Value::Several(states) => states.iter().for_each(|(name, state)| put(*name, state)),
    }
}

/// How an execution ends whose thread does something else than the graph says.
fn lost(world: &World, task: op::TaskId) -> Stop {
    let place = world.task(task).pending.as_ref().map(|op| format!(" at {}", Place::of(op.location)));
    Stop::Nondeterministic(format!(
        "{} did something else{} when the same execution was run again",
        world.task_name(task),
        place.unwrap_or_default()
    ))
}

impl Driver {
    /// Leaves with the world what is known of the execution, in case it fails.
    fn lend(&mut self) {
        let (search, told) = (std::mem::take(&mut self.search), std::mem::take(&mut self.told));
        let witness = Witness { search, told, race: self.race.take() };
        world::with(|world| world.witness.0 = Some(Box::new(witness)));
    }

    /// Takes it back.
    fn take_back(&mut self) {
        let witness =
            world::with(|world| world.witness.0.take()).and_then(|witness| witness.downcast::<Witness>().ok());
        if let Some(witness) = witness {
            (self.search, self.told) = (witness.search, witness.told);
        }
    }

    fn stop(&mut self, why: Stop) -> ! {
        let why = match (why, &self.bookmark) {
            (Stop::Nondeterministic(reason), Some(bookmark)) if self.resumes => {
                Stop::Unusable(bookmark.refuse(format!("is of another program: {reason}")))
            }
            (why, _) => why,
        };
        self.lend();
        world::stop(why)
    }
}

impl Driver {
    /// Goes on from the file, if there is one; if not, makes sure that there can be.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the file.
    fn resume(&mut self) -> Result<(), String> {
        let Some(bookmark) = &self.bookmark else { return Ok(()) };
        let Some(saved) = bookmark.read()? else { return self.save() };
        let (search, together): (Option<Saved>, _) =
            serde_json::from_value(saved.strategy).map_err(|error| bookmark.refuse(format!("is damaged: {error}")))?;
        self.together = together;
        self.run.note(|meter| meter.resume(saved.meter));
        world::with(|world| world.names = saved.names);
        if let Some(search) = search {
            self.search.restore(search);
            self.resumes = true;
        }
        Ok(())
    }

    /// Saves where the search is, between two executions.
    ///
    /// # Errors
    ///
    /// Says why that failed.
    fn save(&mut self) -> Result<(), String> {
        let Some(bookmark) = &mut self.bookmark else { return Ok(()) };
        if self.search.is_on_the_way() {
            // What was saved before still holds.
            return Ok(());
        }
        let search = self.began.then(|| self.search.save());
        let strategy = serde_json::to_value((search, &self.together));
        let strategy = strategy.map_err(|error| format!("failed to save the search: {error}"))?;
        let names = world::with(|world| {
            self.run.note(|meter| meter.observe(world));
            world.names.clone()
        });
        bookmark.write(self.run.meter(), names, strategy)
    }

    /// An execution has ended, which counts for nothing if it only leads to where the search was.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    fn ended(&mut self, world: &mut World) -> Result<(), Stop> {
        if !self.search.is_on_the_way() {
            return self.end(world);
        }
        self.run.note(|meter| meter.executions -= 1);
        if !std::mem::take(&mut self.left) {
            self.take_in(world)?;
        }
        let went = if world.incomplete { Err(Lost) } else { self.search.went() };
        world.forget();
        went.map_err(|Lost| Stop::Nondeterministic("it has other executions".to_owned()))
    }
}

impl Scheduler for Driver {
    fn new_execution(&mut self) -> Option<Schedule> {
        self.take_back();
        let given_up = std::mem::take(&mut self.given_up);
        let incomplete = self.began && world::with(|world| world.incomplete);
        if given_up && !incomplete {
            self.run.note(|meter| meter.executions -= 1);
            world::with(World::forget);
        } else if self.began {
            world::with(|world| self.ended(world)).unwrap_or_else(|why| self.stop(why));
        }
        let over = self.run.is_over();
        let saved = match (self.began, &self.bookmark) {
            (false, _) => self.resume(),
            (true, Some(bookmark)) if !given_up && (over || bookmark.is_due()) => self.save(),
            _ => Ok(()),
        };
        saved.unwrap_or_else(|why| world::stop(Stop::Unusable(why)));
        self.began = true;
        (self.objects, self.locals, self.besides, self.made) = (0, 0, 0, false);
        self.chosen.clear();
        self.told.clear();
        self.races.clear();
        if given_up && !incomplete && self.probing {
            let probe = self.probe.take().expect("it has ended");
            match probe {
                Asks::Spin(probe) => self.turns.learn(&probe),
                Asks::Retry(retry) => self.turns.retries.learn(&retry),
            }
            self.search.end_probe();
        }
        self.probing = self.probe.is_some();
        self.turns.clear();
        let spare = if self.probing { 2 * loops::OPERATIONS } else { 0 };
        world::with(|world| (world.spare, world.arms_are_chosen) = (spare, true));
        let more = self.search.begin(given_up && !incomplete);
        if self.search.lost {
            self.stop(Stop::Nondeterministic("it has other executions".to_owned()));
        }
        if !more {
            self.save().unwrap_or_else(|why| world::stop(Stop::Unusable(why)));
        }
        let cut = more && over;
        if cut || Instant::now() >= self.next_note {
            let progress = self.search.progress();
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
        if world::with(|world| world.incomplete) {
            self.left = true;
            return None;
        }
        self.take_back();
        let next = match world::with(|world| self.pick(world, runnable, usize::from(current))) {
            Ok(_) if self.left || self.given_up => None,
            Ok(None) if world::with(|world| self.could_choose(world)) => {
                self.left = true;
                None
            }
            Ok(Some(task)) => runnable.iter().map(|task| task.id()).find(|&id| usize::from(id) == task.index()),
            Ok(None) => {
                world::with(|world| self.settle(world));
                let yields =
                    |world: &World, task: op::TaskId| world.task(task).pending.as_ref().is_some_and(Op::yields);
                let spinning = world::with(|world| world.unfinished().find(|&task| yields(world, task)));
                self.stop(spinning.map_or(Stop::Stuck, Stop::Spinning))
            }
            Err(why) => self.stop(why),
        };
        self.lend();
        next
    }

    fn next_u64(&mut self) -> u64 {
        let chosen = world::with(|world| {
            let (task, arms) = (world.current, world.choice.take()?);
            let at = self.chosen.iter().position(|&(who, _)| who == task)?;
            let (_, chosen) = self.chosen[at];
            Some((arms & ((1 << chosen) - 1)).count_ones())
        });
        let unknown = || world::stop(Stop::Unsupported("a choice, of which rc11 knows none; ask dpor".to_owned()));
        chosen.map_or_else(unknown, u64::from)
    }
}
