//! The meaning of each primitive, once: one pure *machine* a file.
//!
//! A machine is the state of one object, the acts that can be performed on it ([`Act`]) and their effects ([`Effect`]).
//! It has no payload, and knows tasks only by [`Name`]. Everything else is derived from it: the facade's guards, which
//! operations are enabled, which are dependent, what they would do in an execution that was not run, happens-before,
//! the words of a report, and the states that the page shows. A new machine is one file, one line in the
//! [list](self::list), and its players in `tests`.
//!
//! # The laws
//!
//! An effect is the *label* of an act: it says everything that other tasks can notice. Together with
//! [dependence](Effect::dependent) effects make the partial order of an execution. The search as a whole rests on the
//! first three of these laws, and a search in [parts](crate::check::engine) on the fourth as well. Each is about every
//! reachable state of a machine, and all acts of different tasks:
//!
//! 1. *Independent neighbours commute*: if one runs right after the other, and their effects are independent, then they
//!    can run the other way round, have the same effects and answers, leave the same state, and neither acquires what
//!    the other releases.
//! 2. *An act that disables another is dependent on it*: if two acts can go ahead in one state, and the second cannot
//!    after the first, then the effect of the first is dependent on every effect that the second can have.
//!
//! 3. *Two acts that enable a third are ordered*: if a task waits, and each of two acts would let it go on, then one of
//!    the two, or the effect of the task behind that one, is dependent on the other. So an execution shows whether the
//!    task could have gone on without the one, in whichever order it ran the other.
//!
//! 4. *Two acts that disable a third do so together*: if a task can go on, and two independent acts of other tasks come
//!    first and keep it waiting, then it could go on behind one of them alone. Wait groups break it, each of two adds
//!    to one that is at zero, and [say so](Machine::disables_beside_its_like): such a search is not done in parts.
//!
//! [`dpor`](crate::check::engine) says what follows from them. `tests` checks the laws in every small state of every
//! machine for every pair of acts. It also reports where effects are dependent although the acts commute: there a search
//! runs more executions than necessary.

use std::fmt::Debug;
use std::hash::Hash;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

pub(crate) use list::{Act, Effect, State};

use super::ids::Name;
use super::ids::ObjectName;
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

/// The meaning of one primitive.
pub(crate) trait Machine {
    /// What can be done to it, with operands.
    type Act: Copy + Debug + Eq + Hash;
    /// The effect of an act: everything that other tasks can notice.
    type Effect: Copy + Debug + Eq + Hash;

    /// What it is, in the words of a report.
    const NOUN: &'static str;

    /// The effect of `act` by `me` in this state; `None` if it cannot go ahead.
    fn meets(&self, act: Self::Act, me: Name) -> Option<Self::Effect>;

    /// The state after it.
    fn take(&mut self, act: Self::Act, effect: Self::Effect, me: Name);

    /// The number that an act returns, to be asked for before it is [taken](Self::take): the value that it reads, 1 or
    /// 0 for whether an attempt succeeds, or a count.
    fn answer(&self, act: Self::Act, effect: Self::Effect) -> Option<u64>;

    /// Half of a symmetrical relation: whether two acts with these effects are dependent.
    fn before(one: Self::Effect, other: Self::Effect) -> bool;

    /// Whether it and another like it, which are independent, may each keep a third task waiting, against the fourth law.
    fn disables_beside_its_like(_effect: Self::Effect) -> bool {
        false
    }

    /// Whether it leaves the object as it was, so that a loop which does only this spins.
    fn is_look(_effect: Self::Effect) -> bool {
        false
    }

    /// Whether an act may have changed what the object guards, which is not in its state.
    fn changes_content(_act: Self::Act) -> bool {
        false
    }

    /// What an act acquires and releases.
    fn passes(_act: Self::Act, _effect: Self::Effect, _me: Name) -> Passes {
        Passes::NOTHING
    }

    /// The words for an act.
    fn words(act: Self::Act) -> Words;

    /// The effect in a few words, which follow those of the act and the object's name; empty if there is nothing to
    /// add. `answer` is the number that the act returned.
    fn told(&self, act: Self::Act, effect: Self::Effect, answer: Option<u64>, of: &dyn Fn(Name) -> String) -> String;

    /// The state in a few words.
    fn state(&self, of: &dyn Fn(Name) -> String) -> String;

    /// Whether an act takes the object for its task, or releases it.
    fn hold(_act: Self::Act, _effect: Self::Effect) -> Option<Hold> {
        None
    }

