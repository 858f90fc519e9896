//! What a task asks for: an act on an object, several at once, or whichever of several can be had.
//!
//! A request is carried out in an execution, and it is asked in another what it *would* come to: by [`choices`] and
//! [`parts`], over whatever states are at hand. Both are pure.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Act, Arm, Part, State, Words};
use crate::check::story::Role;
use crate::sync::engine::op::Name;

/// What a task asks for. Objects are known by `Id`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Request<Id> {
    /// One act.
    One(Id, Act),
    /// Both acts together, once both can go ahead: a wait on a condition variable is one on its mutex too.
    Both([(Id, Act); 2]),
    /// The act of one of the arms; which one, where several can go ahead, is a choice.
    Any(Arc<[(Id, Act)]>, Otherwise),
    /// Lets others go on.
    Yield,
}

/// What becomes of a [`Request::Any`] of whose arms none can go ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Otherwise {
    /// It waits.
    Waits,
    /// It comes to wait where partners can see it, and what comes then is another request.
    Arrives,
    /// It has come to wait, and waits to be met.
    Awaits,
    /// It goes on without.
    GoesOn,
}

/// The states of the objects.
pub(crate) trait States<Id> {
    /// Of this one.
    fn state(&self, object: Id) -> &State;
    /// The channels on which a task has come to wait, but for this one.
    fn awaited_beside(&self, object: Id, who: Name) -> Vec<Id>;
}

/// The arms whose bits are set.
pub(crate) fn arms_of(bits: u64) -> impl Iterator<Item = u32> {
    (0..u64::BITS).filter(move |&arm| bits >> arm & 1 == 1)
}

/// How a request can go ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choices {
    /// Not at all: it waits.
    Blocked,
    /// In one way.
    One,
    /// By one of these arms, as bits.
    Arms(u64),
}

impl Choices {
    /// Each way, as the choice of a label.
    pub(crate) fn iter(self) -> impl Iterator<Item = Option<u32>> {
        let arms = if let Choices::Arms(arms) = self { arms } else { 0 };
        let one = (self == Choices::One).then_some(None);
        one.into_iter().chain(arms_of(arms).map(Some))
    }

    /// Whether it can go ahead in this way.
    pub(crate) fn has(self, choice: Option<u32>) -> bool {
        match (self, choice) {
            (Choices::One, None) => true,
            (Choices::Arms(arms), Some(arm)) => arms >> arm & 1 == 1,
            _ => false,
        }
    }
}

fn arm<Id: Copy, S: States<Id>>(states: &S, object: Id) -> &dyn Arm {
    states.state(object).as_arm().expect("a select waits for channels")
}

impl<Id: Copy + PartialEq> Request<Id> {
    /// The object that it is about; for a select the first of its arms, and none for a yield.
    pub(crate) fn object(&self) -> Option<Id> {
        match self {
            Request::One(object, _) | Request::Both([(object, _), _]) => Some(*object),
            Request::Any(arms, _) => Some(arms[0].0),
            Request::Yield => None,
        }
    }

    /// The act that it is about, in the same way.
    pub(crate) fn act(&self) -> Option<Act> {
        match self {
            Request::One(_, act) | Request::Both([(_, act), _]) => Some(*act),
            Request::Any(arms, _) => Some(arms[0].1),
            Request::Yield => None,
        }
    }

    /// Whether it is this act on one object.
    pub(crate) fn is(&self, act: impl Into<Act>) -> bool {
        matches!(self, Request::One(_, one) if *one == act.into())
    }

    /// Its words: those of the act that it is about.
    pub(crate) fn words(&self) -> Words {
        match self {
            Request::One(_, act) | Request::Both([(_, act), _]) => act.words(),
            Request::Any(..) => Words::reading("select from"),
            Request::Yield => Words::with("yield", Role::Yields),
        }
    }

    /// Whether it commutes with others of which this is true too: it reads, or joins those who do.
    pub(crate) fn commutes_with_its_like(&self) -> bool {
        matches!(self, Request::One(_, act) if act.words().shares)
    }

