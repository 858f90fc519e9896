//! Objects whose operations commute: channels, counts, and all but mutexes, condition variables, threads, atomics, and what
//! is done once.
//!
//! Each operation is a read-modify-write of the object's state, and they stand in one order. But two neighbours whose
//! effects are [independent](Effect::dependent) could stand the other way round, and nobody could tell. So an operation
//! depends only on the earlier operations that its effect is dependent on. The order is one of several equivalent ones,
//! and the one in which the operations are run. Where else an operation could stand is found by its
//! [ways](super::ways).

use super::deed::{Deed, Did, Value};
use super::event::{Stamp, What};
use super::graph::Graph;
use crate::sync::engine::names::ObjectName;

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
