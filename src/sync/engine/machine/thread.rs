//! A thread as other threads see it, which start it and join it, and its park token: `park` waits for the token and
//! takes it, `unpark` makes it; there is at most one.

use serde::{Deserialize, Serialize};

use super::{Machine, Passes, Slot, Words};
use crate::check::story::Role;
use crate::sync::engine::op::Name;

/// Whether it has ended, and whether the token is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Thread {
    /// Once it has been started.
    pub(crate) task: Option<Name>,
    ended: bool,
    token: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Act {
    /// Starts it as this task.
    Spawn(Name),
    Exit,
    /// Goes on once it has ended.
    Join,
    IsFinished,
    /// Waits for the token; with a timeout it may also go on without it at any time.
    Park,
    ParkTimeout,
    Unpark,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Effect {
    Started,
    Ended,
    Joined,
    /// It was seen to have ended, which orders nothing: std's `is_finished` is relaxed.
    SeenEnded,
    /// It was seen to run.
    Alive,
    Parked,
    TimedOut,
    Unparked,
}

impl Thread {
    /// A thread that runs as this task.
    pub(crate) fn of(task: Name) -> Self {
        Thread { task: Some(task), ..Thread::default() }
    }
}

impl Machine for Thread {
    type Act = Act;
    type Effect = Effect;

    const NOUN: &'static str = "thread";

    fn meets(&self, act: Act, _: Name) -> Option<Effect> {
        match act {
            Act::Spawn(_) => Some(Effect::Started),
            Act::Exit => Some(Effect::Ended),
            Act::Join => self.ended.then_some(Effect::Joined),
            Act::IsFinished => Some(if self.ended { Effect::SeenEnded } else { Effect::Alive }),
            Act::Park | Act::ParkTimeout if self.token => Some(Effect::Parked),
            Act::Park => None,
            Act::ParkTimeout => Some(Effect::TimedOut),
            Act::Unpark => Some(Effect::Unparked),
        }
    }

    fn take(&mut self, act: Act, _: Effect, _: Name) {
        match act {
            Act::Spawn(task) => self.task = Some(task),
            Act::Exit => self.ended = true,
            Act::Park | Act::ParkTimeout => self.token = false,
            Act::Unpark => self.token = true,
            Act::Join | Act::IsFinished => (),
        }
    }

    fn answer(&self, act: Act, effect: Effect) -> Option<u64> {
        match act {
            Act::IsFinished => Some(u64::from(self.ended)),
            Act::ParkTimeout => Some(u64::from(effect == Effect::Parked)),
            _ => None,
        }
    }

    fn before(one: Effect, other: Effect) -> bool {
        use Effect::*;
        matches!((one, other), (Ended, Joined | SeenEnded | Alive) | (Unparked, Parked | TimedOut))
    }

    fn is_look(effect: Effect) -> bool {
        matches!(effect, Effect::Alive | Effect::TimedOut)
    }

    fn passes(_: Act, effect: Effect, _: Name) -> Passes {
        match effect {
            Effect::Ended => Passes::gives(Slot::All),
            Effect::Joined => Passes::takes(Slot::All),
            Effect::Unparked => Passes::gives(Slot::One),
            Effect::Parked => Passes::takes(Slot::One),
            // A start orders the parent before the child, but not through this object.
            Effect::Started | Effect::SeenEnded | Effect::Alive | Effect::TimedOut => Passes::NOTHING,
        }
    }

    fn words(act: Act) -> Words {
        match act {
            Act::Spawn(_) => Words::with("spawn", Role::Starts),
            Act::Exit => Words::with("end", Role::Ends),
            Act::Join => Words::with("join", Role::Joins),
            Act::IsFinished => Words::reading("load").sharing(),
            Act::Park => Words { done: "unparked", ..Words::of("be unparked") },
            Act::ParkTimeout => Words { done: "unparked", ..Words::of("be unparked or time out") },
            Act::Unpark => Words::of("unpark"),
        }
    }

    fn told(&self, act: Act, effect: Effect, answer: Option<u64>, _: &dyn Fn(Name) -> String) -> String {
        match (act, effect) {
            (Act::IsFinished, _) if answer == Some(1) => "has ended",
            (Act::IsFinished, _) => "runs",
            (_, Effect::TimedOut) => "the time is over",
            (_, Effect::Unparked) if self.token => "again",
            _ => "",
        }
        .to_owned()
    }

    fn state(&self, _: &dyn Fn(Name) -> String) -> String {
        if self.ended { "ended" } else { "runs" }.to_owned()
    }

    fn holder(&self, act: Act, _: Name) -> Option<Name> {
        // Which task would unpark it is not known.
        self.task.filter(|_| act == Act::Join)
    }
}
