//! Where else than at the end an operation could stand, on an object whose operations [commute](super::commute).
//!
//! An operation is added as the last. It could also come *before* a set of other operations that contains, with each,
//! all that depend on it. The set may have no operation that the thread knows of, and no fixed one. Only those sets
//! count in which each minimal operation is dependent on the new one, or matters to the *first*, the operation of the
//! set that was added first; any other set is equivalent to a smaller one. From the first on, all events are taken away
//! that the operation does not depend on, as where a write [revisits](super::revisit) a read. The operation is added
//! and fixed, and the first is done again behind it. The operations that the first then depends on are kept and fixed
//! too: they may be more than before.
//!
//! - The effect of an operation that comes before others may depend on operations that are added later, though its
//!   effect at its present place does not. So when an operation is added, the ways of the operations already there are
//!   computed again with it.
//! - Several independent operations can come before one. It is enough that they are added in one order.

use super::clock::Clock;
use super::deed::{Deed, Did, Operation, Value};
use super::event::Stamp;
use super::graph::{Graph, Stamps};

/// An operation, the order in which it is to have a place, and the new operation of that order: without it the ways
/// have been computed before.
#[derive(Clone, Copy)]
struct Among<'a> {
    operation: &'a Operation,
    order: &'a [Stamp],
    new: Option<Stamp>,
}

/// One way for an operation to come before others.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// The events that the operation depends on.
    pub(super) past: Clock,
    /// The same, and those that the first depends on behind the operation.
    pub(super) needed: Clock,
    /// The operation of the set that was added first, and whether it can go ahead behind the new one.
    pub(super) first: Stamp,
    pub(super) stays: bool,
}

impl Graph {
    /// The ways in which an operation that is not there yet could come before others.
    pub(super) fn ways(&self, operation: &Operation) -> Vec<Way> {
        self.ways_among(Among { operation, order: &self.at(operation.location).order, new: None })
    }

    /// The ways in which operations of the graph could come before others only because the operation `new` is there.
    pub(super) fn ways_with(&self, new: Stamp) -> Vec<(Operation, Way)> {
        let location = self[new].location().expect("it is an operation");
        let order = &self.at(location).order;
        let mut ways = Vec::new();
        for &half in order {
            let comes = self[half].is_half() && !self[half].fixed && !self[half].is_in(&self[new].clocks.porf);
            if !comes {
                continue;
            }
            let (thread, index, (act, _)) = (self[half].thread, self[half].index - 1, self.done(half));
            let operation = Operation { thread, index, location, act: act.clone() };
            let others: Stamps =
                order.iter().copied().filter(|&other| !self[half].is_in(&self[other].clocks.porf)).collect();
            let found = self.ways_among(Among { operation: &operation, order: &others, new: Some(new) });
            ways.extend(found.into_iter().map(|way| (operation.clone(), way)));
        }
        ways
    }

    fn ways_among(&self, among: Among<'_>) -> Vec<Way> {
        let Among { operation, order, .. } = among;
        let Some(first) = order.iter().position(|&other| self.can_be_behind(other, operation)) else {
            return Vec::new();
        };
        let mut state = Value::clone(self.state(order[0]));
        order[1..first].iter().for_each(|&other| self.take(other, &mut state));
        let (mut behind, mut ways) = (Stamps::new(), Vec::new());
        self.extend_ways(among, first, state, &mut behind, &mut ways);
        ways
    }

    fn can_be_behind(&self, other: Stamp, operation: &Operation) -> bool {
        let past = &self.past(operation.thread, operation.index).porf;
        self[other].is_half() && !self[other].fixed && !self[other].is_in(past)
    }

    /// Decides for each operation from `at` on whether it comes behind; those that do not leave `state`.
    fn extend_ways(&self, among: Among<'_>, at: usize, state: Value, behind: &mut Stamps, ways: &mut Vec<Way>) {
        let Among { operation, order, new } = among;
        let Some(&other) = order.get(at) else {
            ways.extend(self.way(among, &state, behind));
            return;
        };
        if Some(other) != new && self.can_be_behind(other, operation) {
            behind.push(other);
            self.extend_ways(among, at + 1, state.clone(), behind, ways);
            behind.pop();
        }
        if !behind.iter().any(|&one| self[one].is_in(&self[other].clocks.porf)) {
            let mut state = state;
            self.take(other, &mut state);
            self.extend_ways(among, at + 1, state, behind, ways);
        }
    }

