//! The search: a stack of graphs, each with what is still to be tried in it.

use std::sync::Arc;

use super::Model;
use super::access::{Access, Kind};
use super::clock::{Clocks, Message};
use super::consistency::consistent;
use super::graph::{Graph, Origin, Stamp, What};
use crate::check::engine::strategy::Lost;
use crate::check::engine::trace::race::{acquires, releases};
use crate::check::story::Ordering;
use crate::sync::engine::machine::{Act, Passes, Slot, State, thread};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;

/// What a thread does next.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// It makes a location.
    Makes(ObjectName, State),
    /// It does this to a location.
    Does(ObjectName, Act),
    Fence(Ordering),
}

/// Something else that an event could do, in the graph as it was when the event was added.
#[derive(Clone, Copy, Debug)]
enum Item {
    /// The read reads from this write.
    From { read: Stamp, write: Stamp },
    /// The write has this place in the modification order; where it has revisited a read, that is still to be completed.
    Place { write: Stamp, place: usize, revisited: Option<Stamp> },
    /// The write revisits the read.
    Revisit { read: Stamp, write: Stamp },
}

/// A graph, and what is still to be tried in it, the next at the end.
#[derive(Debug, Default)]
struct Level {
    graph: Graph,
    items: Vec<Item>,
}

/// The executions of a program, one after the other: [`begin`](Self::begin) one, let its threads [`perform`](Self::perform)
/// what they do, in an order in which they [can](Self::can_go_on), until none is left that can.
#[derive(Debug)]
pub(super) struct Search {
    model: Model,
    /// What a revisit leads to is a level of its own, above the one that it comes from.
    levels: Vec<Level>,
    began: bool,
    /// How many events of each thread the running execution has performed.
    performed: Vec<u32>,
}

impl Search {
    pub(super) fn new(model: Model) -> Self {
        Search { model, levels: vec![Level::default()], began: false, performed: Vec::new() }
    }

    /// The graph of the running execution, of which it may not have performed everything yet.
    pub(super) fn graph(&self) -> &Graph {
        &self.levels.last().expect("an execution runs").graph
    }

    fn level(&mut self) -> &mut Level {
        self.levels.last_mut().expect("an execution runs")
    }

    fn graph_mut(&mut self) -> &mut Graph {
        &mut self.level().graph
    }

    /// Goes on to the next execution; whether there is one.
    pub(super) fn begin(&mut self) -> bool {
        self.performed.clear();
        if !std::mem::replace(&mut self.began, true) {
            return true;
        }
        while let Some(level) = self.levels.last_mut() {
            match level.items.pop() {
                None => drop(self.levels.pop()),
                Some(item) if self.apply(item) => return true,
                Some(_) => (),
            }
        }
        false
    }

    /// How many events of a thread the execution has performed.
    pub(super) fn performed(&self, thread: Name) -> u32 {
        self.performed.get(thread.index()).copied().unwrap_or(0)
    }

    /// Whether `thread` has events left in the graph, and if so, whether it can perform the next: what that reads was
    /// performed.
    pub(super) fn can_go_on(&self, thread: Name) -> Option<bool> {
        let graph = self.graph();
        let &next = graph.of(thread).get(self.performed(thread) as usize)?;
        Some(graph[next].from().is_none_or(|from| self.performed(graph[from].thread) > graph[from].index))
    }

    /// A thread that has events left in the graph.
    pub(super) fn left(&self) -> Option<Name> {
        let threads = (0..self.graph().threads().len() as u32).map(Name);
        threads.into_iter().find(|&thread| self.can_go_on(thread).is_some())
    }

    /// Whether `act` could be added as the next event of `thread`: in the last state of its location it can go ahead.
    pub(super) fn admits(&self, thread: Name, location: ObjectName, act: Act) -> bool {
        let last = self.graph().at(location).order.last();
        last.is_some_and(|&last| Access::of(act, self.graph().state(last), thread).is_some())
    }

    /// The thread performs what it does next: its next event in the graph, or one that is added. The state of the location
    /// that it finds, if it does something to one.
    ///
    /// # Errors
    ///
    /// It is not what it did when the same execution was run before.
    pub(super) fn perform(&mut self, thread: Name, step: Step) -> Result<Option<Arc<State>>, Lost> {
        let performed = self.performed(thread) as usize;
        let (found, events) = match self.graph().of(thread).get(performed) {
            Some(&next) => self.repeat(next, step).ok_or(Lost)?,
            None => self.extend(thread, step).ok_or(Lost)?,
        };
        if self.performed.len() <= thread.index() {
            self.performed.resize(thread.index() + 1, 0);
        }
        self.performed[thread.index()] += events;
        Ok(found)
    }

