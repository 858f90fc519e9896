//! The search: a stack of graphs, each with what is still to be tried in it. How they grow is in [`extend`](super::extend).

use super::Model;
use super::access::{Access, Kind};
use super::consistency::consistent;
use super::deed::{Deed, Operation, Step};
use super::event::{Origin, Stamp, What};
use super::graph::Graph;
use super::share::{Ahead, Applied, Share};
use super::ways::Way;
use crate::check::engine::strategy::Lost;
use crate::check::story::Ordering;
use crate::sync::engine::machine::{Act, Passes, thread};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;

/// Something else that an event could do, in the graph as it was when the event was added.
#[derive(Clone, Debug)]
pub(super) enum Item {
    /// The read reads from this write.
    From { read: Stamp, write: Stamp },
    /// The write has this place in the modification order; where it has revisited a read, that is still to be completed.
    Place { write: Stamp, place: usize, revisited: Option<Stamp> },
    /// The write revisits the read.
    Revisit { read: Stamp, write: Stamp },
    /// Another arm is chosen.
    Choose { choice: Stamp, chosen: u32 },
    /// An operation comes before others, in the graph with so many events.
    Before { len: usize, operation: Operation, way: Box<Way> },
    /// An act for which a thread waits at the end is done in the state that this write leaves, in the graph with so
    /// many events.
    Late { len: usize, thread: Name, location: ObjectName, act: Deed, write: Stamp },
}

/// A graph, and what is still to be tried in it, the next at the end.
#[derive(Debug, Default)]
pub(super) struct Level {
    pub(super) graph: Graph,
    pub(super) items: Vec<Item>,
    /// The items that were carried out and whose results are still there.
    pub(super) applied: Vec<Applied>,
}

/// The executions of a program, one after the other: [`begin`](Self::begin) one, let its threads [`perform`](Self::perform)
/// what they do, in an order in which they [can](Self::can_go_on), until none is left that can.
#[derive(Debug, Default)]
pub(super) struct Search {
    pub(super) model: Model,
    /// What a revisit leads to is a level of its own, above the one that it comes from.
    pub(super) levels: Vec<Level>,
    /// Levels that have ended: their memory is that of others.
    rooms: Vec<Level>,
    pub(super) began: bool,
    /// How many events of each thread the running execution has performed, and how many in all.
    performed: Vec<u32>,
    done: usize,
    /// It is a probe: a repeated read of a location reads the same again.
    pub(super) probes: bool,
    /// And every attempt fails that may.
    pub(super) fails: bool,
    pub(super) share: Share,
    /// The way to where the search was in another process, and whether it was lost.
    pub(super) ahead: Option<Ahead>,
    pub(super) lost: bool,
}

impl Search {
    pub(super) fn new(model: Model, share: Share) -> Self {
        Search { model, levels: vec![Level::default()], share, ..Search::default() }
    }

    /// The graph of the running execution, of which it may not have performed everything yet.
    pub(super) fn graph(&self) -> &Graph {
        &self.levels.last().expect("an execution runs").graph
    }

    pub(super) fn level(&mut self) -> &mut Level {
        self.levels.last_mut().expect("an execution runs")
    }

    pub(super) fn graph_mut(&mut self) -> &mut Graph {
        &mut self.level().graph
    }

    /// Goes on to the next execution, or begins the same one `again`. Returns whether there is one.
    pub(super) fn begin(&mut self, again: bool) -> bool {
        self.performed.clear();
        self.done = 0;
        if !std::mem::replace(&mut self.began, true) || again {
            return true;
        }
        while let Some(item) = self.next_item() {
            if self.apply(item) {
                return true;
            }
        }
        false
    }

    /// The next execution has what an event comes after alone, to which its thread then adds. Its attempts fail, perhaps.
    pub(super) fn probe(&mut self, last: Stamp, fails: bool) {
        let mut level = self.room();
        let graph = self.graph();
        graph.restrict(|event| graph[event].is_in(&graph[last].clocks.porf), &mut level.graph);
        self.levels.push(level);
        (self.probes, self.fails) = (true, fails);
    }

    /// Room for another level.
    pub(super) fn room(&mut self) -> Level {
        self.rooms.pop().unwrap_or_default()
    }