    /// The way in which an operation comes before the set `behind`; all others leave `state`. `None` if that is no
    /// other execution, or if another graph than this one leads there.
    fn way(&self, among: Among<'_>, state: &Value, behind: &Stamps) -> Option<Way> {
        let Among { operation, order, new } = among;
        let &Operation { thread, index, ref act, .. } = operation;
        let effect = &state.meets(act, thread)?;
        let first = behind.iter().map(|&half| self.read_of(half)).min()?;
        let own = self.of(thread).get(index as usize).copied();
        if new.is_some_and(|new| !self.is_needed(new, effect) || own.is_some_and(|own| own < first)) {
            return None;
        }
        let leads =
            |&&one: &&Stamp| !behind.iter().any(|&other| other != one && self[other].is_in(&self[one].clocks.porf));
        let next = self.done(self.half_of(first)).0;
        // Whether one of the set could as well come before the operation.
        let commutes = |&one: &Stamp| {
            let mut state = state.clone();
            self.take(one, &mut state);
            let does = self.done(one).1;
            let Some(other) = state.meets(act, thread) else { return false };
            if other.dependent(does) {
                return false;
            }
            // The order of the two may matter to the first.
            state.take(act, &other, thread);
            let needs = || state.meets(next, self[first].thread).is_none_or(|effect| effect.dependent(does));
            self.read_of(one) == first || !needs()
        };
        if behind.iter().filter(leads).any(commutes) {
            return None;
        }
        let others = || order.iter().copied().filter(|other| !behind.contains(other));
        let join = |clock: &mut Clock, writes: &mut dyn Iterator<Item = Stamp>| {
            writes.for_each(|write| clock.join(&self[write].clocks.porf));
        };
        let mut past = self.past(thread, index).porf.clone();
        join(&mut past, &mut others().filter(|&other| self.is_needed(other, effect)));
        // What the first does then, and what it depends on.
        let mut after = state.clone();
        after.take(act, effect, thread);
        let before = self.done(self.half_of(first)).1;
        let stays = after.meets(next, self[first].thread);
        let needs = stays.as_ref().unwrap_or(before);
        let mut needed = past.clone();
        if stays.is_some() || !self.is_in_the_way(operation, effect, &past, first, next) {
            join(&mut needed, &mut others().filter(|&other| self.is_needed(other, needs)));
        }
        let way = Way { past, needed, first, stays: stays.is_some() };
        if !self.comes_last(among, &way, behind) {
            return None;
        }
        let is_own = |event: Stamp| self[event].thread == thread && (index..index + 2).contains(&self[event].index);
        let goes =
            |&event: &Stamp| (event == first || !self[event].is_in(&way.needed)) && !(own.is_some() && is_own(event));
        let later = (first.0..self.len() as u32).map(Stamp);
        let maximal = later.filter(goes).all(|event| self.is_maximal(event, &way.needed, None));
        maximal.then_some(way)
    }

    /// Whether an operation by itself, with what it depends on, keeps the first waiting.
    fn is_in_the_way(&self, operation: &Operation, effect: &Did, past: &Clock, first: Stamp, next: &Deed) -> bool {
        let order = &self.at(operation.location).order;
        let mut state = Value::clone(self.state(order[0]));
        for &other in order[1..].iter().filter(|&&other| other < first || self[other].is_in(past)) {
            self.take(other, &mut state);
        }
        state.take(&operation.act, effect, operation.thread);
        state.meets(next, self[first].thread).is_none()
    }

    /// Several operations can come before the first, one after the other. Of two independent ones the one with the
    /// greater name is added last, unless the other does not matter to the first without it.
    fn comes_last(&self, among: Among<'_>, way: &Way, behind: &Stamps) -> bool {
        let Among { operation, order, .. } = among;
        let &Way { ref past, ref needed, first, .. } = way;
        let came = |&other: &Stamp| {
            self[other].fixed && other > first && self[other].is_in(needed) && !self[other].is_in(past)
        };
        let others: Stamps = order.iter().copied().filter(came).collect();
        let is_last =
            |&&one: &&Stamp| !others.iter().any(|&other| other != one && self[one].is_in(&self[other].clocks.porf));
        let name = |one: Stamp| (self[one].thread, self[one].index - 1);
        let half = self.half_of(first);
        let commutes_without = |other: Stamp| {
            let mut state = Value::clone(self.state(order[0]));
            let stays = |&&one: &&Stamp| !behind.contains(&one) && !self[other].is_in(&self[one].clocks.porf);
            order[1..].iter().filter(stays).for_each(|&one| self.take(one, &mut state));
            let (act, thread) = (self.done(half).0, self[half].thread);
            let Some(effect) = state.meets(act, thread) else { return false };
            state.take(act, &effect, thread);
            state.meets(&operation.act, operation.thread).is_some_and(|other| !other.dependent(&effect))
        };
        let before = (operation.thread, operation.index);
        others.iter().filter(is_last).all(|&other| name(other) < before || commutes_without(other))
    }
}
