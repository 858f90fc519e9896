//! A thread as other threads see it, which start it and join it, and its park token: `park` waits for the token and
//! takes it, `unpark` makes it; there is at most one.

use serde::{Deserialize, Serialize};

use super::{Machine, Passes, Slot, Words};
use crate::check::story::Role;
use crate::sync::engine::ids::Name;

/// How far it is, and whether the token is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Thread {
    /// Once it has been started.
    pub(crate) task: Option<Name>,
    /// Its closure has returned, and its thread locals are yet to be dropped: an act of its own, where that can be noticed.
    returned: bool,
    ended: bool,
    token: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Act {
    /// Starts it as this task.
    Spawn(Name),
    Return,
    Exit,
    /// Goes on once it has ended.
    Join,
    /// Goes on once it has returned: so a scope waits, as std's does.
    AwaitReturn,
    IsFinished,
    /// Waits for the token; with a timeout it may also go on without it at any time.
    Park,
    ParkTimeout,
    Unpark,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Effect {
    Started,
    Returned,
    Ended,
    Joined,
    /// It was waited for until it had returned, and what it does after that is not known.
    ReturnAwaited,
    /// It was seen to have returned, or to have ended, which orders nothing: std's `is_finished` is relaxed.
    SeenReturned,
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

    /// One that ran as this task and has ended, of which no more is known.
    pub(crate) fn at_its_end(task: Name) -> Self {
        Thread { ended: true, ..Thread::of(task) }
    }
}

impl Act {
    /// Whether it waits for the thread to come to its end.
    pub(crate) fn waits_for_the_end(self) -> bool {
        matches!(self, Act::Join | Act::AwaitReturn)
    }
}

impl Machine for Thread {
    type Act = Act;
    type Effect = Effect;

    const NOUN: &'static str = "thread";

    fn meets(&self, act: Act, _: Name) -> Option<Effect> {
        match act {
            Act::Spawn(_) => Some(Effect::Started),
            Act::Return => Some(Effect::Returned),
            Act::Exit => Some(Effect::Ended),
            Act::AwaitReturn if self.returned => Some(Effect::ReturnAwaited),
            Act::Join | Act::AwaitReturn => self.ended.then_some(Effect::Joined),
            Act::IsFinished if self.returned => Some(Effect::SeenReturned),
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
            Act::Return => self.returned = true,
            Act::Exit => self.ended = true,
            Act::Park | Act::ParkTimeout => self.token = false,
            Act::Unpark => self.token = true,
            Act::Join | Act::AwaitReturn | Act::IsFinished => (),
        }
    }

    fn answer(&self, act: Act, effect: Effect) -> Option<u64> {
        match act {
            Act::IsFinished => Some(u64::from(effect != Effect::Alive)),
            Act::ParkTimeout => Some(u64::from(effect == Effect::Parked)),
            _ => None,
        }
    }

    fn before(one: Effect, other: Effect) -> bool {
        use Effect::*;
        matches!(
            (one, other),
            (Returned, ReturnAwaited | SeenReturned | Alive)
                | (Ended, Joined | SeenEnded | Alive)
                | (Unparked, Parked | TimedOut)
        )
    }

    fn is_look(effect: Effect) -> bool {
        matches!(effect, Effect::Alive | Effect::TimedOut)
    }

    fn passes(_: Act, effect: Effect, _: Name) -> Passes {
        match effect {
            Effect::Ended => Passes::gives(Slot::All),
            Effect::Joined => Passes::takes(Slot::All),
            Effect::Returned => Passes::gives(Slot::Message(0)),
            Effect::ReturnAwaited => Passes::takes(Slot::Message(0)),
            Effect::Unparked => Passes::gives(Slot::One),
            Effect::Parked => Passes::takes(Slot::One),
            // What the parent knows, the child knows from its start: that is no matter of this object's.
            Effect::Started | Effect::SeenReturned | Effect::SeenEnded | Effect::Alive | Effect::TimedOut => {
                Passes::NOTHING
            }
        }
    }

    fn words(act: Act) -> Words {
        match act {
            Act::Spawn(_) => Words::with("spawn", Role::Starts),
            Act::Return => Words::of("return in"),
            Act::Exit => Words::with("end", Role::Ends),
            Act::Join | Act::AwaitReturn => Words::with("join", Role::Joins),
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
        match (self.ended, self.returned) {
            (true, _) => "ended",
            (false, true) => "drops its thread locals",
            (false, false) => "runs",
        }
        .to_owned()
    }

    fn holder(&self, act: Act, _: Name) -> Option<Name> {
        // Whoever would unpark it is not known.
        self.task.filter(|_| act.waits_for_the_end())
    }
}
