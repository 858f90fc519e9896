//! From the executions that Shuttle runs to the [`Search`], and back.
//!
//! At a scheduling point every thread has said what it does next. First go threads whose next event is in the graph
//! already, if the write that it reads from has been performed; where no event is left, any enabled thread may go on. As
//! long as a thread repeats what is in the graph, it need not wait until those that have just begun have said something.
//! Then the object is put into the state that the operation finds according to the graph, and the operation takes
//! effect on it as under any engine: the machine of the object serves the memory model too.
//!
//! Between two operations a thread may perform fences, which are events without a scheduling point; make atomics; and
//! access cells, which are no events and are judged at the end of an execution.

pub(super) mod asked;
mod pick;

use std::panic::Location;
use std::sync::Arc;

use parking_lot::Mutex;

use super::deed::{Step, Value};
use super::race::{self, Access, Change, Raced, Races};
use super::repair::Told;
use super::retry::Retry;
use super::search::Search;
use super::share::Share;
use super::spin::{Probe, Turns};
use super::statics::Statics;
use super::steps::is_location;
use super::together::Together;
use super::weave::Weave;
use crate::check::engine::driver::{LATE, Noted};
use crate::check::engine::loops;
use crate::check::engine::meter::Meter;
use crate::check::engine::resume::Bookmark;
use crate::check::engine::run::Run;
use crate::check::engine::strategy::Lost;
use crate::sync::engine::machine::State;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{self, Op};
use crate::sync::engine::world::{Besides, Freed, Handed, Local, Stop, World};
use crate::sync::place::Place;

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
    statics: Statics,
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
    freed: usize,
    handed: usize,
    /// What is there from the beginning has been made.
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
    /// Who goes on, where that has been decided before Shuttle asks.
    decided: Option<Result<Option<op::TaskId>, Stop>>,
    /// The running execution is a probe.
    probing: bool,
    noted: Noted,
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
            statics: Statics::default(),
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
            freed: 0,
            handed: 0,
            made: false,
            chosen: Vec::new(),
            told: Vec::new(),
            race: None,
            chose: false,
            left: false,
            probe: None,
            given_up: false,
            decided: None,
            probing: false,
            noted: Noted::default(),
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
        step: &Step,
        location: &'static Location<'static>,
    ) -> Result<(), Stop> {
        let thread = world.task(task).name;
        let before = self.search.performed(thread) as usize;
        let event = self.search.perform(thread, step).map_err(|Lost| lost(world, task))?;
        let graph = self.search.graph();
        let new = &graph.of(thread)[before..self.search.performed(thread) as usize];
        let before = world.events.len();
        self.told.extend(new.iter().map(|&event| Told { event, location, before }));
        match step {
            Step::Makes(..) | Step::Fence(_) => (),
            Step::Chooses(_) if world.task(task).pending.as_ref().is_some_and(Op::may_fail) => {
                self.turns.chooses(thread, location, event, self.search.chosen(thread) == 1);
            }
            // What is chosen in the next turn may be another.
            Step::Chooses(_) if world.task(task).pending.as_ref().is_some_and(Op::chooses) => self.turns.works(thread),
            Step::Chooses(_) => (),
            Step::Does(..) | Step::Also(..) => self.turns.does(thread, new[new.len() - 1], graph),
            Step::After { .. } | Step::Settles => self.turns.works(thread),
        }
        for write in graph[event].awaits() {
            put(world, graph[write].location().expect("a write has a location"), graph.state(write));
        }
        Ok(())
    }

    /// Takes in the fences, makings and accesses of threads since the last operation.
    ///
    /// # Errors
    ///
    /// Says so where they differ from what the threads did before.
    fn take_in(&mut self, world: &mut World) -> Result<(), Stop> {
        let taken = (self.made, self.objects, self.besides, self.freed, self.locals);
        if taken == (true, world.objects.len(), world.besides.len(), world.freed.len(), world.locals.len()) {
            self.handed = world.handed.len();
            return Ok(());
        }
        // Nothing has been made or done since the send that is the last operation.
        let sent = world.handed.get(self.handed).map(|handed| world.events[handed.events - 1].task);
        let sent = sent.map(|task| world.task(task).name);
        let sent = sent.map(|thread| (thread, self.search.performed(thread) - 1));
        if !std::mem::replace(&mut self.made, true) {
            for location in self.together.locations() {
                let none = Arc::new(Value::Several(Vec::new()));
                self.perform(world, op::TaskId::MAIN, &Step::Makes(location, none), Location::caller())?;
            }
            for (name, initial) in self.statics.all() {
                let makes = self.together.makes(name, initial);
                self.perform(world, op::TaskId::MAIN, &makes, Location::caller())?;
            }
        }
        loop {
            let is_handed = |handed: &&Handed| handed.locals <= self.locals && handed.objects <= self.objects;
            if let (Some(_), Some((thread, send))) = (world.handed.get(self.handed).filter(is_handed), sent) {
                self.handed += 1;
                let last = self.search.performed(thread) - 1;
                self.races.hands(race::Handed { thread, send, last });
                continue;
            }
            let object = world.objects.get(self.objects).filter(|object| object.locals <= self.locals);
            if let Some(object) = object {
                self.objects += 1;
                if let State::Cell(_) = object.initial {
                    let thread = world.task(object.maker.0).name;
                    let after = if object.is_global() { 0 } else { self.search.performed(thread) };
                    self.races.making(Change { object: object.name, thread, after });
                }
                if is_location(world, object) {
                    if object.is_global() {
                        world.incomplete |= self.statics.take_in(object.name, object.initial.clone());
                        continue;
                    }
                    let makes = self.together.makes(object.name, object.initial.clone());
                    let (maker, born) = (object.maker.0, object.born);
                    self.perform(world, maker, &makes, born)?;
                }
                continue;
            }
            let besides = world.besides.get(self.besides).filter(|besides| besides.locals <= self.locals);
            if let Some(&Besides { task, object, act, .. }) = besides {
                self.besides += 1;
                let made = world.object_of(object).map(|object| world.object(object).born);
                self.perform(world, task, &self.together.does(object, act), made.expect("it was made"))?;
                continue;
            }
            let is_freed = |freed: &&Freed| freed.locals <= self.locals;
            if let Some(&Freed { object, by, .. }) = world.freed.get(self.freed).filter(is_freed) {
                self.freed += 1;
                let thread = world.task(by).name;
                self.races.dropping(Change { object, thread, after: self.search.performed(thread) });
                continue;
            }
            if self.locals == world.locals.len() {
                return Ok(());
            }
            let (number, (_, task, what)) = (self.locals, world.locals[self.locals]);
            self.locals += 1;
            match what {
                Local::Fence(ordering, location) => {
                    self.perform(world, task, &Step::Fence(ordering), location)?;
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

    /// Takes in an execution that has ended.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    fn end(&mut self, world: &mut World) -> Result<(), Stop> {
        let left = std::mem::take(&mut self.left);
        if !left && !world.incomplete {
            self.take_in(world)?;
        }
        if world.incomplete {
            // A count of owners turned out to be observable, channels to be one location, or an object to be there from the
            // beginning: the search starts again.
            if self.search.is_behind_the_cut() {
                return Err(Stop::Apart(LATE));
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
        if !self.search.is_performed() {
            return Err(Stop::Nondeterministic("an execution ended before its schedule did".to_owned()));
        }
        self.races.find(self.search.graph(), world).map_err(|raced| {
            if let Raced::Accesses(accesses) = raced {
                self.race = Some(accesses);
            }
            raced.stop()
        })?;
        if let Some(freeing) = self.races.freeing(self.search.graph(), world) {
            self.run.note(|meter| meter.suspect_freed(world, freeing));
        }
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
