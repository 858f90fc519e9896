//! A readers-writer lock: readers together, or one writer alone.
//!
//! A writer takes it in two acts, as parking_lot's does: it shuts the door, which holds back new readers and other
//! writers, and then waits for the readers inside to leave. So a read lock taken again by a thread that holds one
//! deadlocks as soon as a writer waits in between, and the engines find that schedule.

use serde::{Deserialize, Serialize};

use super::{Few, Hold, Machine, Passes, Slot, Words};
use crate::check::story::Role;
use crate::sync::engine::op::Name;

/// Who is inside, and who has shut the door.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct RwLock {
    /// One entry a read guard, sorted: in which order they came makes no difference.
    readers: Few,
    /// The writer that is inside, or that waits for the readers to leave.
    writer: Option<Name>,
    /// It is inside.
    alone: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Act {
    Read,
    TryRead,
    /// Of the guard that this task took.
    ReadUnlock(Name),
    /// Shuts the door. With `at_once` it is inside already where nobody else is; otherwise that is an act of its own, so
    /// that a reader who leaves commutes with a writer who comes.
    Write {
        at_once: bool,
    },
    /// The writer that has shut the door waits for the readers inside.
    Drain,
    TryWrite,
    /// Whether what it guards may have been changed meanwhile.
    WriteUnlock {
        changed: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Effect {
    /// A reader joined, or left.
    Enter,
    Leave,
    /// A writer shut the door.
    Shut,
    /// It found the last reader gone.
    Drained,
    /// A writer shut the door with nobody inside, and is inside.
    ShutEmpty,
    /// The writer left, and the door is open.
    Open,
    /// An attempt to read found the door shut.
    ReadRefused,
    /// An attempt to write found somebody inside, or the door shut.
    WriteRefused,
}

impl Machine for RwLock {
    type Act = Act;
    type Effect = Effect;

    const NOUN: &'static str = "rwlock";

    fn meets(&self, act: Act, _: Name) -> Option<Effect> {
        let (open, empty) = (self.writer.is_none(), self.readers.is_empty());
        match act {
            Act::Read => open.then_some(Effect::Enter),
            Act::TryRead => Some(if open { Effect::Enter } else { Effect::ReadRefused }),
            Act::ReadUnlock(_) => Some(Effect::Leave),
            Act::Write { at_once } => open.then_some(if at_once && empty { Effect::ShutEmpty } else { Effect::Shut }),
            Act::Drain => empty.then_some(Effect::Drained),
            Act::TryWrite => Some(if open && empty { Effect::ShutEmpty } else { Effect::WriteRefused }),
            Act::WriteUnlock { .. } => Some(Effect::Open),
        }
    }

    fn take(&mut self, act: Act, effect: Effect, me: Name) {
        match (effect, act) {
            (Effect::Enter, _) => {
                let at = self.readers.partition_point(|&reader| reader < me);
                self.readers.insert(at, me);
            }
            (Effect::Leave, Act::ReadUnlock(reader)) => {
                let at = self.readers.iter().position(|&inside| inside == reader);
                self.readers.remove(at.expect("who took a guard is inside until it is dropped"));
            }
            (Effect::Shut | Effect::ShutEmpty, _) => {
                (self.writer, self.alone) = (Some(me), effect == Effect::ShutEmpty);
            }
            (Effect::Drained, _) => self.alone = true,
            (Effect::Open, _) => (self.writer, self.alone) = (None, false),
            _ => (),
        }
    }

    fn answer(&self, _: Act, effect: Effect) -> Option<u64> {
        let gained = matches!(effect, Effect::Enter | Effect::Drained | Effect::ShutEmpty);
        Some(u64::from(gained)).filter(|_| !matches!(effect, Effect::Leave | Effect::Open))
    }

    fn before(one: Effect, other: Effect) -> bool {
        use Effect::*;
        match (one, other) {
            // Readers come and go in any order. A door that is shut does not hold back who leaves, and it says nothing
            // to who leaves: only the draining depends on the last of them.
            (Shut | ShutEmpty | Open, Shut | ShutEmpty | Open | Enter | ReadRefused | WriteRefused) => true,
            (Leave, Drained | ShutEmpty | WriteRefused) => true,
            (Enter, WriteRefused | Drained | ShutEmpty) => true,
            _ => false,
        }
    }

    fn is_look(effect: Effect) -> bool {
        matches!(effect, Effect::ReadRefused | Effect::WriteRefused)
    }

    fn passes(_: Act, effect: Effect, _: Name) -> Passes {
        match effect {
            Effect::Enter => Passes::takes(Slot::All),
            // Readers are not ordered among each other.
            Effect::Leave => Passes::gives(Slot::One),
            Effect::Drained | Effect::ShutEmpty => {
                Passes::Slots { takes: [Some(Slot::All), Some(Slot::One)], gives: None }
            }
            Effect::Open => Passes::gives(Slot::All),
            Effect::Shut | Effect::ReadRefused | Effect::WriteRefused => Passes::NOTHING,
        }
    }

    fn words(act: Act) -> Words {
        match act {
            Act::Read => Words::with("read-lock", Role::Takes).sharing(),
            Act::TryRead => Words::reading("try to read-lock").sharing(),
            Act::ReadUnlock(_) => Words::with("read-unlock", Role::LetsGo).sharing(),
            Act::Write { .. } => Words::with("write-lock", Role::Takes),
            Act::Drain => Words::with("write-lock", Role::Completes),
            Act::TryWrite => Words::reading("try to write-lock"),
            Act::WriteUnlock { .. } => Words::with("write-unlock", Role::LetsGo),
        }
    }

    fn told(&self, _: Act, effect: Effect, _: Option<u64>, _: &dyn Fn(Name) -> String) -> String {
        match effect {
            Effect::Shut => "shuts the door",
            Effect::Drained => "alone inside",
            Effect::ReadRefused | Effect::WriteRefused => "taken",
            _ => "",
        }
        .to_owned()
    }

    fn state(&self, of: &dyn Fn(Name) -> String) -> String {
        let inside = || self.readers.iter().map(|&reader| of(reader)).collect::<Vec<_>>().join(", ");
        match (self.writer, self.alone, self.readers.is_empty()) {
            (Some(writer), true, _) => format!("held by {}", of(writer)),
            (Some(writer), false, true) => format!("shut by {}", of(writer)),
            (Some(writer), false, false) => format!("read by {}; {} waits to write", inside(), of(writer)),
            (None, _, true) => "free".to_owned(),
            (None, _, false) => format!("read by {}", inside()),
        }
    }

    fn hold(act: Act, effect: Effect) -> Option<Hold> {
        match (effect, act) {
            (Effect::Enter, _) => Some(Hold::Takes { shared: true, waits: act == Act::Read }),
            (Effect::Drained | Effect::ShutEmpty, _) => {
                Some(Hold::Takes { shared: false, waits: act != Act::TryWrite })
            }
            (Effect::Leave, Act::ReadUnlock(reader)) => Some(Hold::LetsGo(Some(reader))),
            (Effect::Open, _) => Some(Hold::LetsGo(None)),
            _ => None,
        }
    }

    fn changes_content(act: Act) -> bool {
        act == Act::WriteUnlock { changed: true }
    }

    fn holder(&self, _: Act, me: Name) -> Option<Name> {
        // A reader joins those inside, unless a writer has shut the door.
        self.writer.filter(|&writer| writer != me).or_else(|| self.readers.first().copied())
    }
}
