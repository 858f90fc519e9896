//! What each primitive means, once: one pure *machine* a file.
//!
//! A machine is the state of one object, what can be asked of it ([`Act`]) and what that comes to ([`Effect`]). It has
//! no payload, and knows tasks by [`Name`] alone. Everything else reads it: the facade's guards, which operations can go
//! ahead, what they depend on, what they would do in an execution that was not run, what happens before what, what a
//! report says, and the states that the page shows. A primitive more is one file and one line in the [list](self::list).
//!
//! # The laws
//!
//! An effect is the *label* of what was done: it says all that others can notice of it. With
//! [dependence](Effect::dependent) it makes the partial order of an execution. The search is sound if each machine keeps
//! four laws, in every state, for all acts of different tasks that a program can bring about:
//!
//! 1. *Independent neighbours commute*: if one runs right after the other, and their effects are independent, then they
//!    can run the other way round, have the same effects and answers, leave the same state, and neither takes in what the
//!    other hands on.
//! 2. *Who keeps another waiting depends on it*: if two acts can go ahead in one state, and the second cannot after the
//!    first, then the effect of the first is dependent on every effect that the second can come to.
//!
//! 3. *Who lets another go on is not alone with it*: if a task waits, and each of two acts would let it go on, then one of
//!    them, or what the task comes to behind that, is dependent on the other. So whether it could have gone on without the
//!    one does not hang on the order in which an execution happened to run the other.
//!
//! 4. *One is enough to wait for*: if a task can go on, and two independent acts of others come first and keep it waiting,
//!    then it could go on behind one of them alone. A search in [parts](crate::check::engine) needs that. Who adds to a
//!    wait group that is at zero breaks it.
//!
//! [`dpor`](crate::check::engine) says what follows from them. `tests` takes every small state of every machine and every
//! pair of acts, and holds the laws against it. It also tells where effects are dependent although the acts commute:
//! there a search runs more executions than it had to.

use std::fmt::Debug;
use std::hash::Hash;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

pub(crate) use list::{Act, Effect, State};

use super::names::ObjectName;
use super::op::Name;
use crate::check::story::{Ordering, Role};

pub(crate) mod atomic;
pub(crate) mod barrier;
pub(crate) mod cell;
pub(crate) mod condvar;
pub(crate) mod count;
mod list;
pub(crate) mod moments;
pub(crate) mod mutex;
pub(crate) mod once;
pub(crate) mod queue;
pub(crate) mod rendezvous;
pub(crate) mod request;
pub(crate) mod rwlock;
pub(crate) mod semaphore;
pub(crate) mod thread;
pub(crate) mod wait_group;

#[cfg(test)]
mod tests;

/// A few tasks, without memory of their own: a search keeps a state for each step of an execution.
pub(crate) type Few = SmallVec<[Name; 4]>;

/// A few of what takes twice the room, in the same room.
pub(crate) type Pairs<T> = SmallVec<[T; 2]>;

/// What one primitive means.
pub(crate) trait Machine {
    /// What can be asked of it, with its operands.
    type Act: Copy + Debug + Eq + Hash;
    /// What that comes to: all that others can notice of it.
    type Effect: Copy + Debug + Eq + Hash;

    /// What it is, in the words of a report.
    const NOUN: &'static str;

    /// What `act`, asked by `me`, comes to in this state; `None` where it cannot go ahead.
    fn meets(&self, act: Self::Act, me: Name) -> Option<Self::Effect>;

    /// The state after it.
    fn take(&mut self, act: Self::Act, effect: Self::Effect, me: Name);

    /// The number that it gives, asked before it is [taken](Self::take): what it reads, 1 or 0 for whether an attempt
    /// succeeds, or how many there are.
    fn answer(&self, act: Self::Act, effect: Self::Effect) -> Option<u64>;

    /// Half of a symmetrical relation: whether the order of two acts with these effects can be told.
    fn before(one: Self::Effect, other: Self::Effect) -> bool;

    /// Whether it leaves the object as it was, so that a loop which does only this spins.
    fn is_look(_effect: Self::Effect) -> bool {
        false
    }

    /// Whether what the object guards, of which its state says nothing, may be another after it.
    fn changes_content(_act: Self::Act) -> bool {
        false
    }

    /// What it takes in of what was done before, and hands on.
    fn passes(_act: Self::Act, _effect: Self::Effect, _me: Name) -> Passes {
        Passes::NOTHING
    }

    /// The words for an act.
    fn words(act: Self::Act) -> Words;

    /// What it came to, in a few words that follow those of the act and the object's name; empty where there is nothing
    /// to add. `answer` is the number that it gave.
    fn told(&self, act: Self::Act, effect: Self::Effect, answer: Option<u64>, of: &dyn Fn(Name) -> String) -> String;

    /// The state in a few words.
    fn state(&self, of: &dyn Fn(Name) -> String) -> String;

    /// Whether it takes the object for its task, or lets it go.
    fn hold(_act: Self::Act, _effect: Self::Effect) -> Option<Hold> {
        None
    }

    /// Who has what a task waits for that asks for `act`.
    fn holder(&self, _act: Self::Act, _me: Name) -> Option<Name> {
        None
    }

    /// What is in the way of a task that waits for `act`, where that is no other task; empty where there is nothing to say.
    fn obstacle(&self, _act: Self::Act) -> String {
        String::new()
    }

