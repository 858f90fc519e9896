//! What a task asks for: an act on an object, several acts at once, or any one of several.
//!
//! Or it asks for any number below a bound, which the explorer chooses.
//!
//! A request is carried out in one execution; for others [`choices`] and [`parts`] compute what it *would* do in given
//! states. Both are pure.

use std::borrow::Borrow;
use std::mem::discriminant;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Act, Arm, Ends, Part, Parts, State, Words, condvar, mutex};
use crate::check::story::{MAY_WAKE, Role};
use crate::sync::engine::ids::Name;

/// What a task asks for. Objects are known by `Id`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Request<Id> {
    /// One act.
    One(Id, Act),
    /// Both acts together, once both can go ahead: a wait on a condition variable is one on its mutex too.
    Both((Id, condvar::Act), (Id, mutex::Act)),
    /// The act of one of the arms, a send or a receive; if several can go ahead, which one is a choice.
    Any(Arc<[(Id, Act)]>, Otherwise),
    /// A yield.
    Yield,
    /// Any number below this one; no object is concerned.
    Choose(u32, Why),
}

/// What is decided by a [`Request::Choose`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Why {
    /// The program has asked.
    Asked,
    /// Whether a weak exchange fails although the value is the expected one.
    WeakExchange,
    /// Whether a wait ends without a notification.
    Wakeup,
    /// Whether it is time before anything else can come.
    AtOnce,
    /// Whether it is not time yet.
    NotYet,
}

impl Why {
    /// Whether an attempt fails by it, or a wait comes to nothing but that it is time: the next one may as well.
    pub(crate) fn is_failure(self) -> bool {
        matches!(self, Why::WeakExchange | Why::AtOnce | Why::NotYet)
    }

    /// In words, of what was chosen; empty where that is what would have been done anyway.
    pub(crate) fn told(self, chosen: u64) -> String {
        match self {
            Why::Asked => format!("choose = {chosen}"),
            _ if chosen == 0 => String::new(),
            Why::WeakExchange => "the weak exchange fails spuriously".to_owned(),
            Why::Wakeup => "wakes spuriously".to_owned(),
            Why::AtOnce => "it is time".to_owned(),
            Why::NotYet => "it is not time yet".to_owned(),
        }
    }
}

/// The arms that a [`Request::Any`] can have: as many as there are bits.
pub(crate) const ARMS: usize = u64::BITS as usize;

/// What becomes of a [`Request::Any`] of whose arms none can go ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Otherwise {
    /// It waits.
    Waits,
    /// It comes to wait where partners can see it; going on is another request.
    Arrives,
    /// It has come to wait, and waits to be met.
    Awaits,
    /// It has come to wait, and goes on without an arm, unless it was met.
    Leaves,
    /// It goes on without an arm.
    GoesOn,
}

/// The states of the objects.
pub(crate) trait States<Id> {
    /// The state of this object.
    fn state(&self, object: Id) -> &State;
    /// The channels on which a task has come to wait, except for this one.
    fn awaited_beside(&self, object: Id, who: Name) -> Vec<Id>;
    /// Whether a select goes on because it is time only where it cannot go on by anything else: that it could is a choice
    /// before it.
    fn time_comes_last(&self) -> bool {
        true
    }
}

/// The arms whose bits are set.
pub(crate) fn arms_of(mut bits: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let arm = bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
        (arm < u64::BITS).then_some(arm)
    })
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
    /// In one way, if it goes ahead.
    pub(crate) fn one_if(goes: bool) -> Self {
        if goes { Choices::One } else { Choices::Blocked }
    }

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

/// The acts of a [`Request::Both`].
pub(crate) fn both<Id: Copy>(
    &(condvar, here): &(Id, condvar::Act),
    &(mutex, there): &(Id, mutex::Act),
) -> [(Id, Act); 2] {
    [(condvar, here.into()), (mutex, there.into())]
}

fn arm<Id: Copy, S: States<Id>>(states: &S, object: Id) -> &dyn Arm {
    states.state(object).as_arm().expect("a select waits for channels")
}

impl<Id: Copy + PartialEq> Request<Id> {
    /// The object that it is about; for a select the first of its arms, and none for a yield or a choice.
    pub(crate) fn object(&self) -> Option<Id> {
        match self {
            Request::One(object, _) | Request::Both((object, _), _) => Some(*object),
            Request::Any(arms, _) => Some(arms[0].0),
            Request::Yield | Request::Choose(..) => None,
        }
    }

    /// The act that it is about, in the same way.
    pub(crate) fn act(&self) -> Option<Act> {
        match self {
            Request::One(_, act) => Some(*act),
            Request::Both((_, act), _) => Some((*act).into()),
            Request::Any(arms, _) => Some(arms[0].1),
            Request::Yield | Request::Choose(..) => None,
        }
    }