    /// An event of the graph, performed again: the state that it finds, and how many events it is with its other half.
    /// `None` where it is another.
    fn repeat(&self, next: Stamp, step: Step) -> Option<(Option<Arc<State>>, u32)> {
        let graph = self.graph();
        let event = &graph[next];
        match (&event.what, step) {
            (What::Fence, Step::Fence(ordering)) => (event.ordering == ordering).then_some((None, 1)),
            (What::Write { location, state, origin: Origin::Birth }, Step::Makes(made, initial)) => {
                (*location == made && **state == initial).then_some((None, 1))
            }
            (What::Write { location, origin: Origin::Start(child), .. }, Step::Does(object, act)) => {
                (*location == object && act == Act::Thread(thread::Act::Spawn(*child))).then_some((None, 1))
            }
            (What::Write { location, state, origin: Origin::Store }, Step::Does(object, act))
                if *location == object =>
            {
                let access = Access::of(act, graph.state(graph.at(object).order[0]), event.thread)?;
                let same =
                    access.ordering == event.ordering && matches!(access.kind, Kind::Writes(after) if after == *state);
                same.then_some((None, 1))
            }
            (What::Read { location, act, from }, Step::Does(object, again)) if *location == object && *act == again => {
                let half = graph.of(event.thread).get(event.index as usize + 1);
                let events = 1 + u32::from(half.is_some_and(|&half| graph[half].is_half()));
                Some((Some(Arc::clone(graph.state(*from))), events))
            }
            _ => None,
        }
    }

    /// Adds an event, or the two of a read-modify-write: the state that it finds, and how many there are. `None` where it
    /// is none that could be added.
    fn extend(&mut self, thread: Name, step: Step) -> Option<(Option<Arc<State>>, u32)> {
        let (location, act) = match step {
            Step::Fence(ordering) => {
                let fence = self.graph_mut().push(thread, What::Fence, ordering, Passes::NOTHING);
                self.set_clocks(fence);
                return Some((None, 1));
            }
            Step::Makes(location, state) => return Some(self.make(thread, location, state, Origin::Birth)),
            Step::Does(location, act @ Act::Thread(thread::Act::Spawn(child))) => {
                let mut state = State::from(thread::Thread::default());
                let effect = state.meets(act, thread)?;
                state.take(act, effect, thread);
                return Some(self.make(thread, location, state, Origin::Start(child)));
            }
            Step::Does(location, act) => (location, act),
        };
        let graph = self.graph();
        let order = &graph.at(location).order;
        let &last = order.last()?;
        let access = Access::of(act, graph.state(last), thread)?;
        let from = match access.kind {
            Kind::Writes(_) => {
                self.write(thread, location, access, Origin::Store);
                return Some((None, 1));
            }
            // The first after what it knows of.
            Kind::Follows => {
                let lower = graph.lower(location, &graph.past(thread, graph.of(thread).len() as u32).hb);
                *order[lower..].iter().find(|&&write| Access::of(act, graph.state(write), thread).is_some())?
            }
            Kind::Reads | Kind::Updates(_) => last,
        };
        let state = Arc::clone(graph.state(from));
        let before = graph.of(thread).len();
        self.read(thread, location, act, from);
        let events = self.graph().of(thread).len() - before;
        Some((Some(state), events as u32))
    }

    /// Adds the first write of a location.
    fn make(&mut self, thread: Name, location: ObjectName, state: State, origin: Origin) -> (Option<Arc<State>>, u32) {
        let what = What::Write { location, state: Arc::new(state), origin };
        let write = self.graph_mut().push(thread, what, Ordering::Relaxed, Passes::NOTHING);
        self.set_clocks(write);
        self.graph_mut().put(write, 0);
        (None, 1)
    }

    /// Adds a read from `from`, and notes which others it could read from.
    fn read(&mut self, thread: Name, location: ObjectName, act: Act, from: Stamp) {
        let what = What::Read { location, act, from };
        let read = self.graph_mut().push(thread, what, Ordering::Relaxed, Passes::NOTHING);
        let graph = self.graph();
        let (order, past) = (&graph.at(location).order, graph.past(thread, graph[read].index));
        let others = (graph.lower(location, &past.hb)..order.len() - 1).filter(|&place| {
            let next = &graph[order[place + 1]];
            match graph.access_of(read, order[place]).map(|access| access.kind) {
                None | Some(Kind::Follows) => false,
                // Where another read-modify-write stands in the way, this one is there to revisit it, if that can be.
                Some(Kind::Updates(_)) if next.is_half() => !next.fixed && !next.is_in(&past.porf),
                Some(_) => true,
            }
        });
        let others: Vec<Item> = others.map(|place| Item::From { read, write: order[place] }).collect();
        self.level().items.extend(others);
        self.read_from(read, from);
        let alive = self.complete(read);
        debug_assert!(alive, "nobody else has read the last write as a read-modify-write");
    }

    /// Lets a read that is the last event of its thread read from `write`.
    fn read_from(&mut self, read: Stamp, write: Stamp) {
        let graph = self.graph_mut();
        let access = graph.access_of(read, write).expect("it can go ahead");
        let event = &mut graph[read];
        if let What::Read { from, .. } = &mut event.what {
            *from = write;
        }
        (event.ordering, event.passes) = (access.ordering, access.passes);
        self.set_clocks(read);
    }