    /// The value that an act with this effect has written, asked after it was taken.
    fn wrote(&self, _effect: Self::Effect) -> Option<u64> {
        None
    }

    /// The ordering that it names.
    fn ordering(_act: Self::Act, _effect: Self::Effect) -> Option<Ordering> {
        None
    }

    /// How it appears as an arm of a select.
    fn as_arm(&self) -> Option<&dyn Arm> {
        None
    }

    /// [Takes](Self::take) an act, and says what came of it.
    fn carry(&mut self, act: Self::Act, effect: Self::Effect, me: Name) -> Came
    where
        Effect: From<Self::Effect>,
    {
        let answer = self.answer(act, effect);
        self.take(act, effect, me);
        Came { effect: effect.into(), answer, wrote: self.wrote(effect), hold: Self::hold(act, effect) }
    }
}

/// The words for an act.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    /// They fit "waits to …", and the object's name follows.
    pub(crate) verb: &'static str,
    /// Those of one that is done, where they are others.
    pub(crate) done: &'static str,
    pub(crate) role: Role,
    /// Whether the number that it gives is what the program has read.
    pub(crate) reads: bool,
    /// Whether it commutes with all acts of which this is true: it reads, or joins those who do.
    pub(crate) shares: bool,
}

impl Words {
    /// An act like most others.
    pub(crate) fn of(verb: &'static str) -> Self {
        Words { verb, done: verb, role: Role::Plain, reads: false, shares: false }
    }

    /// One that gives the program a number.
    pub(crate) fn reading(verb: &'static str) -> Self {
        Words { verb, done: verb, role: Role::Plain, reads: true, shares: false }
    }

    /// The same, and it commutes with others that share.
    pub(crate) fn sharing(self) -> Self {
        Words { shares: true, ..self }
    }

    /// One with a role in the drawing.
    pub(crate) fn with(verb: &'static str, role: Role) -> Self {
        Words { verb, done: verb, role, reads: false, shares: false }
    }
}

/// How many there are of what may still end a wait, in words.
fn left(count: u32, noun: &str) -> String {
    if count == 1 { format!("1 {noun} left") } else { format!("{count} {noun}s left") }
}

/// What came of an act that was carried out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Came {
    pub(crate) effect: Effect,
    /// The number that it gave.
    pub(crate) answer: Option<u64>,
    /// The value that it has written.
    pub(crate) wrote: Option<u64>,
    pub(crate) hold: Option<Hold>,
}

/// What becomes of who holds an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// The task of the act has it: as one of several, and after it had to wait, or as an attempt.
    Takes { shared: bool, waits: bool },
    /// The task named lets it go.
    LetsGo(Option<Name>),
}

/// What a select sees of an object, and does there.
pub(crate) trait Arm {
    /// Whether a send of `me` would end at once, or a receive.
    fn ready(&self, sends: bool, me: Name) -> bool;
    /// How a select begins to wait at its ends, if that is an act: whether for this one alone, or `elsewhere` too.
    fn arrive(&self, ends: Ends, elsewhere: bool) -> Option<Act>;
    /// How it ends that, where it goes on elsewhere.
    fn withdraw(&self, who: Name) -> Option<Act>;
    /// How it goes on, where somebody has come.
    fn meet(&self, me: Name) -> Option<Act>;
    /// Whether a task waits here.
    fn awaits(&self, who: Name) -> bool;
    /// What a select does at an end by which it does not go on.
    fn look(&self, sends: bool) -> Act;
}

/// At which ends of a channel a select waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Ends {
    pub(crate) sends: bool,
    pub(crate) receives: bool,
}

/// Where knowledge is kept at an object, between who hands it on and who takes it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Slot {
    /// For whoever comes.
    All,
    /// For who comes after a whole group: from the readers that left, say.
    One,
    /// With the message of that number, and with the room that taking it made.
    Message(u32),
    Room(u32),
    /// For one task, or from it.
    Of(Name),
}

/// How an act passes knowledge between its task and its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passes {
    /// It takes in what is at some places, and hands on at one.
    Slots { takes: [Option<Slot>; 2], gives: Option<Slot> },
    /// As the ordering of an atomic says. One that writes without having read ends what was handed on before.
    Memory { reads: bool, writes: bool, ordering: Ordering },
}

impl Passes {
    pub(crate) const NOTHING: Passes = Passes::Slots { takes: [None, None], gives: None };

    pub(crate) fn takes(slot: Slot) -> Passes {
        Passes::Slots { takes: [Some(slot), None], gives: None }
    }

    pub(crate) fn gives(slot: Slot) -> Passes {
        Passes::Slots { takes: [None, None], gives: Some(slot) }
    }

    pub(crate) fn both(taken: Slot, given: Slot) -> Passes {
        Passes::Slots { takes: [Some(taken), None], gives: Some(given) }
    }
}

/// What an operation did, object by object. Most are about one object, and a wait on a condition variable is about two.
pub(crate) type Parts<Id = ObjectName> = SmallVec<[Part<Id>; 2]>;

/// What was done to one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Part<Id = ObjectName> {
    pub(crate) object: Id,
    pub(crate) act: Act,
    pub(crate) effect: Effect,
}

impl<Id: Copy> Part<Id> {
    /// The same, of an object known by another id.
    pub(crate) fn at<Other>(self, id: impl Fn(Id) -> Other) -> Part<Other> {
        Part { object: id(self.object), act: self.act, effect: self.effect }
    }
}
