//! Data races: two accesses to a cell, one of them a write, that nothing orders; and the use of an object by a thread that
//! nothing tells of its making.
//!
//! They are judged when an execution has ended, and all threads have all their events: a graph that a revisit has cut back
//! may lack an event that orders what is ordered. Between two events of its thread an access has no place of its own, so
//! one happens before another if the next event of its thread does.

use std::panic::Location;

use super::event::{Origin, What};
use super::graph::Graph;
use crate::check::engine::story;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{Name, TaskId};
use crate::sync::engine::world::World;
use crate::sync::place::Place;

/// An access to a cell.
#[derive(Clone, Copy, Debug)]
struct Access {
    cell: ObjectName,
    thread: Name,
    /// How many events of its thread come before it.
    after: u32,
    write: bool,
    location: &'static Location<'static>,
}

/// The accesses to cells of an execution.
#[derive(Debug, Default)]
pub(super) struct Races(Vec<Access>);

impl Races {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// A thread accesses a cell, after so many of its events.
    pub(super) fn access(
        &mut self,
        thread: Name,
        after: u32,
        cell: ObjectName,
        write: bool,
        location: &'static Location<'static>,
    ) {
        self.0.push(Access { cell, thread, after, write, location });
    }

    /// Looks for a data race.
    ///
    /// # Errors
    ///
    /// Tells the two accesses.
    pub(super) fn find(&self, graph: &Graph, world: &World) -> Result<(), String> {
        for (at, later) in self.0.iter().enumerate() {
            let races = |earlier: &&Access| {
                earlier.cell == later.cell
                    && (earlier.write || later.write)
                    && !earlier.precedes(later, graph)
                    && !later.precedes(earlier, graph)
            };
            if let Some(earlier) = self.0[..at].iter().find(races) {
                return Err(tell(world, later.cell, earlier.words(world), later.words(world)));
            }
        }
        unknown(graph, world).map_or(Ok(()), Err)
    }
}

impl Access {
    fn precedes(&self, later: &Access, graph: &Graph) -> bool {
        self.thread == later.thread || graph.past(later.thread, later.after).hb.count(self.thread) > self.after
    }

    fn words(&self, world: &World) -> String {
        let does = if self.write { "writes it" } else { "reads it" };
        format!("{} {does} at {}", called(world, self.thread), Place::of(self.location))
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
    Some(tell(
        world,
        atomic,
        format!("{} makes it at {}", called(world, maker), Place::of(object.born)),
        format!("{} uses it{place}", called(world, thread)),
    ))
}

fn called(world: &World, thread: Name) -> String {
    world.task_name(world.task_of(thread).unwrap_or(TaskId::MAIN))
}

fn tell(world: &World, object: ObjectName, earlier: String, later: String) -> String {
    let title = story::title(world, world.object_of(object).expect("it is there"));
    format!("data race on the {title}: {earlier} and {later}, and nothing orders the two")
}
