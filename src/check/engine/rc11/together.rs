//! Channels that a select looks at in one step are one location.
//!
//! A select comes to wait on all of its channels at once, or finds none of them ready; and who meets it takes it away from
//! the others. So the states of these channels are one [value](Value), and an operation on any of them is a
//! read-modify-write of it. Its effect is what it does to each channel, as under `dpor`: operations on different channels
//! commute as before. Which channels these are is known only when a select looks at them; then the search starts again.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::search::Step;
use crate::sync::engine::machine::request::{Otherwise, Request, States};
use crate::sync::engine::machine::{Act, Effect, Part, Parts, Passes, State, queue, rendezvous};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{Name, Op};
use crate::sync::engine::world::World;

/// What a write leaves at a location: the state of an object, or of several channels, sorted by their names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Value {
    One(State),
    Several(Vec<(ObjectName, State)>),
}

/// What is done to a location.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Deed {
    One(Act),
    /// What a select does, or one operation on one of several channels, by this choice.
    Asks(Arc<(Request<ObjectName>, Option<u32>)>),
    /// One of several channels is made.
    Makes(ObjectName, Arc<State>),
}

/// The effect of a deed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Did {
    One(Effect),
    Asked(Arc<Parts>),
    Made(ObjectName),
}

impl From<Act> for Deed {
    fn from(act: Act) -> Self {
        Deed::One(act)
    }
}

impl From<State> for Value {
    fn from(state: State) -> Self {
        Value::One(state)
    }
}

impl Value {
    /// The effect of a deed on it; `None` where that cannot go ahead.
    pub(super) fn meets(&self, deed: &Deed, me: Name) -> Option<Did> {
        match (self, deed) {
            (Value::One(state), &Deed::One(act)) => state.meets(act, me).map(Did::One),
            (_, Deed::Asks(asks)) => {
                let (request, choice) = &**asks;
                let made = |object| self.known(object).is_some();
                let parts = request.objects().all(made).then(|| request.parts(me, *choice, self))??;
                Some(Did::Asked(Arc::new(told_apart(parts))))
            }
            (_, &Deed::Makes(object, _)) => Some(Did::Made(object)),
            (Value::Several(_), Deed::One(act)) => unreachable!("{act:?} names none of several channels"),
        }
    }

    /// What a deed with that effect makes of it.
    pub(super) fn take(&mut self, deed: &Deed, did: &Did, me: Name) {
        match (self, deed, did) {
            (Value::One(state), &Deed::One(act), &Did::One(effect)) => state.take(act, effect, me),
            (Value::One(state), _, Did::Asked(parts)) => {
                parts.iter().for_each(|part| state.take(part.act, part.effect, me));
            }
            (Value::Several(states), _, Did::Asked(parts)) => {
                for &Part { object, act, effect } in parts.iter() {
                    let at = states.binary_search_by_key(&object, |&(name, _)| name).expect("it was made");
                    states[at].1.take(act, effect, me);
                }
            }
            (Value::Several(states), Deed::Makes(object, state), _) => {
                let at = states.partition_point(|(name, _)| name < object);
                states.insert(at, (*object, State::clone(state)));
            }
            (value, deed, _) => unreachable!("{deed:?} was done to {value:?}"),
        }
    }

    pub(super) fn is_several(&self) -> bool {
        matches!(self, Value::Several(_))
    }

    /// The state of an object, if it has been made.
    fn known(&self, object: ObjectName) -> Option<&State> {
        match self {
            Value::One(state) => Some(state),
            Value::Several(states) => {
                let at = states.binary_search_by_key(&object, |&(name, _)| name).ok()?;
                Some(&states[at].1)
            }
        }
    }
}

impl States<ObjectName> for Value {
    fn state(&self, object: ObjectName) -> &State {
        self.known(object).expect("it was made")
    }

    fn awaited_beside(&self, object: ObjectName, who: Name) -> Vec<ObjectName> {
        let Value::Several(states) = self else { return Vec::new() };
        let awaits = |state: &State| state.as_arm().is_some_and(|arm| arm.awaits(who));
        states.iter().filter(|(name, state)| *name != object && awaits(state)).map(|&(name, _)| name).collect()
    }

    fn time_comes_last(&self) -> bool {
        false
    }
}

