//! Something that is done once: one task runs a closure while the others wait, and all of them come after the closure.

use serde::{Deserialize, Serialize};

use super::{Hold, Machine, Passes, Slot, Words};
use crate::sync::engine::ids::Name;

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Once {
    /// No task has begun, or the one that had begun gave up.
    #[default]
    New,
    /// This task runs the closure.
    Running(Name),
    Done,
    /// The closure has panicked.
    Poisoned,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Act {
    /// Runs the closure, or waits until another task has; with `force` also after a panic of the closure.
    Begin {
        force: bool,
    },
    /// The closure has returned; or it has panicked; or it has panicked and the state is as before.
    Complete,
    Poison,
    GiveUp,
    /// Waits until it is done or has panicked; with `force` until it is done.
    Wait {
        force: bool,
    },
    /// Whether it is done.
    IsDone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Effect {
    /// This task runs the closure; `poisoned` says whether an earlier closure has panicked.
    Begun {
        poisoned: bool,
    },
    Completed,
    Poisoned,
    GivenUp,
    /// It was found done, and everything that the closure did comes before.
    SeenDone,
    /// It was found not to be done.
    SeenUndone,
    /// It was found to have panicked.
    SeenPoisoned,
}

impl Machine for Once {
    type Act = Act;
    type Effect = Effect;

    const NOUN: &'static str = "once";

    fn meets(&self, act: Act, _: Name) -> Option<Effect> {
        match (act, self) {
            (Act::Begin { .. } | Act::Wait { .. } | Act::IsDone, Once::Done) => Some(Effect::SeenDone),
            (Act::IsDone, _) => Some(Effect::SeenUndone),
            (Act::Begin { .. }, Once::New) => Some(Effect::Begun { poisoned: false }),
            (Act::Begin { force: true }, Once::Poisoned) => Some(Effect::Begun { poisoned: true }),
            (Act::Begin { .. } | Act::Wait { force: false }, Once::Poisoned) => Some(Effect::SeenPoisoned),
            (Act::Begin { .. } | Act::Wait { .. }, _) => None,
            (Act::Complete, _) => Some(Effect::Completed),
            (Act::Poison, _) => Some(Effect::Poisoned),
            (Act::GiveUp, _) => Some(Effect::GivenUp),
        }
    }

    fn take(&mut self, _: Act, effect: Effect, me: Name) {
        match effect {
            Effect::Begun { .. } => *self = Once::Running(me),
            Effect::Completed => *self = Once::Done,
            Effect::Poisoned => *self = Once::Poisoned,
            Effect::GivenUp => *self = Once::New,
            Effect::SeenDone | Effect::SeenUndone | Effect::SeenPoisoned => (),
        }
    }

    fn answer(&self, act: Act, effect: Effect) -> Option<u64> {
        (act == Act::IsDone).then_some(u64::from(effect == Effect::SeenDone))
    }

    fn before(one: Effect, _: Effect) -> bool {
        // Two acts that only look commute.
        !Once::is_look(one)
    }

    fn is_look(effect: Effect) -> bool {
        matches!(effect, Effect::SeenDone | Effect::SeenUndone | Effect::SeenPoisoned)
    }

    fn passes(_: Act, effect: Effect, _: Name) -> Passes {
        match effect {
            Effect::Begun { .. } | Effect::SeenDone | Effect::SeenPoisoned => Passes::takes(Slot::All),
            Effect::Completed | Effect::Poisoned | Effect::GivenUp => Passes::gives(Slot::All),
            Effect::SeenUndone => Passes::NOTHING,
        }
    }

    fn words(act: Act) -> Words {
        match act {
            Act::Begin { .. } => Words::of("initialize"),
            Act::Complete => Words::of("complete"),
            Act::Poison => Words::of("poison"),
            Act::GiveUp => Words::of("give up"),
            Act::Wait { .. } => Words::of("wait for"),
            Act::IsDone => Words::reading("look at").sharing(),
        }
    }

    fn told(&self, _: Act, effect: Effect, _: Option<u64>, _: &dyn Fn(Name) -> String) -> String {
        match effect {
            Effect::SeenDone => "done",
            Effect::SeenUndone => "not done",
            Effect::SeenPoisoned => "poisoned",
            Effect::Begun { .. } | Effect::Completed | Effect::Poisoned | Effect::GivenUp => "",
        }
        .to_owned()
    }

    fn state(&self, of: &dyn Fn(Name) -> String) -> String {
        match self {
            Once::New => "not done".to_owned(),
            Once::Running(task) => format!("run by {}", of(*task)),
            Once::Done => "done".to_owned(),
            Once::Poisoned => "poisoned".to_owned(),
        }
    }

    fn hold(_: Act, effect: Effect) -> Option<Hold> {
        match effect {
            Effect::Begun { .. } => Some(Hold::Takes { shared: false, waits: true }),
            Effect::Completed | Effect::Poisoned | Effect::GivenUp => Some(Hold::LetsGo(None)),
            Effect::SeenDone | Effect::SeenUndone | Effect::SeenPoisoned => None,
        }
    }

    fn changes_content(act: Act) -> bool {
        matches!(act, Act::Complete | Act::Poison | Act::GiveUp)
    }

    fn holder(&self, _: Act, _: Name) -> Option<Name> {
        if let Once::Running(task) = self { Some(*task) } else { None }
    }
}
