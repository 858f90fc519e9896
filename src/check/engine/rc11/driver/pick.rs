//! Who goes on at a scheduling point, and which of its ways it goes.

use super::super::deed::Step;
use super::super::event::Stamp;
use super::super::retry::{May, Retry};
use super::super::spin::{Goes, Probe};
use super::super::steps::{self, Next, also};
use super::{Asks, Driver, lost, put};
use crate::check::engine::driver::check_announced;
use crate::sync::engine::machine::request::{Otherwise, Request};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{self, Op};
use crate::sync::engine::world::{Stop, World};

/// The tasks that have not ended; the one that ran last comes first: that takes no switch.
fn last_first(world: &World) -> impl Iterator<Item = op::TaskId> + '_ {
    let last = world.events.last().map_or(op::TaskId::MAIN, |event| event.task);
    let is_there = !world.task(last).finished;
    is_there.then_some(last).into_iter().chain(world.unfinished().filter(move |&task| task != last))
}

impl Driver {
    /// The task to go on, by its number; `None` if no task can.
    ///
    /// # Errors
    ///
    /// Says why the exploration cannot go on.
    pub(super) fn pick(&mut self, world: &mut World, current: usize) -> Result<Option<op::TaskId>, Stop> {
        check_announced(world, current)?;
        let announced = world.tasks[current].pending.as_ref();
        if let Some(op @ Op { request: Request::Any(..), .. }) = announced
            && let op = op.clone()
            && self.together.take_in(world, &op)
        {
            world.incomplete = true;
            return Ok(None);
        }
        // Its choice has been used.
        self.chosen.retain(|&(who, _)| who.index() != current);
        self.take_in(world)?;
        if world.incomplete {
            return Ok(None);
        }
        let current = op::TaskId(current as u32);
        loop {
            let chosen = if world.running == 0 {
                match (self.repeats(world)?, &self.probe) {
                    (Some(task), _) => Some(task),
                    (None, Some(_)) => self.probes(world)?,
                    (None, None) => self.adds(world)?,
                }
            } else if self.search.can_go_on(world.task(current).name) == Some(true) {
                // That takes no switch, and what others have not said yet makes no difference to it.
                Some(current)
            } else {
                // A task that has announced nothing runs up to its first operation, or to its end: that is no choice.
                return Ok(world.unfinished().find(|&task| world.task(task).pending.is_none()));
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
                    self.perform(world, task, &step, location)?;
                    self.search.fails = fails;
                    let name = world.task(task).name;
                    if let Some(Asks::Retry(retry)) = &mut self.probe
                        && self.search.is_performed()
                        && world.task(task).pending.as_ref().is_some_and(Op::may_fail)
                    {
                        retry.takes(&self.turns.retries, self.search.graph());
                    }
                    self.chosen.push((task, self.search.chosen(name)));
                    continue;
                }
                Next::Step(step) => self.perform(world, task, &step, location)?,
            }
            if let Some(step) = also(world, task) {
                self.perform(world, task, &step, location)?;
            }
            return Ok(Some(task));
        }
    }

    /// A task that performs an event of the graph next; `None` if there is none left.
    ///
    /// # Errors
    ///
    /// Says so where the rest of the graph cannot be performed, or names an object that the model does not know.
    fn repeats(&self, world: &World) -> Result<Option<op::TaskId>, Stop> {
        if self.search.is_performed() {
            return Ok(None);
        }
        for task in last_first(world) {
            match self.search.can_go_on(world.task(task).name) {
                Some(true) => return Ok(Some(task)),
                // What follows a yield may be in the graph.
                Some(false) if matches!(self.next(world, task)?, Next::Yields | Next::Tells) => return Ok(Some(task)),
                _ => (),
            }
        }
        let left = self.search.left().and_then(|thread| world.task_of(thread));
        Err(lost(world, left.unwrap_or(op::TaskId::MAIN)))
    }

    /// A task that can add an event.
    ///
    /// # Errors
    ///
    /// Names an object that the model does not know.
    fn adds(&mut self, world: &World) -> Result<Option<op::TaskId>, Stop> {
        // A loop that yields lets others go first.
        let (mut able, mut yields) = (None, None);
        let (mut settles, mut held_back) = (None, None);
        for task in last_first(world) {
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
                        let last = self.turns.retries.last_failure(name).expect("it has failed before");
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
            if goes_on {
                self.chose |= able.or(yields).is_some();
                let is_yield = world.task(task).pending.as_ref().is_some_and(Op::yields);
                let first = if is_yield { &mut yields } else { &mut able };
                *first = first.or(Some(task));
            }
            // Once there was something to choose from, the others need not be asked.
            if able.is_some() && self.chose {
                break;
            }
        }
        if able.or(yields).is_none() {
            self.note_waiting(world)?;
            return Ok(held_back.or(settles));
        }
        Ok(able.or(yields))
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
            Some(op) => self.turns.retries.may_fail(name, op.location, self.search.graph()),
            None => May::Fail,
        }
    }

    /// The task that is probed, if it goes on.
    ///
    /// # Errors
    ///
    /// Names an object that the model does not know.
    fn probes(&mut self, world: &World) -> Result<Option<op::TaskId>, Stop> {
        let (probe, graph) = (self.probe.as_mut().expect("there is one"), self.search.graph());
        let (name, is_over) = match probe {
            Asks::Spin(probe) => (probe.thread, false),
            Asks::Retry(retry) => (retry.thread, retry.is_over(&self.turns.retries, graph)),
        };
        let task = last_first(world).find(|&task| world.task(task).name == name);
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
    pub(super) fn could_choose(&self, world: &World) -> bool {
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
    pub(super) fn settle(&self, world: &mut World) {
        let graph = self.search.graph();
        for (location, accesses) in graph.locations().iter().enumerate() {
            if let Some(&last) = accesses.order.last() {
                put(world, ObjectName(location as u32), graph.state(last));
            }
        }
    }
}