    /// Ends the level above all others.
    pub(super) fn end_level(&mut self) {
        let Some(mut level) = self.levels.pop() else { return };
        level.items.clear();
        level.applied.clear();
        self.rooms.push(level);
    }

    /// Ends a probe: its events are forgotten.
    pub(super) fn end_probe(&mut self) {
        self.end_level();
        (self.probes, self.fails) = (false, false);
    }

    /// How many events of a thread the execution has performed.
    pub(super) fn performed(&self, thread: Name) -> u32 {
        self.performed.get(thread.index()).copied().unwrap_or(0)
    }

    /// The last event that a thread has performed, if there is one.
    pub(super) fn last(&self, thread: Name) -> Option<Stamp> {
        let performed = self.performed(thread).checked_sub(1)?;
        Some(self.graph().of(thread)[performed as usize])
    }

    /// Of how many ways `thread` chooses next, if that is in the graph.
    pub(super) fn ways(&self, thread: Name) -> Option<u32> {
        let graph = self.graph();
        match graph[*graph.of(thread).get(self.performed(thread) as usize)?].what {
            What::Choice { of, .. } => Some(of),
            _ => None,
        }
    }

    /// Which way the last event that a thread has performed chooses.
    pub(super) fn chosen(&self, thread: Name) -> u32 {
        match self.last(thread).map_or(&What::Fence, |last| &self.graph()[last].what) {
            &What::Choice { chosen, .. } => chosen,
            other => unreachable!("{other:?} is no choice"),
        }
    }

    /// Whether `thread` has events left in the graph, and if so, whether it can perform the next: what that awaits was
    /// performed.
    pub(super) fn can_go_on(&self, thread: Name) -> Option<bool> {
        let graph = self.graph();
        let &next = graph.of(thread).get(self.performed(thread) as usize)?;
        if let What::Settles = graph[next].what {
            let all =
                |other: &Name| *other == thread || self.performed(*other) >= graph[next].clocks.porf.count(*other);
            return Some((0..graph.threads().len() as u32).map(Name).all(|other| all(&other)));
        }
        Some(graph[next].awaits().all(|awaited| self.performed(graph[awaited].thread) > graph[awaited].index))
    }

    /// Whether all events of the graph were performed.
    pub(super) fn is_performed(&self) -> bool {
        self.done == self.graph().len()
    }

    /// A thread that has events left in the graph.
    pub(super) fn left(&self) -> Option<Name> {
        let threads = (0..self.graph().threads().len() as u32).map(Name);
        threads.into_iter().find(|&thread| self.can_go_on(thread).is_some())
    }

    /// Whether a step could be added as the next of `thread`, that is, can go ahead in the last state of its location.
    pub(super) fn admits(&self, thread: Name, step: &Step) -> bool {
        let goes = |location: ObjectName, deed: &Deed| {
            let last = self.graph().locations().get(location.index()).and_then(|location| location.order.last());
            last.is_some_and(|&last| self.graph().state(last).meets(deed, thread).is_some())
        };
        match step {
            // It makes its location.
            Step::Does(_, Deed::One(Act::Thread(thread::Act::Spawn(_))))
            | Step::Makes(..)
            | Step::Fence(_)
            | Step::Chooses(_) => true,
            // Only if no other thread can go on, which the caller knows.
            Step::Settles => false,
            Step::Does(location, deed) => goes(*location, deed),
            &Step::Also(location, act) => goes(location, &act.into()),
            Step::After { awaited, does } => {
                [awaited, does].iter().all(|&&(location, act)| goes(location, &act.into()))
            }
        }
    }

    /// The thread performs its next step: the next event in the graph, or one that is added; of a read-modify-write both
    /// halves. Returns the event.
    ///
    /// # Errors
    ///
    /// The step differs from what the thread did when the same execution was run before.
    pub(super) fn perform(&mut self, thread: Name, step: &Step) -> Result<Stamp, Lost> {
        let performed = self.performed(thread) as usize;
        let next = match self.graph().of(thread).get(performed) {
            Some(&next) => Some(next).filter(|&next| self.repeats(next, step)),
            None => self.extend(thread, step.clone()),
        };
        let next = next.ok_or(Lost)?;
        let graph = self.graph();
        let half = graph.of(thread).get(performed + 1).is_some_and(|&half| graph[half].is_half());
        if self.performed.len() <= thread.index() {
            self.performed.resize(thread.index() + 1, 0);
        }
        self.performed[thread.index()] += 1 + u32::from(half);
        self.done += 1 + usize::from(half);
        Ok(next)
    }