    /// Whether it is this act on one object.
    pub(crate) fn is(&self, act: impl Into<Act>) -> bool {
        let act = act.into();
        // Most acts are of another machine, which is a cheap comparison.
        matches!(self, Request::One(_, one) if discriminant(one) == discriminant(&act) && *one == act)
    }

    /// Its words: those of the act that it is about.
    pub(crate) fn words(&self) -> Words {
        match self {
            Request::One(_, act) => act.words(),
            Request::Both((_, act), _) => Act::from(*act).words(),
            Request::Any(arms, _) if arms[0].1.is_to_be_ready() => Words::reading("see ready"),
            Request::Any(..) => Words::reading("select from"),
            Request::Yield => Words::with("yield", Role::Yields),
            Request::Choose(_, why) => Words {
                reads: true,
                ..Words::with(
                    match why {
                        Why::Asked => "choose",
                        Why::WeakExchange => "fail spuriously, or not",
                        Why::Wakeup => MAY_WAKE,
                        Why::AtOnce => "come too late, or not",
                        Why::NotYet => "come too early, or not",
                    },
                    Role::Told,
                )
            },
        }
    }

    /// Whether there may be several ways to go ahead.
    pub(crate) fn has_ways(&self) -> bool {
        matches!(self, Request::Any(..) | Request::Choose(..))
    }

    /// Whether it commutes with others for which this is true too: it reads, or joins other readers.
    pub(crate) fn commutes_with_its_like(&self) -> bool {
        matches!(self, Request::One(_, act) if act.words().shares)
    }

    /// Every object that it may do something to.
    pub(crate) fn objects(&self) -> impl Iterator<Item = Id> + '_ {
        let (one, other, arms): (_, _, &[(Id, Act)]) = match self {
            Request::One(object, _) => (Some(*object), None, &[]),
            Request::Both((condvar, _), (mutex, _)) => (Some(*condvar), Some(*mutex), &[]),
            Request::Any(arms, _) => (None, None, arms),
            Request::Yield | Request::Choose(..) => (None, None, &[]),
        };
        one.into_iter().chain(other).chain(arms.iter().map(|&(object, _)| object))
    }

    /// The same request, with objects known by other ids.
    pub(crate) fn at<Other>(&self, id: impl Fn(Id) -> Other) -> Request<Other> {
        match self {
            Request::One(object, act) => Request::One(id(*object), *act),
            Request::Both((condvar, here), (mutex, there)) => {
                Request::Both((id(*condvar), *here), (id(*mutex), *there))
            }
            Request::Any(arms, otherwise) => {
                Request::Any(arms.iter().map(|&(object, act)| (id(object), act)).collect(), *otherwise)
            }
            Request::Yield => Request::Yield,
            Request::Choose(ways, why) => Request::Choose(*ways, *why),
        }
    }

    /// How it can go ahead in these states.
    #[inline(always)]
    pub(crate) fn choices(&self, me: Name, states: &impl States<Id>) -> Choices {
        let goes = |object: Id, act: &Act| states.state(object).admits(act, me);
        match self {
            Request::Yield => Choices::One,
            Request::Choose(ways, _) => Choices::Arms(u64::MAX >> (u64::BITS - ways)),
            Request::One(object, act) => Choices::one_if(goes(*object, act)),
            Request::Both(condvar, mutex) => {
                Choices::one_if(both(condvar, mutex).iter().all(|(object, act)| goes(*object, act)))
            }
            Request::Any(arms, otherwise) => ready(arms, *otherwise, me, states),
        }
    }

    /// What it does, if that is one act on one object and meets no task that may wait elsewhere too, as with most
    /// requests. `state` returns the state of the object.
    pub(crate) fn part<S: Borrow<State>>(&self, me: Name, state: impl FnOnce(Id) -> S) -> Option<Part<Id>> {
        let &Request::One(object, act) = self else { return None };
        let effect = state(object).borrow().meets(act, me)?;
        effect.met_elsewhere().is_none().then_some(Part { object, act, effect })
    }

    /// What it does in these states, object by object, by this choice; `None` if it is none of its
    /// [choices](Self::choices).
    pub(crate) fn parts(&self, me: Name, choice: Option<u32>, states: &impl States<Id>) -> Option<Parts<Id>> {
        let part = |object: Id, act: Act| {
            let effect = states.state(object).meets(act, me)?;
            Some(Part { object, act, effect })
        };
        let mut parts = Parts::new();
        match self {
            Request::Yield | Request::Choose(..) => (),
            Request::One(object, act) => parts.push(part(*object, *act)?),
            Request::Both(condvar, mutex) => {
                for (object, act) in both(condvar, mutex) {
                    parts.push(part(object, act)?);
                }
            }
            Request::Any(arms, otherwise) => {
                if !self.choices(me, states).has(choice) {
                    return None;
                }
                select(arms, *otherwise, me, choice, states, &mut parts);
            }
        }
        // A task that is met is removed from the other channels on which it waits.
        if let Some(Part { object, effect, .. }) = parts.first().copied()
            && let Some(who) = effect.met_elsewhere()
        {
            for beside in states.awaited_beside(object, who) {
                let act = arm(states, beside).withdraw(who).expect("who waits can be taken away");
                parts.extend(part(beside, act));
            }
        }
        Some(parts)
    }
}