    /// Adds its other half to a read whose source is right, if it has one; whether there is a place for that.
    fn complete(&mut self, read: Stamp) -> bool {
        let graph = self.graph();
        let event = &graph[read];
        let (thread, location) = (event.thread, event.location().expect("it reads"));
        let access = graph.access_of(read, event.from().expect("it reads")).expect("it goes ahead");
        !matches!(access.kind, Kind::Updates(_)) || self.write(thread, location, access, Origin::Half)
    }

    /// Adds a write, notes whom it revisits, and puts it in the last place that it can have; whether there is one. Where
    /// there is none, the write is there for its revisits.
    fn write(&mut self, thread: Name, location: ObjectName, access: Access, origin: Origin) -> bool {
        let (Kind::Updates(state) | Kind::Writes(state)) = access.kind else { unreachable!("it writes") };
        let what = What::Write { location, state, origin };
        let write = self.graph_mut().push(thread, what, access.ordering, access.passes);
        self.set_clocks(write);
        let level = self.level();
        let revisits = level.graph.revisited_by(write).map(|read| Item::Revisit { read, write });
        level.items.extend(revisits);
        self.place(write, 0, None)
    }

    /// Puts a write that has no place in the last that it can have, behind the one at `least`, and notes the others;
    /// whether there is one.
    fn place(&mut self, write: Stamp, least: usize, revisited: Option<Stamp>) -> bool {
        let level = self.level();
        let places = level.graph.places(write, least);
        let Some((&last, others)) = places.split_first() else { return false };
        level.items.extend(others.iter().rev().map(|&place| Item::Place { write, place, revisited }));
        level.graph.put(write, last);
        true
    }

    /// Makes the graph one in which an item is true; whether there is such a one that is consistent.
    fn apply(&mut self, item: Item) -> bool {
        let read = match item {
            Item::From { read, write } => {
                self.graph_mut().cut(read.0 as usize + 1);
                self.read_from(read, write);
                Some(read)
            }
            Item::Place { write, place, revisited } => {
                let graph = self.graph_mut();
                graph.cut(write.0 as usize + 1);
                graph.take_out(write);
                graph.put(write, place);
                revisited
            }
            Item::Revisit { read, write } => {
                self.graph_mut().cut(write.0 as usize + 1);
                let (graph, read, write) = self.graph().revisit(read, write);
                // The read must not know of anything behind the write.
                let location = graph[write].location().expect("it writes");
                let least = read.map_or(0, |read| graph.lower(location, graph.known(read)));
                self.levels.push(Level { graph, items: Vec::new() });
                if !self.place(write, least, read) {
                    return false;
                }
                read.into_iter().for_each(|read| self.read_from(read, write));
                read
            }
        };
        // A half that comes after this breaks nothing that the read has not broken.
        consistent(self.graph(), self.model) && read.is_none_or(|read| self.complete(read))
    }

    /// Sets the clocks of an event whose source is right.
    fn set_clocks(&mut self, stamp: Stamp) {
        let strong = self.model == Model::Sc;
        let graph = self.graph_mut();
        let (thread, index, ordering) = (graph[stamp].thread, graph[stamp].index, graph[stamp].ordering);
        let Clocks { mut porf, mut hb, mut acquired, mut fenced, .. } = graph.past(thread, index).clone();
        let mut message = Message::default();
        for clock in [&mut porf, &mut hb, &mut acquired] {
            clock.set(thread, index + 1);
        }
        if index == 0 {
            // A fence of who started the thread is none of its own.
            fenced.clear();
        }
        let event = &graph[stamp];
        match (&event.what, event.passes) {
            (What::Read { from, .. }, passes) => {
                let source = &graph[*from].clocks;
                porf.join(&source.porf);
                match passes {
                    Passes::Memory { ordering, .. } => {
                        let handed = source.message.all();
                        acquired.join(handed);
                        if strong || acquires(ordering) {
                            hb.join(handed);
                        }
                    }
                    Passes::Slots { takes, .. } => {
                        let handed = takes.into_iter().flatten().filter_map(|slot| source.message.at(slot));
                        handed.for_each(|handed| hb.join(handed));
                    }
                }
            }
            // What is no atomic access hands nothing on.
            (What::Write { origin: Origin::Birth | Origin::Start(_), .. }, _) => (),
            (What::Write { origin, .. }, passes) => {
                if *origin == Origin::Half {
                    let read = graph.of(thread)[index as usize - 1];
                    message.clone_from(&graph[graph[read].from().expect("the first half reads")].clocks.message);
                }
                match passes {
                    Passes::Memory { ordering, .. } => {
                        message.join(Slot::All, if strong || releases(ordering) { &hb } else { &fenced });
                    }
                    Passes::Slots { gives, .. } => gives.into_iter().for_each(|slot| message.join(slot, &hb)),
                }
            }
            (What::Fence, _) => {
                if acquires(ordering) {
                    hb.join(&acquired);
                }
                if releases(ordering) {
                    fenced = hb.clone();
                }
            }
        }
        acquired.join(&hb);
        graph[stamp].clocks = Clocks { porf, hb, acquired, fenced, message };
    }
}