    /// The task that holds what a task with the act `act` waits for.
    fn holder(&self, _act: Self::Act, _me: Name) -> Option<Name> {
        None
    }

    /// What keeps a task with the act `act` waiting, if that is no other task; empty if there is nothing to say.
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
    /// The words for an act that is done, if they differ.
    pub(crate) done: &'static str,
    pub(crate) role: Role,
    /// Whether the number that it returns is a value that the program reads.
    pub(crate) reads: bool,
    /// Whether it commutes with all acts for which this is true: it reads, or joins other readers.
    pub(crate) shares: bool,
}

impl Words {
    /// An act like most others.
    pub(crate) fn of(verb: &'static str) -> Self {
        Words { verb, done: verb, role: Role::Plain, reads: false, shares: false }
    }

    /// An act that returns a number to the program.
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

/// In words, how many things are left that may end a wait.
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
    /// The task of the act takes it: `shared` with others or not, and by an act that `waits` or by an attempt.
    Takes { shared: bool, waits: bool },
    /// The task named releases it; if none is named, the task of the act.
    LetsGo(Option<Name>),
}

/// What a select sees of an object, and does there.
pub(crate) trait Arm {
    /// Whether a send of `me` would end at once, or a receive.
    fn ready(&self, sends: bool, me: Name) -> bool;
    /// How a select begins to wait at its ends, if that is an act: whether for this one alone, or `elsewhere` too.
    fn arrive(&self, ends: Ends, elsewhere: bool) -> Option<Act>;
    /// How it stops waiting here, if it goes on elsewhere.
    fn withdraw(&self, who: Name) -> Option<Act>;
    /// How it goes on, if a partner has come.
    fn meet(&self, me: Name) -> Option<Act>;
    /// Whether a task waits here.
    fn awaits(&self, who: Name) -> bool;
    /// What a select does at an end that it does not take.
    fn look(&self, sends: bool) -> Act;
    /// Whether what comes is the time: so it may come now, or not yet.
    fn tells_time(&self) -> bool {
        false
    }
}

/// At which ends of a channel a select waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Ends {
    pub(crate) sends: bool,
    pub(crate) receives: bool,
}

/// Where an object keeps what a release hands on to an acquire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Slot {
    /// For every acquire.
    All,
    /// For an acquire that comes after a whole group: from the readers that left, say.
    One,
    /// With the message of that number, and with the room that taking it made.
    Message(u32),
    Room(u32),
    /// With every message from that number on; nothing is handed on here.
    From(u32),
    /// For one task, or from it.
    Of(Name),
}

impl Slot {
    /// Where that was handed on which is taken in here.
    pub(crate) fn given(self) -> RangeInclusive<Slot> {
        match self {
            Slot::From(first) => Slot::Message(first)..=Slot::Message(u32::MAX),
            slot => slot..=slot,
        }
    }
}

/// What an act acquires from its object, and releases to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passes {
    /// It takes in what is at some places, and hands on at one.
    Slots { takes: [Option<Slot>; 3], gives: Option<Slot> },
    /// As the ordering of an atomic says. One that writes without having read ends what was handed on before.
    Memory { reads: bool, writes: bool, ordering: Ordering },
}

impl Passes {
    pub(crate) const NOTHING: Passes = Passes::Slots { takes: [None; 3], gives: None };

    pub(crate) fn takes(slot: Slot) -> Passes {
        Passes::taking([slot])
    }

    /// It takes in what is at so many places.
    pub(crate) fn taking<const N: usize>(slots: [Slot; N]) -> Passes {
        Passes::Slots { takes: std::array::from_fn(|at| slots.get(at).copied()), gives: None }
    }

    pub(crate) fn gives(slot: Slot) -> Passes {
        Passes::Slots { takes: [None; 3], gives: Some(slot) }
    }

    pub(crate) fn both(taken: Slot, given: Slot) -> Passes {
        Passes::Slots { takes: [Some(taken), None, None], gives: Some(given) }
    }
}

/// What an operation did, object by object. Most are about one object, and a wait on a condition variable is about two.
pub(crate) type Parts<Id = ObjectName> = SmallVec<[Part<Id>; 2]>;

/// An act on one object, and its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Part<Id = ObjectName> {
    pub(crate) object: Id,
    pub(crate) act: Act,
    pub(crate) effect: Effect,
}

impl<Id: Copy> Part<Id> {
    /// The same part, with the object known by another id.
    pub(crate) fn at<Other>(self, id: impl Fn(Id) -> Other) -> Part<Other> {
        Part { object: id(self.object), act: self.act, effect: self.effect }
    }
}
