//! A mutex: one task has it, or nobody.

use serde::{Deserialize, Serialize};

use super::{Hold, Machine, Passes, Slot, Words};
use crate::check::story::Role;
use crate::sync::engine::op::Name;

/// Who has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Mutex {
    pub(crate) owner: Option<Name>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Act {
    Lock,
    TryLock,
    /// By whoever has the guard, which may have been handed over; whether what it guards may have been changed meanwhile.
    Unlock {
        changed: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Effect {
    Acquire,
    /// An attempt found it taken.
    Refused,
    Release,
}

impl Machine for Mutex {
    type Act = Act;
    type Effect = Effect;

    const NOUN: &'static str = "mutex";

    fn meets(&self, act: Act, _: Name) -> Option<Effect> {
        match (act, self.owner) {
            (Act::Lock, Some(_)) => None,
            (Act::Lock | Act::TryLock, None) => Some(Effect::Acquire),
            (Act::TryLock, Some(_)) => Some(Effect::Refused),
            (Act::Unlock { .. }, _) => Some(Effect::Release),
        }
    }

    fn take(&mut self, _: Act, effect: Effect, me: Name) {
        match effect {
            Effect::Acquire => self.owner = Some(me),
            Effect::Release => self.owner = None,
            Effect::Refused => (),
        }
    }

    fn answer(&self, act: Act, effect: Effect) -> Option<u64> {
        (act == Act::TryLock).then_some(u64::from(effect == Effect::Acquire))
    }

    fn before(one: Effect, other: Effect) -> bool {
        // Two attempts that fail read the same owner.
        one != Effect::Refused || other != Effect::Refused
    }

    fn is_look(effect: Effect) -> bool {
        effect == Effect::Refused
    }

    fn passes(_: Act, effect: Effect, _: Name) -> Passes {
        match effect {
            Effect::Acquire => Passes::takes(Slot::All),
            Effect::Release => Passes::gives(Slot::All),
            Effect::Refused => Passes::NOTHING,
        }
    }

    fn words(act: Act) -> Words {
        match act {
            Act::Lock => Words::with("lock", Role::Takes),
            Act::TryLock => Words::reading("try to lock"),
            Act::Unlock { .. } => Words::with("unlock", Role::LetsGo),
        }
    }

    fn told(&self, _: Act, effect: Effect, _: Option<u64>, _: &dyn Fn(Name) -> String) -> String {
        if effect == Effect::Refused { "taken".to_owned() } else { String::new() }
    }

    fn state(&self, of: &dyn Fn(Name) -> String) -> String {
        self.owner.map_or_else(|| "free".to_owned(), |owner| format!("held by {}", of(owner)))
    }

    fn hold(act: Act, effect: Effect) -> Option<Hold> {
        match effect {
            Effect::Acquire => Some(Hold::Takes { shared: false, waits: act == Act::Lock }),
            Effect::Release => Some(Hold::LetsGo(None)),
            Effect::Refused => None,
        }
    }

    fn changes_content(act: Act) -> bool {
        act == Act::Unlock { changed: true }
    }

    fn holder(&self, _: Act, _: Name) -> Option<Name> {
        self.owner
    }
}
