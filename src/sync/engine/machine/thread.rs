//! A thread, as those who start it and wait for it see it.

use serde::{Deserialize, Serialize};

use super::{Machine, Passes, Slot, Words};
use crate::check::story::Role;
use crate::sync::engine::op::Name;

/// Whether it has ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Thread {
    /// Once it has been started.
    pub(crate) task: Option<Name>,
    ended: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Act {
    /// Starts it as this task.
    Spawn(Name),
    Exit,
    /// Goes on once it has ended.
    Join,
    IsFinished,
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
        }
    }

    fn take(&mut self, act: Act, _: Effect, _: Name) {
        match act {
            Act::Spawn(task) => self.task = Some(task),
            Act::Exit => self.ended = true,
            Act::Join | Act::IsFinished => (),
        }
    }

    fn answer(&self, act: Act, _: Effect) -> Option<u64> {
        (act == Act::IsFinished).then_some(u64::from(self.ended))
    }

    fn before(one: Effect, other: Effect) -> bool {
        use Effect::*;
        matches!((one, other), (Ended, Joined | SeenEnded | Alive))
    }

    fn is_look(effect: Effect) -> bool {
        effect == Effect::Alive
    }

    fn passes(_: Act, effect: Effect, _: Name) -> Passes {
        match effect {
            Effect::Ended => Passes::gives(Slot::All),
            Effect::Joined => Passes::takes(Slot::All),
            // What the parent knows, the child knows from its start: that is no matter of this object's.
            Effect::Started | Effect::SeenEnded | Effect::Alive => Passes::NOTHING,
        }
    }

    fn words(act: Act) -> Words {
        match act {
            Act::Spawn(_) => Words::with("spawn", Role::Starts),
            Act::Exit => Words::with("end", Role::Ends),
            Act::Join => Words::with("join", Role::Joins),
            Act::IsFinished => Words::reading("load").sharing(),
        }
    }

    fn told(&self, act: Act, _: Effect, answer: Option<u64>, _: &dyn Fn(Name) -> String) -> String {
        match act {
            Act::IsFinished => if answer == Some(1) { "has ended" } else { "runs" }.to_owned(),
            _ => String::new(),
        }
    }

    fn state(&self, _: &dyn Fn(Name) -> String) -> String {
        if self.ended { "ended" } else { "runs" }.to_owned()
    }

    fn holder(&self, _: Act, _: Name) -> Option<Name> {
        self.task
    }
}
