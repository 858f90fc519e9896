//! When operations of what is checked begin and return: a beginning and a return depend on each other.
//!
//! Whether [`Settle`](Act::Settle) can go ahead is no matter of one object: it does where nobody else can.

use serde::{Deserialize, Serialize};

use super::{Machine, Words};
use crate::check::story::Role;
use crate::sync::engine::op::Name;

/// That it is there: its order is that of the events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Moments;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Act {
    /// An operation of what is checked begins.
    Invoke,
    /// It has returned.
    Respond,
    /// Nobody else can go on.
    Settle,
    /// From here on nobody else goes on.
    Seclude,
    /// Others go on again.
    Rejoin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Effect {
    Invoked,
    Responded,
    /// It is ordered behind everything that was run before it, by the search itself.
    AfterAll,
    Rejoined,
}

impl Machine for Moments {
    type Act = Act;
    type Effect = Effect;

    const NOUN: &'static str = "moments";

    fn meets(&self, act: Act, _: Name) -> Option<Effect> {
        Some(match act {
            Act::Invoke => Effect::Invoked,
            Act::Respond => Effect::Responded,
            Act::Settle | Act::Seclude => Effect::AfterAll,
            Act::Rejoin => Effect::Rejoined,
        })
    }

    fn take(&mut self, _: Act, _: Effect, _: Name) {}

    fn answer(&self, _: Act, _: Effect) -> Option<u64> {
        None
    }

    fn before(one: Effect, other: Effect) -> bool {
        // What returned before another began precedes it, and that is all there is to the order of a history: who began
        // first does not matter, nor who returned first.
        (one, other) == (Effect::Invoked, Effect::Responded)
    }

    fn words(act: Act) -> Words {
        match act {
            Act::Invoke => Words::with("begin", Role::Told),
            Act::Respond => Words::with("return from", Role::Told),
            Act::Settle => Words::with("outwait", Role::Quiet),
            Act::Seclude => Words::with("stop", Role::Told),
            Act::Rejoin => Words::with("let go on", Role::Quiet),
        }
    }

    fn told(&self, act: Act, _: Effect, _: Option<u64>, _: &dyn Fn(Name) -> String) -> String {
        match act {
            Act::Seclude => "everybody else is stopped",
            Act::Rejoin => "everybody goes on",
            Act::Settle => "nobody else can go on",
            Act::Invoke | Act::Respond => "",
        }
        .to_owned()
    }

    fn state(&self, _: &dyn Fn(Name) -> String) -> String {
        String::new()
    }
}
