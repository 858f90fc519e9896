//! A barrier: tasks wait until so many have come, and then all of them go on. The last to come is their leader.
//!
//! A wait is two acts: to arrive, and to go on. The last goes on as it arrives.

use serde::{Deserialize, Serialize};

use super::{Few, Machine, Pairs, Passes, Slot, Words};
use crate::sync::engine::ids::Name;

/// The tasks that wait, and those that may go on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Barrier {
    size: u32,
    /// How often all have come.
    generation: u32,
    /// Sorted: the order in which they came makes no difference, except for the last.
    waiting: Few,
    /// Those of earlier generations, each with its own.
    released: Pairs<(Name, u32)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Act {
    Arrive,
    GoOn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Effect {
    Arrived {
        generation: u32,
    },
    /// The last one has come.
    ArrivedLast {
        generation: u32,
    },
    WentOn {
        generation: u32,
    },
}

impl Barrier {
    /// A barrier for so many tasks; 0 and 1 are the same.
    pub(crate) fn new(size: usize) -> Self {
        Barrier { size: size.max(1) as u32, generation: 0, waiting: Few::new(), released: Pairs::new() }
    }

    fn missing(&self) -> u32 {
        self.size - self.waiting.len() as u32
    }
}

impl Machine for Barrier {
    type Act = Act;
    type Effect = Effect;

    const NOUN: &'static str = "barrier";

    fn meets(&self, act: Act, me: Name) -> Option<Effect> {
        let generation = self.generation;
        match act {
            Act::Arrive if self.missing() == 1 => Some(Effect::ArrivedLast { generation }),
            Act::Arrive => Some(Effect::Arrived { generation }),
            Act::GoOn => {
                let mine = self.released.iter().find(|(task, _)| *task == me);
                mine.map(|&(_, generation)| Effect::WentOn { generation })
            }
        }
    }

    fn take(&mut self, _: Act, effect: Effect, me: Name) {
        match effect {
            Effect::Arrived { .. } => {
                let at = self.waiting.partition_point(|&task| task < me);
                self.waiting.insert(at, me);
            }
            Effect::ArrivedLast { generation } => {
                self.released.extend(self.waiting.drain(..).map(|task| (task, generation)));
                self.released.sort_unstable();
                self.generation += 1;
            }
            Effect::WentOn { .. } => self.released.retain(|(task, _)| *task != me),
        }
    }

    fn answer(&self, act: Act, effect: Effect) -> Option<u64> {
        (act == Act::Arrive).then_some(u64::from(matches!(effect, Effect::ArrivedLast { .. })))
    }

    fn before(one: Effect, other: Effect) -> bool {
        use Effect::*;
        match (one, other) {
            // The program learns which task was the last.
            (ArrivedLast { .. }, Arrived { .. } | ArrivedLast { .. }) => true,
            (ArrivedLast { generation: one }, WentOn { generation: other }) => one == other,
            _ => false,
        }
    }

    fn passes(_: Act, effect: Effect, _: Name) -> Passes {
        match effect {
            Effect::Arrived { generation } => Passes::gives(Slot::Message(generation)),
            Effect::ArrivedLast { generation } => Passes::both(Slot::Message(generation), Slot::Room(generation)),
            Effect::WentOn { generation } => Passes::takes(Slot::Room(generation)),
        }
    }

    fn words(act: Act) -> Words {
        match act {
            Act::Arrive => Words::reading("arrive at"),
            Act::GoOn => Words { done: "go on behind", ..Words::of("pass") },
        }
    }

    fn told(&self, act: Act, effect: Effect, _: Option<u64>, _: &dyn Fn(Name) -> String) -> String {
        match (act, effect) {
            (_, Effect::ArrivedLast { .. }) => "the last".to_owned(),
            (Act::Arrive, _) => format!("{} missing", self.missing() - 1),
            (Act::GoOn, _) => String::new(),
        }
    }

    fn state(&self, _: &dyn Fn(Name) -> String) -> String {
        format!("{} of {} are there", self.waiting.len(), self.size)
    }

    fn obstacle(&self, _: Act) -> String {
        format!("{} missing", self.missing())
    }
}