/// The arms from which a select could take.
fn ready<Id: Copy + PartialEq>(
    arms: &[(Id, Act)],
    otherwise: Otherwise,
    me: Name,
    states: &impl States<Id>,
) -> Choices {
    let is_met = || arms.iter().any(|&(object, _)| arm(states, object).meet(me).is_some());
    let waited = matches!(otherwise, Otherwise::Awaits | Otherwise::Leaves);
    if waited && is_met() {
        return Choices::One;
    }
    let ready = |&(_, &(object, act)): &(usize, &(Id, Act))| arm(states, object).ready(act.sends(), me);
    let tells_time = |&(_, &(object, _)): &(usize, &(Id, Act))| arm(states, object).tells_time();
    let bits = |bits: u64, (number, _): (usize, &(Id, Act))| bits | 1 << number;
    let ready = || arms.iter().enumerate().filter(ready);
    // That it is time before that is a choice of its own. Who comes to wait may be met before it is.
    let mut found = ready().filter(|arm| !tells_time(arm)).fold(0, bits);
    if otherwise != Otherwise::Arrives && (found == 0 || !states.time_comes_last()) {
        found = ready().fold(0, bits);
    }
    match found {
        0 => Choices::one_if(matches!(otherwise, Otherwise::Arrives | Otherwise::Leaves | Otherwise::GoesOn)),
        bits => Choices::Arms(bits),
    }
}

/// What a select does to each of its arms.
fn select<Id: Copy + PartialEq>(
    arms: &[(Id, Act)],
    otherwise: Otherwise,
    me: Name,
    choice: Option<u32>,
    states: &impl States<Id>,
    parts: &mut Parts<Id>,
) {
    let push = |parts: &mut Parts<Id>, object: Id, act: Act| {
        let effect = states.state(object).meets(act, me).expect("it can go ahead");
        parts.push(Part { object, act, effect });
    };
    let met = || arms.iter().find_map(|&(object, _)| Some((object, arm(states, object).meet(me)?)));
    let waited = matches!(otherwise, Otherwise::Awaits | Otherwise::Leaves);
    let met = if waited { met() } else { None };
    let taken = choice.map(|choice| arms[choice as usize]).or(met);
    if let Some((object, act)) = taken {
        push(parts, object, act);
    }
    // The select looks at all other arms, even if it was met: an operation that makes one of them ready could have let
    // it go ahead as well, and so has to be ordered with it.
    let of = |object: Id| arms.iter().filter(move |&&(other, _)| other == object).map(|&(_, act)| act);
    let ends = |object: Id| Ends { sends: of(object).any(Act::sends), receives: of(object).any(|act| !act.sends()) };
    let waits_at = |object: Id, elsewhere: bool| arm(states, object).arrive(ends(object), elsewhere);
    for (number, &(object, act)) in arms.iter().enumerate() {
        let same = |(other, did): (Id, Act)| other == object && did.sends() == act.sends();
        if arms[..number].iter().copied().any(same) || taken.is_some_and(same) {
            continue;
        }
        let elsewhere = || arms.iter().any(|&(other, _)| other != object && waits_at(other, false).is_some());
        let waits = match otherwise {
            Otherwise::Arrives if taken.is_none() => waits_at(object, elsewhere()),
            _ => None,
        };
        match waits {
            None => push(parts, object, arm(states, object).look(act.sends())),
            // At both ends at once.
            Some(_) if arms[..number].iter().any(|&(before, _)| before == object) => (),
            Some(waits) => push(parts, object, waits),
        }
    }
    if waited {
        for (number, &(object, _)) in arms.iter().enumerate() {
            let first = arms[..number].iter().all(|&(before, _)| before != object);
            if first && arm(states, object).awaits(me) {
                push(parts, object, arm(states, object).withdraw(me).expect("who waits can be taken away"));
            }
        }
    }
}
