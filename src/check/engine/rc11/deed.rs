//! What threads do, as the graphs have it: deeds, which are done to the values of locations and have effects there.

use std::sync::Arc;

use crate::check::story::Ordering;
use crate::sync::engine::machine::request::{Request, States};
use crate::sync::engine::machine::{Act, Effect, Part, Parts, Passes, State, queue, rendezvous};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;

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
    /// Whether operations on it may commute.
    pub(super) fn may_commute(&self) -> bool {
        use State::{Atomic, Condvar, Mutex, Once, Thread};

        !matches!(self, Value::One(Atomic(_) | Thread(_) | Mutex(_) | Condvar(_) | Once(_)))
    }

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

/// What a thread does next.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// It makes a location.
    Makes(ObjectName, Arc<Value>),
    /// It does this to a location.
    Does(ObjectName, Deed),
    /// It does this joined to its last event: no other event comes between.
    Also(ObjectName, Act),
    /// It does this once the awaited act is admitted as well. No other thread can revoke the awaited act or see it.
    After {
        awaited: (ObjectName, Act),
        does: (ObjectName, Act),
    },
    Fence(Ordering),
    /// It chooses one of so many arms.
    Chooses(u32),
    /// It goes on if no other thread can.
    Settles,
}

/// An operation that a thread is to do as the event of that number.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) thread: Name,
    pub(super) index: u32,
    pub(super) location: ObjectName,
    pub(super) act: Deed,
}
