//! Data races: two accesses to a cell, one of them a write, that nothing orders; and the use of an object by a thread
//! for which its making does not happen before.
//!
//! They are judged when an execution has ended and all events are there: a graph that a revisit has cut back may lack
//! an event that orders the two. An access has no place of its own between two events of its thread, so it happens
//! before another access if the next event of its thread does.

use super::event::{Origin, What};
use super::graph::Graph;
use crate::check::engine::story;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{Name, TaskId};
use crate::sync::engine::world::{Race, Stop, World};
use crate::sync::place::Place;

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

/// The accesses to cells of an execution.
#[derive(Debug, Default)]
pub(super) struct Races(Vec<Access>);

impl Races {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// A thread accesses a cell.
    pub(super) fn access(&mut self, access: Access) {
        self.0.push(access);
    }

    /// Looks for a data race.
    ///
    /// # Errors
    ///
    /// Tells the two accesses.
    pub(super) fn find(&self, graph: &Graph, world: &World) -> Result<(), Raced> {
        for (at, later) in self.0.iter().enumerate() {
            let races = |earlier: &&Access| {
                earlier.cell == later.cell
                    && (earlier.write || later.write)
                    && !earlier.precedes(later, graph)
                    && !later.precedes(earlier, graph)
            };
            if let Some(earlier) = self.0[..at].iter().find(races) {
                return Err(Raced::Accesses([*earlier, *later]));
            }
        }
        unknown(graph, world).map_or(Ok(()), |message| Err(Raced::Making(message)))
    }
}

/// What races.
#[derive(Debug)]
pub(super) enum Raced {
    Accesses([Access; 2]),
    /// The use of an object and its making, in words.
    Making(String),
}

impl Raced {
    /// How the execution ends.
    pub(super) fn stop(self) -> Stop {
        match self {
            Raced::Accesses([earlier, later]) => Stop::Race(Race { earlier: earlier.number, later: later.number }),
            Raced::Making(message) => Stop::Panicked { message, violation: true, location: None },
        }
    }
}

impl Access {
    pub(super) fn precedes(&self, later: &Access, graph: &Graph) -> bool {
        self.thread == later.thread || graph.past(later.thread, later.after).hb.count(self.thread) > self.after
    }
}

/// The use of an object that does not happen after its making.
fn unknown(graph: &Graph, world: &World) -> Option<String> {
    let uses = |location: &super::graph::Location| {
        let &made = location.order.first()?;
        if !matches!(graph[made].what, What::Write { origin: Origin::Birth, .. }) {
            return None;
        }
        let mut users = location.order[1..].iter().chain(&location.reads);
        Some((made, *users.find(|&&user| !graph[made].is_in(graph.known(user)))?))
    };
    let (made, user) = graph.locations().iter().find_map(uses)?;
    let atomic = graph[made].location().expect("it is one");
    let (maker, thread) = (graph[made].thread, graph[user].thread);
    let object = world.object(world.object_of(atomic).expect("it was made"));
    let used = world.events.iter().find(|event| {
        let is_of = event.op.request.objects().any(|id| world.object(id).name == atomic);
        is_of && world.task(event.task).name == thread
    });
    let place = used.map(|event| format!(" at {}", Place::of(event.op.location))).unwrap_or_default();
    Some(format!(
        "data race on the {}: {} makes it at {} and {} uses it{place}, and nothing orders the two",
        story::title(world, world.object_of(atomic).expect("it was made")),
        called(world, maker),
        Place::of(object.born),
        called(world, thread),
    ))
}

fn called(world: &World, thread: Name) -> String {
    world.task_name(world.task_of(thread).unwrap_or(TaskId::MAIN))
}