    /// Whether a step is the event of the graph that was performed before in its place.
    fn repeats(&self, next: Stamp, step: &Step) -> bool {
        let graph = self.graph();
        let event = &graph[next];
        match (&event.what, step) {
            (What::Fence, Step::Fence(ordering)) => event.ordering == *ordering,
            (What::Choice { of, .. }, Step::Chooses(ways)) => of == ways,
            (What::Settles, Step::Settles) => true,
            (What::Write { location, state, origin: Origin::Birth }, Step::Makes(made, initial)) => {
                location == made && state == initial
            }
            (What::Write { location, origin: Origin::Start(child), .. }, Step::Does(object, act)) => {
                location == object && *act == Deed::One(thread::Act::Spawn(*child).into())
            }
            (What::Write { location, state, origin: Origin::Store }, Step::Does(object, act)) => {
                let same = |access: Access| {
                    access.ordering == event.ordering && matches!(access.kind, Kind::Writes(after) if after == *state)
                };
                let initial = || graph.state(graph.at(*object).order[0]);
                location == object && Access::of(act, initial(), event.thread).is_some_and(same)
            }
            (What::Read { location, act, after: None, .. }, Step::Does(object, again)) => {
                location == object && act == again
            }
            (What::Read { location, act, after: None, .. }, &Step::Also(object, again)) => {
                *location == object && *act == again.into()
            }
            (What::Read { location, act, after: Some(after), .. }, &Step::After { awaited, does }) => {
                *location == does.0 && *act == does.1.into() && graph[*after].location() == Some(awaited.0)
            }
            _ => false,
        }
    }

    /// Changes the graph as an item says. Returns whether the result is consistent.
    fn apply(&mut self, item: Item) -> bool {
        let read = match item {
            Item::From { read, write } => {
                self.graph_mut().cut(read.0 as usize + 1);
                Some((read, self.read_from(read, write)))
            }
            Item::Choose { choice, chosen: other } => {
                let graph = self.graph_mut();
                graph.cut(choice.0 as usize + 1);
                if let What::Choice { chosen, .. } = &mut graph[choice].what {
                    *chosen = other;
                }
                None
            }
            Item::Before { len, operation, way } => {
                self.graph_mut().cut(len);
                return self.come_before(operation, &way);
            }
            Item::Late { len, thread, location, act, write } => {
                let graph = self.graph_mut();
                graph.cut(len);
                let what = What::Read { location, act, from: write, after: None, effect: None };
                let read = graph.push(thread, what, Ordering::Relaxed, Passes::NOTHING);
                Some((read, self.read_from(read, write)))
            }
            Item::Place { write, place, revisited } => {
                let graph = self.graph_mut();
                graph.cut(write.0 as usize + 1);
                graph.take_out(write);
                graph.put(write, place);
                revisited.map(|read| (read, graph.access(read)))
            }
            Item::Revisit { read, write } => {
                self.graph_mut().cut(write.0 as usize + 1);
                let mut level = self.room();
                let (read, write) = self.graph().revisit(read, write, &mut level.graph);
                // The read must not know of anything behind the write.
                let graph = &level.graph;
                let location = graph[write].location().expect("it writes");
                let least = read.map_or(0, |read| graph.lower(location, graph.known(read)));
                self.levels.push(level);
                if !self.place(write, least, read) {
                    return false;
                }
                read.map(|read| (read, self.read_from(read, write)))
            }
        };
        if !consistent(self.graph(), self.model) {
            return false;
        }
        let Some((read, access)) = read else { return true };
        let len = self.graph().len();
        if !self.complete(read, access) {
            return false;
        }
        // The half that may have been added is judged too, after its revisits are noted, which do not depend on its place. One
        // that comes last in the modification order leads to nothing, and so to no cycle.
        let graph = self.graph();
        let leads = |half: Stamp| graph[half].location().is_some_and(|at| graph.at(at).order.last() != Some(&half));
        graph.stamps().nth(len).is_none_or(|half| !leads(half)) || consistent(graph, self.model)
    }
}
