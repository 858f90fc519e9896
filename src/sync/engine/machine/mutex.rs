//! A mutex: at most one task has it.

use serde::{Deserialize, Serialize};

use super::{Hold, Machine, Passes, Slot, Words};
use crate::check::story::Role;
use crate::sync::engine::ids::Name;

/// The task that has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Mutex {
    pub(crate) owner: Option<Name>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Act {
    Lock,
    TryLock,
    /// Whether nobody has it.
    IsFree,
    /// By the task with the guard, which may be another than took it; `changed` says whether the guarded value may have
    /// been changed.
    Unlock {
        changed: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Effect {
    Acquire,
    /// An attempt found it taken, or it was seen to be taken.
    Refused,
    /// It was seen to be free, which orders nothing.
    SeenFree,
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
            (Act::TryLock | Act::IsFree, Some(_)) => Some(Effect::Refused),
            (Act::IsFree, None) => Some(Effect::SeenFree),
            (Act::Unlock { .. }, _) => Some(Effect::Release),
        }
    }

    fn take(&mut self, _: Act, effect: Effect, me: Name) {
        match effect {
            Effect::Acquire => self.owner = Some(me),
            Effect::Release => self.owner = None,
            Effect::Refused | Effect::SeenFree => (),
        }
    }

    fn answer(&self, act: Act, effect: Effect) -> Option<u64> {
        matches!(act, Act::TryLock | Act::IsFree).then_some(u64::from(effect != Effect::Refused))
    }

    fn before(one: Effect, other: Effect) -> bool {
        // Two acts that only look commute.
        !Mutex::is_look(one) || !Mutex::is_look(other)
    }

    fn is_look(effect: Effect) -> bool {
        matches!(effect, Effect::Refused | Effect::SeenFree)
    }

    fn passes(_: Act, effect: Effect, _: Name) -> Passes {
        match effect {
            Effect::Acquire => Passes::takes(Slot::All),
            Effect::Release => Passes::gives(Slot::All),
            Effect::Refused | Effect::SeenFree => Passes::NOTHING,
        }
    }

    fn words(act: Act) -> Words {
        match act {
            Act::Lock => Words::with("lock", Role::Takes),
            Act::TryLock => Words::reading("try to lock"),
            Act::IsFree => Words::reading("look at").sharing(),
            Act::Unlock { .. } => Words::with("unlock", Role::LetsGo),
        }
    }

    fn told(&self, _: Act, effect: Effect, _: Option<u64>, _: &dyn Fn(Name) -> String) -> String {
        match effect {
            Effect::Refused => "taken",
            Effect::SeenFree => "free",
            Effect::Acquire | Effect::Release => "",
        }
        .to_owned()
    }

    fn state(&self, of: &dyn Fn(Name) -> String) -> String {
        self.owner.map_or_else(|| "free".to_owned(), |owner| format!("held by {}", of(owner)))
    }

    fn hold(act: Act, effect: Effect) -> Option<Hold> {
        match effect {
            Effect::Acquire => Some(Hold::Takes { shared: false, waits: act == Act::Lock }),
            Effect::Release => Some(Hold::LetsGo(None)),
            Effect::Refused | Effect::SeenFree => None,
        }
    }

    fn changes_content(act: Act) -> bool {
        act == Act::Unlock { changed: true }
    }

    fn holder(&self, _: Act, _: Name) -> Option<Name> {
        self.owner
    }
}
