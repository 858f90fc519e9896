//! Objects whose operations commute: channels, counts, and all but mutexes, condition variables, threads and atomics.
//!
//! Each operation is a read-modify-write of the object's state, and they stand in one order. But two neighbours whose
//! effects are [independent](Effect::dependent) could stand the other way round, and nobody could tell. So an operation
//! depends only on the earlier operations that its effect is dependent on. The order is one of several equivalent ones,
//! and the one in which the operations are run. Where else an operation could stand is found by its
//! [ways](super::ways).

use super::event::{Stamp, What};
use super::graph::Graph;
use super::search::Search;
use super::together::{Deed, Did, Value};
use crate::check::story::Ordering;
use crate::sync::engine::machine::{Passes, State};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;

/// An operation that a thread is to do as the event of that number.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) thread: Name,
    pub(super) index: u32,
    pub(super) location: ObjectName,
    pub(super) act: Deed,
}

/// Whether operations on an object in such a state may commute.
pub(super) fn may_commute(value: &Value) -> bool {
    !matches!(value, Value::One(State::Atomic(_) | State::Thread(_) | State::Mutex(_) | State::Condvar(_)))
}

impl Graph {
    /// The first half of a read-modify-write, given the second.
    pub(super) fn read_of(&self, half: Stamp) -> Stamp {
        self.of(self[half].thread)[self[half].index as usize - 1]
    }

    /// What an operation does, given its second half.
    pub(super) fn done(&self, half: Stamp) -> (&Deed, &Did) {
        match &self[self.read_of(half)].what {
            What::Read { act, effect: Some(effect), .. } => (act, effect),
            other => unreachable!("{other:?} is no operation"),
        }
    }

    /// Whether two operations on one object are dependent; all are ordered after the making of the object.
    pub(super) fn depend(&self, one: Stamp, other: Stamp) -> bool {
        !self[one].is_half() || self.done(one).1.dependent(self.done(other).1)
    }

    /// The writes on which an operation depends that has `effect` behind `last`.
    pub(super) fn needs<'a>(
        &'a self,
        location: ObjectName,
        last: Stamp,
        effect: &'a Did,
    ) -> impl Iterator<Item = Stamp> + 'a {
        let order = &self.at(location).order;
        let until = self.position(last).map_or(0, |place| place + 1);
        order[..until].iter().copied().filter(move |&write| self.is_needed(write, effect))
    }

    /// Computes sources, states and messages anew after operations were taken out of the order.
    pub(super) fn renew(&mut self, location: ObjectName) {
        for at in 1..self.at(location).order.len() {
            let (before, half) = (self.at(location).order[at - 1], self.at(location).order[at]);
            let read = self.read_of(half);
            if let What::Read { from, .. } = &mut self[read].what {
                *from = before;
            }
            let mut after = Value::clone(self.state(before));
            self.take(half, &mut after);
            let mut message = self[before].clocks.message.clone();
            self.gives(half, |at| message.join(at, &self[half].clocks.hb));
            let event = &mut self[half];
            event.clocks.message = message;
            if let What::Write { state, .. } = &mut event.what {
                *state = after.into();
            }
        }
    }

    /// What an operation makes of a state.
    pub(super) fn take(&self, half: Stamp, state: &mut Value) {
        let (act, effect) = self.done(half);
        state.take(act, effect, self[half].thread);
    }

    pub(super) fn half_of(&self, read: Stamp) -> Stamp {
        self.of(self[read].thread)[self[read].index as usize + 1]
    }

    /// Whether an operation that has `effect` depends on this one.
    pub(super) fn is_needed(&self, other: Stamp, effect: &Did) -> bool {
        !self[other].is_half() || self.done(other).1.dependent(effect)
    }
}

impl Search {
    /// Adds an operation as the last of its object, and notes where else it could stand.
    pub(super) fn operate(&mut self, operation: Operation) {
        self.note_ways(operation.clone());
        let half = self.append(operation.thread, operation.location, operation.act);
        self.note_ways_with(half);
    }

    /// Does the same for an operation whose first half is in the graph.
    pub(super) fn complete_operation(&mut self, read: Stamp) {
        let event = &self.graph()[read];
        let What::Read { location, ref act, .. } = event.what else { unreachable!("it is an operation") };
        let act = act.clone();
        self.note_ways(Operation { thread: event.thread, index: event.index, location, act });
        let half = self.add_half(read);
        self.note_ways_with(half);
    }

    /// Adds an operation as the last of its object; its second half.
    pub(super) fn append(&mut self, thread: Name, location: ObjectName, act: Deed) -> Stamp {
        let from = *self.graph().at(location).order.last().expect("it was made");
        let what = What::Read { location, act, from, after: None, effect: None };
        let read = self.graph_mut().push(thread, what, Ordering::Relaxed, Passes::NOTHING);
        self.read_from(read, from);
        self.add_half(read)
    }
}