    /// Every object that it may do something to.
    pub(crate) fn objects(&self) -> impl Iterator<Item = Id> + '_ {
        let few: &[(Id, Act)] = match self {
            Request::One(..) | Request::Yield => &[],
            Request::Both(both) => both,
            Request::Any(arms, _) => arms,
        };
        let one = if let Request::One(object, _) = self { Some(*object) } else { None };
        one.into_iter().chain(few.iter().map(|&(object, _)| object))
    }

    /// The same, of objects that are known by other ids.
    pub(crate) fn at<Other>(&self, id: impl Fn(Id) -> Other) -> Request<Other> {
        match self {
            Request::One(object, act) => Request::One(id(*object), *act),
            Request::Both(both) => Request::Both(both.map(|(object, act)| (id(object), act))),
            Request::Any(arms, otherwise) => {
                Request::Any(arms.iter().map(|&(object, act)| (id(object), act)).collect(), *otherwise)
            }
            Request::Yield => Request::Yield,
        }
    }

    /// How it can go ahead in these states.
    pub(crate) fn choices(&self, me: Name, states: &impl States<Id>) -> Choices {
        let goes = |goes: bool| if goes { Choices::One } else { Choices::Blocked };
        match self {
            Request::Yield => Choices::One,
            Request::One(object, act) => goes(states.state(*object).meets(*act, me).is_some()),
            Request::Both(both) => {
                goes(both.iter().all(|&(object, act)| states.state(object).meets(act, me).is_some()))
            }
            Request::Any(arms, Otherwise::Awaits)
                if arms.iter().any(|&(object, _)| arm(states, object).meet(me).is_some()) =>
            {
                Choices::One
            }
            Request::Any(arms, otherwise) => {
                let ready = |&(_, &(object, _)): &(usize, &(Id, Act))| arm(states, object).ready();
                let bits = arms.iter().enumerate().filter(ready).fold(0, |bits, (number, _)| bits | 1 << number);
                match bits {
                    0 => goes(matches!(otherwise, Otherwise::Arrives | Otherwise::GoesOn)),
                    bits => Choices::Arms(bits),
                }
            }
        }
    }

    /// What it comes to in these states, object by object, by this one of its [choices](Self::choices); whether it is one
    /// of them.
    pub(crate) fn parts(
        &self,
        me: Name,
        choice: Option<u32>,
        states: &impl States<Id>,
        parts: &mut Vec<Part<Id>>,
    ) -> bool {
        parts.clear();
        let part = |object: Id, act: Act| {
            let effect = states.state(object).meets(act, me)?;
            Some(Part { object, act, effect })
        };
        match self {
            Request::Yield => (),
            Request::One(object, act) => {
                parts.extend(part(*object, *act));
                if parts.is_empty() {
                    return false;
                }
            }
            Request::Both(both) => {
                parts.extend(both.iter().filter_map(|&(object, act)| part(object, act)));
                if parts.len() < 2 {
                    return false;
                }
            }
            Request::Any(arms, otherwise) => {
                if !self.choices(me, states).has(choice) {
                    return false;
                }
                select(arms, *otherwise, me, choice, states, parts);
            }
        }
        // Whoever is met is taken away from where else it waits.
        if let Some(Part { object, effect, .. }) = parts.first().copied()
            && let Some(who) = effect.met_elsewhere()
        {
            for beside in states.awaited_beside(object, who) {
                let act = arm(states, beside).withdraw(who).expect("who waits can be taken away");
                parts.extend(part(beside, act));
            }
        }
        true
    }
}

/// What a select does to each of its arms.
fn select<Id: Copy + PartialEq>(
    arms: &[(Id, Act)],
    otherwise: Otherwise,
    me: Name,
    choice: Option<u32>,
    states: &impl States<Id>,
    parts: &mut Vec<Part<Id>>,
) {
    let push = |parts: &mut Vec<Part<Id>>, object: Id, act: Act| {
        let effect = states.state(object).meets(act, me).expect("it can go ahead");
        parts.push(Part { object, act, effect });
    };
    let met = || arms.iter().find_map(|&(object, _)| Some((object, arm(states, object).meet(me)?)));
    let met = if otherwise == Otherwise::Awaits { met() } else { None };
    let taken = choice.map(|choice| arms[choice as usize]).or(met);
    if let Some((object, act)) = taken {
        push(parts, object, act);
    }
    // It is told what it sees of the others, even where it was met: what makes one of them ready could have let it go
    // ahead as well, so that it has to be ordered with this.
    let meetings = arms.iter().filter(|&&(object, _)| arm(states, object).arrive(false).is_some()).count();
    for (number, &(object, _)) in arms.iter().enumerate() {
        let seen = arms[..number].iter().any(|&(before, _)| before == object);
        if seen || taken.is_some_and(|(taken, _)| taken == object) {
            continue;
        }
        let waits = match otherwise {
            Otherwise::Arrives if taken.is_none() => arm(states, object).arrive(meetings > 1),
            _ => None,
        };
        push(parts, object, waits.unwrap_or_else(|| arm(states, object).look()));
    }
    if otherwise == Otherwise::Awaits {
        for &(object, _) in arms.iter().filter(|&&(object, _)| arm(states, object).awaits(me)) {
            let act = arm(states, object).withdraw(me).expect("who waits can be taken away");
            push(parts, object, act);
        }
    }
}
