//! When the operations of a history begin and return: a begin and a return are dependent.
//!
//! Whether [`Settle`](Act::Settle) is enabled does not depend on one object: it is enabled only when no other task can
//! go on.

use serde::{Deserialize, Serialize};

use super::{Machine, Words};
use crate::check::story::Role;
use crate::sync::engine::ids::Name;

/// It has no state: the order of its acts is that of the events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Moments;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Act {
    /// An operation of the history begins.
    Invoke,
    /// It has returned.
    Respond,
    /// Enabled only when no other task can go on.
    Settle,
    /// From here on no other task goes on.
    Seclude,
    /// Others go on again.
    Rejoin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Effect {
    Invoked,
    Responded,
    /// The search itself orders it behind everything that was run before it.
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
        // An operation that returned before another began precedes it, and nothing else orders a history: neither the
        // order of begins nor that of returns matters.
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
