//! Data races: two accesses to a cell, one of them a write, that nothing orders; and the use of an object by a thread
//! for which its making does not happen before.
//!
//! They are judged when an execution has ended and all events are there: a graph that a revisit has cut back may lack
//! an event that orders the two. An access has no place of its own between two events of its thread, so it happens
//! before another access if the next event of its thread does.

use std::panic::Location;

use super::event::{Event, Origin, Stamp, What};
use super::graph::{self, Graph};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{self, Name, TaskId};
use crate::sync::engine::world::{Freeing, Local, Race, Stop, World};

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
    makings: Vec<Change>,
    drops: Vec<Change>,
    handed: Vec<Handed>,
}

/// The making of a cell, or the drop of an object that others have used: neither is an event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) object: ObjectName,
    pub(super) thread: Name,
    /// How many events of its thread come before it.
    pub(super) after: u32,
}

/// What a thread does to make the message of a select's send, after the send.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handed {
    pub(super) thread: Name,
    /// The number of the send among the events of its thread, and of the last event before the message is there.
    pub(super) send: u32,
    pub(super) last: u32,
}

impl Races {
    pub(super) fn clear(&mut self) {
        self.drops.clear();
        self.handed.clear();
        self.accesses.clear();
        self.makings.clear();
    }

    /// A thread makes a cell.
    pub(super) fn making(&mut self, making: Change) {
        self.makings.push(making);
    }

    /// The message of a select's send is there.
    pub(super) fn hands(&mut self, handed: Handed) {
        let of = |access: &&mut Access| access.thread == handed.thread && access.after > handed.send;
        self.accesses.iter_mut().filter(of).for_each(|access| access.after = handed.send);
        let of = |making: &&mut Change| making.thread == handed.thread && making.after > handed.send;
        self.makings.iter_mut().filter(of).for_each(|making| making.after = handed.send);
        self.handed.push(handed);
    }

    /// A thread drops an object.
    pub(super) fn dropping(&mut self, drop: Change) {
        self.drops.push(drop);
    }

    /// An object that was dropped although nothing told of a use.
    pub(super) fn freeing(&self, graph: &Graph, world: &World) -> Option<Freeing> {
        self.drops.iter().find_map(|drop| drop.is_untold(graph, world))
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
            let known = |making: &Change, access: &Access| precedes((making.thread, making.after), access, graph);
            let uses = |making: &Change| {
                let access =
                    self.accesses.iter().find(|access| access.cell == making.object && !known(making, access))?;
                let (_, user, Local::Access { location, .. }) = world.locals[access.number] else { return None };
                Some(Race::Making { object: making.object, user, at: location })
            };
            self.makings.iter().find_map(uses)
        };
        self.unknown(graph, world).or_else(unknown_cell).map_or(Ok(()), |race| Err(Raced::Making(race)))
    }

    /// The use of an object that does not happen after its making.
    fn unknown(&self, graph: &Graph, world: &World) -> Option<Race> {
        let is_early = |made: Stamp| {
            let known_with = self.known_with(&graph[made]);
            move |&&user: &&Stamp| graph.known(user).count(graph[made].thread) <= known_with
        };
        let uses = |location: &graph::Location| {
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
        Some(Race::Making { object, user, at: used_at(world, object, user) })
    }

    /// The event of a thread with which another thread learns of one: it itself, unless it has made a message.
    fn known_with(&self, event: &Event) -> u32 {
        let of =
            |handed: &&Handed| handed.thread == event.thread && handed.send < event.index && event.index <= handed.last;
        self.handed.iter().find(of).map_or(event.index, |handed| handed.send)
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

/// Where a task has used an object for the first time.
fn used_at(world: &World, object: ObjectName, user: TaskId) -> &'static Location<'static> {
    let is_use =
        |event: &&op::Event| event.task == user && event.op.request.objects().any(|id| world.object(id).name == object);
    let born = || world.object(world.object_of(object).expect("it was made")).born;
    world.events.iter().find(is_use).map_or_else(born, |event| event.op.location)
}

impl Change {
    /// A use of the object that does not happen before it.
    fn is_untold(&self, graph: &Graph, world: &World) -> Option<Freeing> {
        let known = &graph.past(self.thread, self.after).hb;
        let location = graph.at(self.object);
        let mut users = location.order.iter().skip(1).chain(&location.reads);
        let &user = users.find(|&&user| !graph[user].is_in(known))?;
        let [by, user] = [self.thread, graph[user].thread].map(|thread| world.task_of(thread));
        let (by, user) = (by?, user?);
        Some(Freeing { object: self.object, by, user, at: used_at(world, self.object, user) })
    }
}
