//! A counting semaphore: permits that are taken and given back, in any order.

use serde::{Deserialize, Serialize};

use super::{Machine, Passes, Slot, Words};
use crate::sync::engine::ids::Name;

/// How many permits are free, and whether it is closed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Semaphore {
    permits: u32,
    closed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Act {
    Acquire,
    TryAcquire,
    /// So many are added.
    Release(u32),
    Close,
    Available,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Effect {
    Acquired {
        /// Whether none is left after it.
        last: bool,
    },
    /// An attempt found none.
    Refused,
    Released,
    Closed,
    /// A permit was asked for, and it is closed.
    Shut,
    Counted,
}

impl Semaphore {
    /// An open one with so many permits.
    pub(crate) fn new(permits: u32) -> Self {
        Semaphore { permits, closed: false }
    }
}

impl Machine for Semaphore {
    type Act = Act;
    type Effect = Effect;

    const NOUN: &'static str = "semaphore";

    fn meets(&self, act: Act, _: Name) -> Option<Effect> {
        match act {
            Act::Acquire | Act::TryAcquire if self.closed => Some(Effect::Shut),
            Act::Acquire if self.permits == 0 => None,
            Act::TryAcquire if self.permits == 0 => Some(Effect::Refused),
            Act::Acquire | Act::TryAcquire => Some(Effect::Acquired { last: self.permits == 1 }),
            Act::Release(_) => Some(Effect::Released),
            Act::Close => Some(Effect::Closed),
            Act::Available => Some(Effect::Counted),
        }
    }

    fn take(&mut self, act: Act, effect: Effect, _: Name) {
        match (effect, act) {
            (Effect::Acquired { .. }, _) => self.permits -= 1,
            (Effect::Released, Act::Release(permits)) => self.permits += permits,
            (Effect::Closed, _) => self.closed = true,
            _ => (),
        }
    }

    fn answer(&self, _: Act, effect: Effect) -> Option<u64> {
        match effect {
            Effect::Acquired { .. } => Some(1),
            Effect::Refused | Effect::Shut => Some(0),
            Effect::Counted => Some(self.permits.into()),
            Effect::Released | Effect::Closed => None,
        }
    }

    fn before(one: Effect, other: Effect) -> bool {
        use Effect::*;
        match (one, other) {
            // The task that takes the last permit keeps others waiting. Two acquires that leave permits commute.
            (Acquired { last: one }, Acquired { last: other }) => one || other,
            (Acquired { .. } | Released, Refused | Counted) | (Acquired { .. }, Released | Closed | Shut) => true,
            // A task that waits for a permit may go on because one is given back, or because the semaphore is closed.
            (Released | Closed, Shut) | (Closed, Refused) => true,
            _ => false,
        }
    }

    fn is_look(effect: Effect) -> bool {
        matches!(effect, Effect::Refused | Effect::Shut | Effect::Counted)
    }

    fn passes(_: Act, effect: Effect, _: Name) -> Passes {
        match effect {
            Effect::Acquired { .. } => Passes::takes(Slot::All),
            Effect::Released => Passes::gives(Slot::All),
            Effect::Closed => Passes::gives(Slot::One),
            Effect::Shut => Passes::takes(Slot::One),
            Effect::Refused | Effect::Counted => Passes::NOTHING,
        }
    }

    fn words(act: Act) -> Words {
        match act {
            Act::Acquire => Words::reading("acquire a permit of"),
            Act::TryAcquire => Words::reading("try to acquire a permit of"),
            Act::Release(_) => Words::of("give a permit back to"),
            Act::Close => Words::of("close"),
            Act::Available => Words::reading("count the permits of").sharing(),
        }
    }

    fn told(&self, act: Act, effect: Effect, answer: Option<u64>, _: &dyn Fn(Name) -> String) -> String {
        match (effect, act) {
            (Effect::Acquired { .. }, _) => format!("{} left", self.permits - 1),
            (Effect::Released, Act::Release(permits)) => format!("{} there", self.permits + permits),
            (Effect::Refused, _) => "none is left".to_owned(),
            (Effect::Shut, _) => "closed".to_owned(),
            (Effect::Counted, _) => answer.unwrap_or_default().to_string(),
            _ => String::new(),
        }
    }

    fn state(&self, _: &dyn Fn(Name) -> String) -> String {
        let permits = if self.permits == 1 { "1 permit".to_owned() } else { format!("{} permits", self.permits) };
        format!("{permits}{}", if self.closed { ", closed" } else { "" })
    }
}