/// What others can notice of an operation. A select that goes on by an arm was to go on by that one, so it does not
/// matter whether others were ready.
fn told_apart(mut parts: Parts) -> Parts {
    let looks = |part: &Part| {
        matches!(part.act, Act::Queue(queue::Act::Look { .. }) | Act::Rendezvous(rendezvous::Act::Look { .. }))
    };
    let waits = |part: &Part| matches!(part.act, Act::Rendezvous(rendezvous::Act::Arrive { .. }));
    if parts.first().is_some_and(|first| !looks(first) && !waits(first)) {
        parts.retain(|part| !looks(part));
    }
    parts
}

impl Deed {
    /// See [`Act::changes_content`].
    pub(super) fn changes_content(&self) -> bool {
        matches!(self, Deed::One(act) if act.changes_content())
    }
}

impl Did {
    /// Whether the order of two operations on one location can be observed.
    pub(super) fn dependent(&self, other: &Did) -> bool {
        match (self, other) {
            (Did::One(one), Did::One(other)) => one.dependent(*other),
            (Did::One(one), Did::Asked(parts)) | (Did::Asked(parts), Did::One(one)) => {
                parts.iter().any(|part| one.dependent(part.effect))
            }
            (Did::Asked(parts), Did::Asked(others)) => {
                let meet = |one: &Part| {
                    others.iter().any(|other| one.object == other.object && one.effect.dependent(other.effect))
                };
                parts.iter().any(meet)
            }
            (Did::Made(object), other) | (other, Did::Made(object)) => other.is_about(*object),
        }
    }

    /// Whether two operations on several channels are about the same one.
    pub(super) fn meets(&self, other: &Did) -> bool {
        match (self, other) {
            (Did::Asked(parts), other) => parts.iter().any(|part| other.is_about(part.object)),
            (Did::Made(object), other) => other.is_about(*object),
            (Did::One(_), _) => true,
        }
    }

    /// Whether it makes that one of several channels, or does something to it.
    pub(super) fn is_about(&self, object: ObjectName) -> bool {
        match self {
            Did::One(_) => false,
            Did::Asked(parts) => parts.iter().any(|part| part.object == object),
            Did::Made(made) => *made == object,
        }
    }

    /// The one of several channels that it makes.
    pub(super) fn made(&self) -> Option<ObjectName> {
        if let Did::Made(object) = self { Some(*object) } else { None }
    }

    /// What each part acquires and releases, with its object.
    pub(super) fn parts(&self, me: Name) -> impl Iterator<Item = (ObjectName, Passes)> + '_ {
        let parts: &[Part] = if let Did::Asked(parts) = self { parts } else { &[] };
        parts.iter().map(move |part| (part.object, part.act.passes(part.effect, me)))
    }
}

/// Which channels are one location, by its name.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Together {
    of: BTreeMap<ObjectName, ObjectName>,
}

impl Together {
    /// The locations.
    pub(super) fn locations(&self) -> Vec<ObjectName> {
        let mut all: Vec<ObjectName> = self.of.values().copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The location of which an object is a part.
    pub(super) fn of(&self, object: ObjectName) -> Option<ObjectName> {
        self.of.get(&object).copied()
    }

    /// An act on an object.
    pub(super) fn does(&self, object: ObjectName, act: Act) -> Step {
        match self.of(object) {
            None => Step::Does(object, act.into()),
            Some(location) => Step::Does(location, Deed::Asks(Arc::new((Request::One(object, act), None)))),
        }
    }

    /// What a select does by a choice, all of whose channels are one location.
    pub(super) fn asks(&self, request: Request<ObjectName>, choice: Option<u32>) -> Step {
        let object = request.object().expect("a select has an arm");
        Step::Does(self.of(object).unwrap_or(object), Deed::Asks(Arc::new((request, choice))))
    }

    /// Takes in what a task has announced. Returns whether channels are one location now that were not.
    pub(super) fn take_in(&mut self, world: &mut World, op: &Op) -> bool {
        let Request::Any(arms, otherwise) = &op.request else { return false };
        let mut objects: Vec<ObjectName> = arms.iter().map(|&(object, _)| world.object(object).name).collect();
        objects.sort_unstable();
        objects.dedup();
        let location = self.of(objects[0]);
        let is_one = objects.len() == 1 || location.is_some() && objects.iter().all(|&name| self.of(name) == location);
        if *otherwise == Otherwise::Waits || is_one {
            return false;
        }
        let old: Vec<ObjectName> = objects.iter().filter_map(|&name| self.of(name)).collect();
        let first = || world.names.global(&format!("channels of one select, {}", self.of.len()));
        let new = old.first().copied().unwrap_or_else(first);
        self.of.values_mut().filter(|location| old.contains(location)).for_each(|location| *location = new);
        self.of.extend(objects.into_iter().map(|name| (name, new)));
        true
    }
}
