//! How a graph grows: a new event is added in the maximal way, and an item is noted for each other way.

use std::sync::Arc;

use super::access::{Access, Kind};
use super::deed::{Deed, Operation, Step, Value};
use super::event::{Origin, Stamp, What};
use super::search::{Item, Level, Search};
use crate::check::story::Ordering;
use crate::sync::engine::machine::{Act, Passes, State, thread};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;

impl Search {
    /// Adds an event, or the two of a read-modify-write, and returns the first. `None` where the step cannot be added.
    pub(super) fn extend(&mut self, thread: Name, step: Step) -> Option<Stamp> {
        match step {
            Step::Fence(ordering) => {
                let fence = self.graph_mut().push(thread, What::Fence, ordering, Passes::NOTHING);
                self.know(fence);
                Some(fence)
            }
            Step::Settles => {
                let settles = self.graph_mut().push(thread, What::Settles, Ordering::Relaxed, Passes::NOTHING);
                self.know(settles);
                Some(settles)
            }
            Step::Chooses(of) => {
                let chosen = if self.fails { of - 1 } else { 0 };
                let what = What::Choice { chosen, of };
                let choice = self.graph_mut().push(thread, what, Ordering::Relaxed, Passes::NOTHING);
                self.know(choice);
                self.level().items.extend((1..of).rev().map(|chosen| Item::Choose { choice, chosen }));
                Some(choice)
            }
            Step::Makes(location, state) => Some(self.make(thread, location, state, Origin::Birth)),
            Step::Does(location, Deed::One(act @ Act::Thread(thread::Act::Spawn(child)))) => {
                let mut state = State::from(thread::Thread::default());
                let effect = state.meets(act, thread)?;
                state.take(act, effect, thread);
                Some(self.make(thread, location, Arc::new(state.into()), Origin::Start(child)))
            }
            Step::Does(location, act) => self.access(thread, location, act, None),
            Step::Also(location, act) => {
                let event = self.access(thread, location, act.into(), None)?;
                self.graph_mut()[event].joined = true;
                Some(event)
            }
            Step::After { awaited: (location, act), does } => {
                let graph = self.graph();
                // The first write that lets it go on, of those that coherence allows it to read.
                let lower = graph.lower(location, &graph.past(thread, graph.of(thread).len() as u32).hb);
                let goes = |write: &&Stamp| graph.state(**write).meets(&act.into(), thread).is_some();
                let after = *graph.at(location).order[lower..].iter().find(goes)?;
                self.access(thread, does.0, does.1.into(), Some(after))
            }
        }
    }

    /// Adds the first write of a location.
    fn make(&mut self, thread: Name, location: ObjectName, state: Arc<Value>, origin: Origin) -> Stamp {
        let what = What::Write { location, state, origin };
        let write = self.graph_mut().push(thread, what, Ordering::Relaxed, Passes::NOTHING);
        self.know(write);
        self.graph_mut().put(write, 0);
        write
    }

    /// Adds what a thread does to a location in its last state.
    fn access(&mut self, thread: Name, location: ObjectName, act: Deed, after: Option<Stamp>) -> Option<Stamp> {
        let graph = self.graph();
        let (&last, next) = (graph.at(location).order.last()?, graph.len());
        let access = Access::of(&act, graph.state(last), thread)?;
        if graph.at(location).commutes {
            let index = graph.of(thread).len() as u32;
            self.operate(Operation { thread, index, location, act });
            return Some(Stamp(next as u32));
        }
        // A probe reads again what its thread has read, where that is a look: in the last state it may be none.
        if self.probes
            && let Some(from) = graph.read_before(thread, location)
            && let Some(again) = Access::of(&act, graph.state(from), thread)
            && let Kind::Reads = again.kind
        {
            let what = What::Read { location, act, from, after, effect: None };
            let read = self.graph_mut().push(thread, what, Ordering::Relaxed, Passes::NOTHING);
            self.set_source(read, from, &again);
            return Some(Stamp(next as u32));
        }
        match access.kind {
            Kind::Writes(_) => _ = self.write(thread, location, access, Origin::Store),
            Kind::Reads | Kind::Updates(_) => {
                self.read(thread, What::Read { location, act, from: last, after, effect: None }, access)
            }
        }
        Some(Stamp(next as u32))
    }

    /// Notes where a thread could have done what it waits to do now, although it cannot in the last state.
    pub(super) fn note_waiting(&mut self, thread: Name, location: ObjectName, act: Deed) {
        let graph = self.graph();
        let index = graph.of(thread).len() as u32;
        if graph.at(location).commutes {
            return self.note_ways(Operation { thread, index, location, act });
        }
        let past = graph.past(thread, index);
        let order = &graph.at(location).order;
        let lower = graph.lower(location, &past.hb);
        let goes = |&&write: &&Stamp| Access::of(&act, graph.state(write), thread).is_some();
        let len = graph.len();
        let late = |&write: &Stamp| Item::Late { len, thread, location, act: act.clone(), write };
        let items: Vec<Item> = order[lower..].iter().filter(goes).map(late).collect();
        self.level().items.extend(items);
    }

