//! The search: a stack of graphs, each with what is still to be tried in it.

use std::sync::Arc;

use smallvec::SmallVec;

use super::Model;
use super::access::{Access, Kind};
use super::clock::{Clock, Clocks, Message};
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
    Makes(ObjectName, Arc<State>),
    /// It does this to a location.
    Does(ObjectName, Act),
    /// It does this right after what it did last, so that nobody comes between.
    Also(ObjectName, Act),
    /// It does this once it is admitted to another act as well, which nobody can take from it, and which others do not see.
    After {
        awaited: (ObjectName, Act),
        does: (ObjectName, Act),
    },
    Fence(Ordering),
}

/// The states that a step finds, each at its location.
pub(super) type Found = SmallVec<[(ObjectName, Arc<State>); 2]>;

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

    /// Whether `thread` has events left in the graph, and if so, whether it can perform the next: what that awaits was
    /// performed.
    pub(super) fn can_go_on(&self, thread: Name) -> Option<bool> {
        let graph = self.graph();
        let &next = graph.of(thread).get(self.performed(thread) as usize)?;
        Some(graph[next].awaits().all(|awaited| self.performed(graph[awaited].thread) > graph[awaited].index))
    }

    /// A thread that has events left in the graph.
    pub(super) fn left(&self) -> Option<Name> {
        let threads = (0..self.graph().threads().len() as u32).map(Name);
        threads.into_iter().find(|&thread| self.can_go_on(thread).is_some())
    }

    /// Whether a step could be added as the next of `thread`: in the last state of its location it can go ahead.
    pub(super) fn admits(&self, thread: Name, step: &Step) -> bool {
        let goes = |(location, act): (ObjectName, Act)| {
            let last = self.graph().locations().get(location.index()).and_then(|location| location.order.last());
            last.is_some_and(|&last| self.graph().state(last).meets(act, thread).is_some())
        };
        match *step {
            // It makes its location.
            Step::Does(_, Act::Thread(thread::Act::Spawn(_))) | Step::Makes(..) | Step::Fence(_) => true,
            Step::Does(location, act) | Step::Also(location, act) => goes((location, act)),
            Step::After { awaited, does } => goes(awaited) && goes(does),
        }
    }

    /// The thread performs what it does next: its next event in the graph, or one that is added. The states that it finds; a
    /// store finds none.
    ///
    /// # Errors
    ///
    /// It is not what it did when the same execution was run before.
    pub(super) fn perform(&mut self, thread: Name, step: Step) -> Result<Found, Lost> {
        let performed = self.performed(thread) as usize;
        let next = match self.graph().of(thread).get(performed) {
            Some(&next) => Some(next).filter(|&next| self.repeats(next, step)),
            None => self.extend(thread, step),
        };
        let next = next.ok_or(Lost)?;
        let graph = self.graph();
        let found = graph[next].awaits().map(|write| {
            let location = graph[write].location().expect("a write has a location");
            (location, Arc::clone(graph.state(write)))
        });
        let found = found.collect();
        let half = graph.of(thread).get(performed + 1).is_some_and(|&half| graph[half].is_half());
        if self.performed.len() <= thread.index() {
            self.performed.resize(thread.index() + 1, 0);
        }
        self.performed[thread.index()] += 1 + u32::from(half);
        Ok(found)
    }

    /// Whether a step is the event of the graph that was performed before in its place.
    fn repeats(&self, next: Stamp, step: Step) -> bool {
        let graph = self.graph();
        let event = &graph[next];
        match (&event.what, step) {
            (What::Fence, Step::Fence(ordering)) => event.ordering == ordering,
            (What::Write { location, state, origin: Origin::Birth }, Step::Makes(made, initial)) => {
                *location == made && *state == initial
            }
            (What::Write { location, origin: Origin::Start(child), .. }, Step::Does(object, act)) => {
                *location == object && act == Act::Thread(thread::Act::Spawn(*child))
            }
            (What::Write { location, state, origin: Origin::Store }, Step::Does(object, act)) => {
                let same = |access: Access| {
                    access.ordering == event.ordering && matches!(access.kind, Kind::Writes(after) if after == *state)
                };
                let initial = || graph.state(graph.at(object).order[0]);
                *location == object && Access::of(act, initial(), event.thread).is_some_and(same)
            }
            (What::Read { location, act, after: None, .. }, Step::Does(object, again) | Step::Also(object, again)) => {
                *location == object && *act == again
            }
            (What::Read { location, act, after: Some(after), .. }, Step::After { awaited, does }) => {
                (*location, *act) == does && graph[*after].location() == Some(awaited.0)
            }
            _ => false,
        }
    }

    /// Adds an event, or the two of a read-modify-write; the first of them. `None` where a step is none that could be added.
    fn extend(&mut self, thread: Name, step: Step) -> Option<Stamp> {
        match step {
            Step::Fence(ordering) => {
                let fence = self.graph_mut().push(thread, What::Fence, ordering, Passes::NOTHING);
                self.set_clocks(fence);
                Some(fence)
            }
            Step::Makes(location, state) => Some(self.make(thread, location, state, Origin::Birth)),
            Step::Does(location, act @ Act::Thread(thread::Act::Spawn(child))) => {
                let mut state = State::from(thread::Thread::default());
                let effect = state.meets(act, thread)?;
                state.take(act, effect, thread);
                Some(self.make(thread, location, Arc::new(state), Origin::Start(child)))
            }
            Step::Does(location, act) => self.access(thread, location, act, None),
            Step::Also(location, act) => {
                let event = self.access(thread, location, act, None)?;
                self.graph_mut()[event].joined = true;
                Some(event)
            }
            Step::After { awaited: (location, act), does } => {
                let graph = self.graph();
                // The first that lets it go on, of those after what it knows of.
                let lower = graph.lower(location, &graph.past(thread, graph.of(thread).len() as u32).hb);
                let goes = |write: &&Stamp| graph.state(**write).meets(act, thread).is_some();
                let after = *graph.at(location).order[lower..].iter().find(goes)?;
                self.access(thread, does.0, does.1, Some(after))
            }
        }
    }

    /// Adds the first write of a location.
    fn make(&mut self, thread: Name, location: ObjectName, state: Arc<State>, origin: Origin) -> Stamp {
        let what = What::Write { location, state, origin };
        let write = self.graph_mut().push(thread, what, Ordering::Relaxed, Passes::NOTHING);
        self.set_clocks(write);
        self.graph_mut().put(write, 0);
        write
    }

    /// Adds what a thread does to a location in its last state.
    fn access(&mut self, thread: Name, location: ObjectName, act: Act, after: Option<Stamp>) -> Option<Stamp> {
        let graph = self.graph();
        let (&last, next) = (graph.at(location).order.last()?, graph.len());
        let access = Access::of(act, graph.state(last), thread)?;
        match access.kind {
            Kind::Writes(_) => _ = self.write(thread, location, access, Origin::Store),
            Kind::Reads | Kind::Updates(_) => self.read(thread, What::Read { location, act, from: last, after }),
        }
        Some(Stamp(next as u32))
    }

    /// Adds a read from the last write, and notes which others it could read from.
    fn read(&mut self, thread: Name, what: What) {
        let What::Read { location, from, .. } = what else { unreachable!("{what:?} is no read") };
        let read = self.graph_mut().push(thread, what, Ordering::Relaxed, Passes::NOTHING);
        let graph = self.graph();
        let (order, past) = (&graph.at(location).order, graph.past(thread, graph[read].index));
        let others = (graph.lower(location, &past.hb)..order.len() - 1).filter(|&place| {
            let next = &graph[order[place + 1]];
            match graph.access_of(read, order[place]).map(|access| access.kind) {
                None => false,
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
        let Clocks { porf, hb, acquired, fenced, .. } = graph.past(thread, index);
        let (mut porf, mut hb, mut acquired, mut fenced) = (porf.clone(), hb.clone(), acquired.clone(), fenced.clone());
        let mut message = Message::default();
        for clock in [&mut porf, &mut hb, &mut acquired] {
            clock.set(thread, index + 1);
        }
        if index == 0 {
            // A fence of who started the thread is none of its own.
            fenced = Clock::default();
        }
        let event = &graph[stamp];
        match (&event.what, event.passes) {
            (What::Read { from, .. }, passes) => {
                event.awaits().for_each(|awaited| porf.join(&graph[awaited].clocks.porf));
                let source = &graph[*from].clocks;
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
