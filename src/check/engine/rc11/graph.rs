//! An execution graph: what each thread has done, which write each read reads from, and the modification order of each
//! location.
//!
//! An event's [`Stamp`] is its place in the order in which events were added; within a thread it grows with program order.
//! An atomic's initial value is a write of the thread that made it, and the first in the modification order. A thread
//! is a location as well. Its end writes to it, and a join, or a question whether it has ended, reads from it. Its
//! initial write is the event that starts it.
//!
//! Two things hold for every graph. The events that an event depends on, by program order or reads-from, are in the
//! graph. And a read-modify-write is two events, the second of which, its *half*, stands in the modification order
//! right after what the first reads.

mod kept;

use std::ops::{Index, IndexMut};
use std::sync::Arc;

use smallvec::SmallVec;

use super::clock::{Clock, Clocks};
use super::deed::{Did, Value};
use super::event::{Event, Origin, Stamp, What};
use crate::check::story::Ordering;
use crate::sync::engine::machine::Passes;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;

/// A few events, in some order.
pub(super) type Stamps = SmallVec<[Stamp; 6]>;

/// The events of a thread, and the one that started it.
#[derive(Clone, Debug, Default)]
pub(super) struct Thread {
    pub(super) events: Vec<Stamp>,
    pub(super) start: Option<Stamp>,
}

/// The accesses to a location.
#[derive(Clone, Debug, Default)]
pub(super) struct Location {
    /// The modification order, the initial write first.
    pub(super) order: Vec<Stamp>,
    /// The reads of it, in no particular order.
    pub(super) reads: Vec<Stamp>,
    /// Its [operations](super::commute) may commute.
    pub(super) commutes: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Graph {
    events: Vec<Event>,
    threads: Vec<Thread>,
    locations: Vec<Location>,
    /// What is known before the first event of all.
    nothing: Clocks,
}

impl Index<Stamp> for Graph {
    type Output = Event;

    fn index(&self, stamp: Stamp) -> &Event {
        &self.events[stamp.0 as usize]
    }
}

impl IndexMut<Stamp> for Graph {
    fn index_mut(&mut self, stamp: Stamp) -> &mut Event {
        &mut self.events[stamp.0 as usize]
    }
}

impl Graph {
    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    /// All events, in the order of their addition.
    pub(super) fn stamps(&self) -> impl DoubleEndedIterator<Item = Stamp> + use<> {
        (0..self.events.len() as u32).map(Stamp)
    }

    /// The events of a thread, in program order.
    pub(super) fn of(&self, thread: Name) -> &[Stamp] {
        self.threads.get(thread.index()).map_or(&[], |thread| &thread.events)
    }

    pub(super) fn threads(&self) -> &[Thread] {
        &self.threads
    }

    pub(super) fn locations(&self) -> &[Location] {
        &self.locations
    }

    /// The accesses to a location that has been made.
    pub(super) fn at(&self, location: ObjectName) -> &Location {
        &self.locations[location.index()]
    }

    /// The state in which a write leaves its location.
    pub(super) fn state(&self, write: Stamp) -> &Arc<Value> {
        match &self[write].what {
            What::Write { state, .. } => state,
            other => unreachable!("{other:?} is no write"),
        }
    }

    /// The place of a write in the modification order, if it has one.
    pub(super) fn position(&self, write: Stamp) -> Option<usize> {
        let location = self[write].location().expect("a write has a location");
        self.at(location).order.iter().rposition(|&other| other == write)
    }

    /// The place in the modification order of the oldest write that coherence lets an event read which knows of
    /// `known`: the last write that it knows of, or that was read by a read that it knows of.
    pub(super) fn lower(&self, location: ObjectName, known: &Clock) -> usize {
        let Location { order, reads, .. } = self.at(location);
        let written = order.iter().rposition(|&write| self[write].is_in(known)).unwrap_or(0);
        let behind = |from: Stamp| order[written..].iter().rposition(|&write| write == from);
        let read = reads.iter().filter(|&&read| self[read].is_in(known)).filter_map(|&read| behind(self[read].from()?));
        written + read.max().unwrap_or(0)
    }