    /// Adds a read from the last write, and notes which others it could read from.
    fn read(&mut self, thread: Name, what: What, access: Access) {
        let What::Read { location, from, .. } = what else { unreachable!("{what:?} is no read") };
        let Level { graph, items, .. } = self.level();
        let read = graph.push(thread, what, Ordering::Relaxed, Passes::NOTHING);
        let (order, past) = (&graph.at(location).order, graph.past(thread, graph[read].index));
        let others = (graph.lower(location, &past.hb)..order.len() - 1).filter(|&place| {
            let (write, next) = (order[place], &graph[order[place + 1]]);
            // Where another read-modify-write reads from that write already, this one is added to revisit it, if it can.
            if next.is_half() && (next.fixed || next.is_in(&past.porf)) {
                graph.access_of(read, write).is_some_and(|access| !matches!(access.kind, Kind::Updates(_)))
            } else {
                graph.goes_ahead(read, write)
            }
        });
        items.extend(others.map(|place| Item::From { read, write: order[place] }));
        self.set_source(read, from, &access);
        let alive = self.complete(read, access);
        debug_assert!(alive, "nobody else has read the last write as a read-modify-write");
    }

    /// Lets a read that is the last event of its thread read from `write`. Returns what it does there.
    pub(super) fn read_from(&mut self, read: Stamp, write: Stamp) -> Access {
        let access = self.graph().access_of(read, write).expect("it can go ahead");
        self.set_source(read, write, &access);
        access
    }

    /// The same, where it is known what the read does.
    fn set_source(&mut self, read: Stamp, write: Stamp, access: &Access) {
        let event = &mut self.graph_mut()[read];
        if let What::Read { from, effect, .. } = &mut event.what {
            (*from, *effect) = (write, Some(access.effect.clone()));
        }
        (event.ordering, event.passes) = (access.ordering, access.passes);
        self.know(read);
    }

    /// Adds the other half of a read whose source is set, if it has one. Returns whether there is a place for it.
    pub(super) fn complete(&mut self, read: Stamp, access: Access) -> bool {
        let graph = self.graph();
        let event = &graph[read];
        let (thread, location) = (event.thread, event.location().expect("it reads"));
        if graph.at(location).commutes {
            self.complete_operation(read, access);
            return true;
        }
        !matches!(access.kind, Kind::Updates(_)) || self.write(thread, location, access, Origin::Half)
    }

    /// Adds its other half to an operation that reads from the last of its object.
    pub(super) fn add_half(&mut self, read: Stamp, access: Access) -> Stamp {
        let graph = self.graph();
        let (thread, location) = (graph[read].thread, graph[read].location().expect("it reads"));
        let Kind::Updates(state) = access.kind else { unreachable!("it has another half") };
        let what = What::Write { location, state, origin: Origin::Half };
        let half = self.graph_mut().push(thread, what, access.ordering, access.passes);
        self.know(half);
        let last = self.graph().at(location).order.len();
        self.graph_mut().put(half, last);
        half
    }

    /// Adds a write, notes which reads it revisits, and puts it in the last place that it can have. Returns whether
    /// there is one; if not, the write was added only for its revisits.
    fn write(&mut self, thread: Name, location: ObjectName, access: Access, origin: Origin) -> bool {
        let (Kind::Updates(state) | Kind::Writes(state)) = access.kind else { unreachable!("it writes") };
        let what = What::Write { location, state, origin };
        let write = self.graph_mut().push(thread, what, access.ordering, access.passes);
        self.know(write);
        let level = self.level();
        let revisits = level.graph.revisited_by(write).map(|read| Item::Revisit { read, write });
        level.items.extend(revisits);
        self.place(write, 0, None)
    }

    /// Puts a write without a place in the last place that it can have, behind the write at `least`, and notes the
    /// other places. Returns whether there is a place.
    pub(super) fn place(&mut self, write: Stamp, least: usize, revisited: Option<Stamp>) -> bool {
        let level = self.level();
        let places = level.graph.places(write, least);
        let Some((&last, others)) = places.split_first() else { return false };
        level.items.extend(others.iter().rev().map(|&place| Item::Place { write, place, revisited }));
        level.graph.put(write, last);
        true
    }

    /// Sets the clocks of an event whose source is set.
    fn know(&mut self, stamp: Stamp) {
        let model = self.model;
        self.graph_mut().set_clocks(stamp, model);
    }
}
