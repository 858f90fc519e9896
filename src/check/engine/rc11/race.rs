//! Data races: two accesses to a cell, one of them a write, that nothing orders; and the use of an object by a thread
//! for which its making does not happen before.
//!
//! They are judged when an execution has ended and all events are there: a graph that a revisit has cut back may lack
//! an event that orders the two. An access has no place of its own between two events of its thread, so it happens
//! before another access if the next event of its thread does.

use super::event::{Origin, Stamp, What};
use super::graph::Graph;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{Name, TaskId};
use crate::sync::engine::world::{Local, Race, Stop, World};

/// An access to a cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Access {
    /// Its number among the world's events between operations.
    pub(super) number: usize,
    pub(super) cell: ObjectName,
    pub(super) thread: Name,
    /// How many events of its thread come before it.
    pub(super) after: u32,
    pub(super) write: bool,
}

/// The accesses to cells of an execution, and their makings.
#[derive(Debug, Default)]
pub(super) struct Races {
    accesses: Vec<Access>,
    makings: Vec<Making>,
}

/// The making of a cell, which is no event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Making {
    pub(super) cell: ObjectName,
    pub(super) thread: Name,
    /// How many events of its thread come before it.
    pub(super) after: u32,
}

impl Races {
    pub(super) fn clear(&mut self) {
        self.accesses.clear();
        self.makings.clear();
    }

    /// A thread makes a cell.
    pub(super) fn making(&mut self, making: Making) {
        self.makings.push(making);
    }

    /// A thread accesses a cell.
    pub(super) fn access(&mut self, access: Access) {
        self.accesses.push(access);
    }

    /// Looks for a data race.
    ///
    /// # Errors
    ///
    /// Tells the two accesses.
    pub(super) fn find(&self, graph: &Graph, world: &World) -> Result<(), Raced> {
        for (at, later) in self.accesses.iter().enumerate() {
            let races = |earlier: &&Access| {
                earlier.cell == later.cell
                    && (earlier.write || later.write)
                    && !earlier.precedes(later, graph)
                    && !later.precedes(earlier, graph)
            };
            if let Some(earlier) = self.accesses[..at].iter().find(races) {
                return Err(Raced::Accesses([*earlier, *later]));
            }
        }
        let unknown_cell = || {
            let known = |making: &Making, access: &Access| precedes((making.thread, making.after), access, graph);
            let uses = |making: &Making| {
                let access =
                    self.accesses.iter().find(|access| access.cell == making.cell && !known(making, access))?;
                let (_, user, Local::Access { location, .. }) = world.locals[access.number] else { return None };
                Some(Race::Making { object: making.cell, user, at: location })
            };
            self.makings.iter().find_map(uses)
        };
        unknown(graph, world).or_else(unknown_cell).map_or(Ok(()), |race| Err(Raced::Making(race)))
    }
}

/// What races.
#[derive(Debug)]
pub(super) enum Raced {
    Accesses([Access; 2]),
    /// The use of an object and its making.
    Making(Race),
}

impl Raced {
    /// How the execution ends.
    pub(super) fn stop(self) -> Stop {
        match self {
            Raced::Accesses([earlier, later]) => {
                Stop::Race(Race::Accesses { earlier: earlier.number, later: later.number })
            }
            Raced::Making(race) => Stop::Race(race),
        }
    }
}

impl Access {
    pub(super) fn precedes(&self, later: &Access, graph: &Graph) -> bool {
        precedes((self.thread, self.after), later, graph)
    }
}

/// Whether what a thread does by itself after so many of its events happens before an access.
fn precedes((thread, after): (Name, u32), later: &Access, graph: &Graph) -> bool {
    thread == later.thread || graph.past(later.thread, later.after).hb.count(thread) > after
}

/// The use of an object that does not happen after its making.
fn unknown(graph: &Graph, world: &World) -> Option<Race> {
    let is_early = |made: Stamp| move |&&user: &&Stamp| !graph[made].is_in(graph.known(user));
    let uses = |location: &super::graph::Location| {
        let &made = location.order.first()?;
        if !matches!(graph[made].what, What::Write { origin: Origin::Birth, .. }) {
            return None;
        }
        let name = graph[made].location().expect("it is one");
        if graph.state(made).is_several() {
            // Its channels are made one by one.
            let of = |&half: &Stamp| graph.done(half).1.made().map(|object| (half, object));
            return location.order[1..].iter().filter_map(of).find_map(|(made, object)| {
                let is_use = |half: &Stamp| *half != made && graph.done(*half).1.is_about(object);
                let mut users = location.order[1..].iter().filter(|half| is_use(half));
                Some((object, *users.find(is_early(made))?))
            });
        }
        let mut users = location.order[1..].iter().chain(&location.reads);
        Some((name, *users.find(is_early(made))?))
    };
    let (object, user) = graph.locations().iter().find_map(uses)?;
    let user = world.task_of(graph[user].thread).unwrap_or(TaskId::MAIN);
    let used = world
        .events
        .iter()
        .find(|event| event.task == user && event.op.request.objects().any(|id| world.object(id).name == object));
    let born = world.object(world.object_of(object).expect("it was made")).born;
    Some(Race::Making { object, user, at: used.map_or(born, |event| event.op.location) })
}