    /// Adds an event as the next of its thread. Its clocks are still to be set, and its place in the modification order.
    pub(super) fn push(&mut self, thread: Name, what: What, ordering: Ordering, passes: Passes) -> Stamp {
        let stamp = Stamp(self.events.len() as u32);
        let events = &mut self.thread(thread).events;
        let index = events.len() as u32;
        events.push(stamp);
        match what {
            What::Read { location, .. } => self.locations[location.index()].reads.push(stamp),
            What::Write { location, ref state, origin: Origin::Birth | Origin::Start(_) } => {
                if self.locations.len() <= location.index() {
                    self.locations.resize_with(location.index() + 1, Location::default);
                }
                self.locations[location.index()].commutes = state.may_commute();
            }
            _ => (),
        }
        if let What::Write { origin: Origin::Start(child), .. } = what {
            self.thread(child).start = Some(stamp);
        }
        self.events.push(Event {
            thread,
            index,
            what,
            ordering,
            passes,
            fixed: false,
            joined: false,
            clocks: Clocks::default(),
        });
        stamp
    }

    /// Puts a SeqCst fence between an event and the next of its thread, if there is one, and they are not one operation. That
    /// breaks the order of stamps: it is for a graph that is only looked at.
    pub(super) fn fence_after(&mut self, event: Stamp) -> Option<Stamp> {
        let (thread, index) = (self[event].thread, self[event].index as usize + 1);
        let &next = self.of(thread).get(index).filter(|&&next| !self[next].is_half() && !self[next].joined)?;
        let fence = self.push(thread, What::Fence, Ordering::SeqCst, Passes::NOTHING);
        let events = &mut self.thread(thread).events;
        events.pop();
        events.insert(index, fence);
        let later: Stamps = events[index + 1..].into();
        self[fence].index = self[next].index;
        later.into_iter().for_each(|later| self[later].index += 1);
        Some(fence)
    }

    fn thread(&mut self, name: Name) -> &mut Thread {
        if self.threads.len() <= name.index() {
            self.threads.resize_with(name.index() + 1, Thread::default);
        }
        &mut self.threads[name.index()]
    }

    /// Keeps the first `len` events.
    pub(super) fn cut(&mut self, len: usize) {
        for at in (len..self.events.len()).rev() {
            let (event, stamp) = (&self.events[at], Stamp(at as u32));
            self.threads[event.thread.index()].events.pop();
            let list = match event.what {
                What::Read { location, .. } => &mut self.locations[location.index()].reads,
                What::Write { location, .. } => &mut self.locations[location.index()].order,
                What::Fence | What::Choice { .. } | What::Settles => continue,
            };
            // A write in a dead branch has no place.
            if let Some(at) = list.iter().rposition(|&other| other == stamp) {
                list.remove(at);
            }
            if let What::Write { origin: Origin::Start(child), .. } = event.what {
                self.threads[child.index()].start = None;
            }
        }
        self.events.truncate(len);
    }

    /// The clocks before the event with that index in a thread: those of the event before it, or of the event that
    /// started the thread.
    pub(super) fn past(&self, thread: Name, index: u32) -> &Clocks {
        let of = self.threads.get(thread.index());
        match (index.checked_sub(1), of.and_then(|of| of.start)) {
            (Some(before), _) => &self[self.of(thread)[before as usize]].clocks,
            (None, Some(start)) => &self[start].clocks,
            (None, None) => &self.nothing,
        }
    }

    /// What happens before an event.
    pub(super) fn known(&self, stamp: Stamp) -> &Clock {
        &self.past(self[stamp].thread, self[stamp].index).hb
    }

    /// Whether two events are about one object.
    pub(super) fn meet(&self, one: Stamp, other: Stamp) -> bool {
        let Some(location) = self[one].location().filter(|&location| self[other].location() == Some(location)) else {
            return false;
        };
        let several = self.at(location).order.first().is_some_and(|&made| self.state(made).is_several());
        let did = |event: Stamp| self.did(event);
        match (several, did(one), did(other)) {
            (true, Some(one), Some(other)) => one.meets(other),
            _ => true,
        }
    }

    /// The effect of an operation, given one of its halves.
    fn did(&self, event: Stamp) -> Option<&Did> {
        let read = if self[event].is_half() { self.read_of(event) } else { event };
        if let What::Read { effect, .. } = &self[read].what { effect.as_ref() } else { None }
    }

    /// The write of a location that a thread has read or written last.
    pub(super) fn read_before(&self, thread: Name, location: ObjectName) -> Option<Stamp> {
        let last = self.of(thread).iter().rev().copied().find(|&event| self[event].location() == Some(location))?;
        self[last].from().or(Some(last))
    }

    /// Gives a write its place in the modification order.
    pub(super) fn put(&mut self, write: Stamp, place: usize) {
        let location = self[write].location().expect("a write has a location");
        self.locations[location.index()].order.insert(place, write);
    }

    /// Takes its place from a write.
    pub(super) fn take_out(&mut self, write: Stamp) {
        let location = self[write].location().expect("a write has a location");
        self.locations[location.index()].order.retain(|&other| other != write);
    }
}
