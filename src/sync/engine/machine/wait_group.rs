//! A wait group: the number of things that are not done yet.

use serde::{Deserialize, Serialize};

use super::{Machine, Passes, Slot, Words};
use crate::sync::engine::ids::Name;

/// How many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct WaitGroup {
    left: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Act {
    Add,
    Done,
    /// Goes on once nothing is left.
    Wait,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Effect {
    Added,
    Done,
    /// Nothing was left to wait for.
    Zero,
}

impl Machine for WaitGroup {
    type Act = Act;
    type Effect = Effect;

    const NOUN: &'static str = "wait group";

    fn meets(&self, act: Act, _: Name) -> Option<Effect> {
        match act {
            Act::Add => Some(Effect::Added),
            Act::Done => Some(Effect::Done),
            Act::Wait => (self.left == 0).then_some(Effect::Zero),
        }
    }

    fn obstacle(&self, _: Act) -> String {
        super::left(self.left, "ticket")
    }

    fn take(&mut self, _: Act, effect: Effect, _: Name) {
        match effect {
            Effect::Added => self.left += 1,
            Effect::Done => self.left -= 1,
            Effect::Zero => (),
        }
    }

    fn answer(&self, _: Act, effect: Effect) -> Option<u64> {
        // The number left after it, only for the report: the program does not see it.
        Some(match effect {
            Effect::Added => u64::from(self.left) + 1,
            Effect::Done => u64::from(self.left) - 1,
            Effect::Zero => 0,
        })
    }

    fn before(one: Effect, other: Effect) -> bool {
        // Counting up and down commutes; only the test for zero depends on every count.
        one != Effect::Zero && other == Effect::Zero
    }

    fn disables_beside_its_like(effect: Effect) -> bool {
        // Where nothing was left, each of two adds is enough to wait for.
        effect == Effect::Added
    }

    fn passes(_: Act, effect: Effect, _: Name) -> Passes {
        match effect {
            Effect::Added => Passes::NOTHING,
            Effect::Done => Passes::gives(Slot::All),
            Effect::Zero => Passes::takes(Slot::All),
        }
    }

    fn words(act: Act) -> Words {
        match act {
            Act::Add => Words::of("add to"),
            Act::Done => Words::of("count down"),
            Act::Wait => Words::of("pass"),
        }
    }

    fn told(&self, _: Act, effect: Effect, answer: Option<u64>, _: &dyn Fn(Name) -> String) -> String {
        match effect {
            Effect::Zero => "nothing to wait for".to_owned(),
            Effect::Added | Effect::Done => answer.unwrap_or_default().to_string(),
        }
    }

    fn state(&self, _: &dyn Fn(Name) -> String) -> String {
        format!("{} to wait for", self.left)
    }
}
