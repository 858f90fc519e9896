//! A readers-writer lock: readers together, or one writer alone.
//!
//! A writer takes it in two acts, as parking_lot's does: it shuts the door, which holds back new readers and other
//! writers, and then waits for the readers inside to leave. So a read lock taken again by a thread that holds one
//! deadlocks as soon as a writer waits in between, and the engines find that schedule.
//!
//! One reader may have a seat, from which it can become the writer: it keeps out writers and other seated readers, and
//! plain readers join it.

use serde::{Deserialize, Serialize};

use super::{Few, Hold, Machine, Passes, Slot, Words};
use crate::check::story::Role;
use crate::sync::engine::ids::Name;

/// The tasks inside, and the writer that has shut the door.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct RwLock {
    /// One entry for each read guard, sorted: the order in which they came makes no difference.
    readers: Few,
    /// The writer that is inside, or that waits for the readers to leave.
    writer: Option<Name>,
    /// Whether the writer is inside.
    alone: bool,
    /// The reader that may become the writer.
    seated: Option<Name>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Act {
    Read,
    TryRead,
    /// Drops a guard that this task took.
    ReadUnlock(Name),
    /// Shuts the door. With `at_once` it is inside already if no other task is; otherwise that is an act of its own, so
    /// that a reader that leaves commutes with a writer that comes.
    Write {
        at_once: bool,
    },
    /// The writer that has shut the door waits for the readers inside.
    Drain,
    /// The same with a timeout: shuts the door, unless a writer or the reader that may become one is in the way. Then
    /// `DrainOrGiveUp` goes in, or opens the door again if readers are still inside.
    TryShut {
        at_once: bool,
    },
    DrainOrGiveUp,
    TryWrite,
    /// `changed` says whether the guarded value may have been changed.
    WriteUnlock {
        changed: bool,
    },
    UpgradableRead,
    TryUpgradableRead,
    UpgradableUnlock,
    /// From the seat it shuts the door, as a writer does.
    Upgrade {
        at_once: bool,
    },
    TryUpgrade,
    /// The writer becomes a reader, or takes the seat.
    Downgrade {
        changed: bool,
    },
    DowngradeToUpgradable {
        changed: bool,
    },
    /// The seated reader becomes a reader like others.
    LeaveSeat,
    /// Whether any task is inside, and whether a writer is.
    IsFree,
    IsFreeOfWriters,
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
    /// A writer shut the door of an empty lock, and is inside.
    ShutEmpty,
    /// The writer left, and the door is open.
    Open,
    /// A writer that has shut the door opened it again, since readers are inside.
    GivenUp,
    /// An attempt to read found the door shut.
    ReadRefused,
    /// An attempt to write found a task inside, or the door shut.
    WriteRefused,
    /// A reader took the seat, or left it and the lock.
    EnterSeat,
    LeaveSeat,
    /// The seated reader shut the door, with other readers inside or without.
    Upgrade,
    UpgradeEmpty,
    /// An attempt to take the seat found it taken, or the door shut; one to upgrade found readers inside.
    SeatRefused,
    UpgradeRefused,
    /// The writer opened the door and stays as a reader, or in the seat.
    Downgrade,
    DowngradeToSeat,
    /// The seat is free, and its reader stays as a plain reader.
    Unseat,
    /// It was seen that no task is inside, or no writer.
    SeenFree,
    SeenFreeOfWriters,
}

/// What whoever has left the seat hands on.
const SEAT: Slot = Slot::Room(0);

/// A part of the state, as an effect deals with it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    No,
    Reads,
    Writes,
}

/// How an effect uses the parts of the state: the door, the readers inside, the seat.
fn uses(effect: Effect) -> [Use; 3] {
    use Use::*;
    match effect {
        // Readers come and go in any order. A shut door does not hold back a reader that leaves, and a leaving reader
        // does not notice it: only the draining depends on the last reader.
        Effect::Enter => [Reads, Writes, No],
        Effect::Leave => [No, Writes, No],
        Effect::Shut => [Writes, No, Reads],
        Effect::Drained => [No, Reads, No],
        Effect::ShutEmpty => [Writes, Reads, Reads],
        Effect::Open => [Writes, No, No],
        Effect::GivenUp => [Writes, Reads, No],
        Effect::ReadRefused | Effect::SeenFreeOfWriters => [Reads, No, No],
        Effect::WriteRefused | Effect::SeenFree => [Reads, Reads, Reads],
        Effect::EnterSeat => [Reads, No, Writes],
        Effect::LeaveSeat => [No, No, Writes],
        Effect::SeatRefused => [Reads, No, Reads],
        Effect::Upgrade => [Writes, No, Writes],
        Effect::UpgradeEmpty => [Writes, Reads, Writes],
        Effect::UpgradeRefused => [No, Reads, No],
        Effect::Downgrade => [Writes, Writes, No],
        Effect::DowngradeToSeat => [Writes, No, Writes],
        Effect::Unseat => [No, Writes, Writes],
    }
}

impl Machine for RwLock {
    type Act = Act;
    type Effect = Effect;

    const NOUN: &'static str = "rwlock";

    fn meets(&self, act: Act, _: Name) -> Option<Effect> {
        let (open, empty, unseated) = (self.writer.is_none(), self.readers.is_empty(), self.seated.is_none());
        match act {
            Act::Read => open.then_some(Effect::Enter),
            Act::TryRead => Some(if open { Effect::Enter } else { Effect::ReadRefused }),
            Act::ReadUnlock(_) => Some(Effect::Leave),
            Act::Write { at_once } => {
                (open && unseated).then_some(if at_once && empty { Effect::ShutEmpty } else { Effect::Shut })
            }
            Act::Drain => empty.then_some(Effect::Drained),
            Act::TryShut { .. } if !open || !unseated => Some(Effect::SeatRefused),
            Act::TryShut { at_once } => Some(if at_once && empty { Effect::ShutEmpty } else { Effect::Shut }),
            Act::DrainOrGiveUp => Some(if empty { Effect::Drained } else { Effect::GivenUp }),
            Act::TryWrite => Some(if open && empty && unseated { Effect::ShutEmpty } else { Effect::WriteRefused }),
            Act::WriteUnlock { .. } => Some(Effect::Open),
            Act::UpgradableRead => (open && unseated).then_some(Effect::EnterSeat),
            Act::TryUpgradableRead => Some(if open && unseated { Effect::EnterSeat } else { Effect::SeatRefused }),
            Act::UpgradableUnlock => Some(Effect::LeaveSeat),
            Act::Upgrade { at_once } => Some(if at_once && empty { Effect::UpgradeEmpty } else { Effect::Upgrade }),
            Act::TryUpgrade => Some(if empty { Effect::UpgradeEmpty } else { Effect::UpgradeRefused }),
            Act::Downgrade { .. } => Some(Effect::Downgrade),
            Act::DowngradeToUpgradable { .. } => Some(Effect::DowngradeToSeat),
            Act::LeaveSeat => Some(Effect::Unseat),
            Act::IsFree => Some(if open && empty && unseated { Effect::SeenFree } else { Effect::WriteRefused }),
            // A writer that waits for readers to leave has shut the door, and parking_lot counts it as a writer.
            Act::IsFreeOfWriters => Some(if open { Effect::SeenFreeOfWriters } else { Effect::ReadRefused }),
        }
    }

    fn take(&mut self, act: Act, effect: Effect, me: Name) {
        match effect {
            Effect::Enter => self.join(me),
            Effect::Leave => {
                let Act::ReadUnlock(reader) = act else { unreachable!("{act:?} is not how a reader leaves") };
                let at = self.readers.iter().position(|&inside| inside == reader);
                self.readers.remove(at.expect("who took a guard is inside until it is dropped"));
            }
            Effect::Shut | Effect::Upgrade => (self.writer, self.alone) = (Some(me), false),
            Effect::ShutEmpty | Effect::UpgradeEmpty => (self.writer, self.alone) = (Some(me), true),
            Effect::Drained => self.alone = true,
            Effect::Open | Effect::GivenUp | Effect::Downgrade | Effect::DowngradeToSeat => {
                (self.writer, self.alone) = (None, false);
            }
            _ => (),
        }
        match effect {
            Effect::EnterSeat | Effect::DowngradeToSeat => self.seated = Some(me),
            Effect::LeaveSeat | Effect::Upgrade | Effect::UpgradeEmpty | Effect::Unseat => self.seated = None,
            _ => (),
        }
        if matches!(effect, Effect::Downgrade | Effect::Unseat) {
            self.join(me);
        }
    }

    fn answer(&self, _: Act, effect: Effect) -> Option<u64> {
        use Effect::*;
        match effect {
            Enter | Drained | ShutEmpty | EnterSeat | UpgradeEmpty | SeenFree | SeenFreeOfWriters => Some(1),
            Shut | GivenUp | Upgrade | ReadRefused | WriteRefused | SeatRefused | UpgradeRefused => Some(0),
            Leave | Open | LeaveSeat | Downgrade | DowngradeToSeat | Unseat => None,
        }
    }

    fn before(one: Effect, other: Effect) -> bool {
        let [one, other] = [one, other].map(uses);
        let changes = |part: usize| one[part] == Use::Writes && other[part] != Use::No;
        // Readers that come and go commute.
        let readers = one[1] == Use::Writes && other[1] == Use::Reads;
        readers || changes(0) || changes(2)
    }

    fn is_look(effect: Effect) -> bool {
        use Effect::*;
        matches!(effect, ReadRefused | WriteRefused | SeatRefused | UpgradeRefused | SeenFree | SeenFreeOfWriters)
    }

    fn passes(_: Act, effect: Effect, _: Name) -> Passes {
        match effect {
            Effect::Enter => Passes::takes(Slot::All),
            Effect::EnterSeat => Passes::taking([Slot::All, SEAT]),
            // Readers are not ordered among each other, but for those who have had the seat.
            Effect::Leave => Passes::gives(Slot::One),
            Effect::LeaveSeat => Passes::gives(SEAT),
            Effect::Drained | Effect::ShutEmpty | Effect::UpgradeEmpty => Passes::taking([Slot::All, Slot::One, SEAT]),
            Effect::Open | Effect::Downgrade | Effect::DowngradeToSeat => Passes::gives(Slot::All),
            _ => Passes::NOTHING,
        }
    }

    fn words(act: Act) -> Words {
        match act {
            Act::Read => Words::with("read-lock", Role::Takes).sharing(),
            Act::TryRead => Words::reading("try to read-lock").sharing(),
            Act::ReadUnlock(_) => Words::with("read-unlock", Role::LetsGo).sharing(),
            Act::Write { .. } => Words::with("write-lock", Role::Takes),
            Act::Drain => Words::with("write-lock", Role::Completes),
            Act::TryWrite | Act::TryShut { .. } | Act::DrainOrGiveUp => Words::reading("try to write-lock"),
            Act::WriteUnlock { .. } => Words::with("write-unlock", Role::LetsGo),
            Act::UpgradableRead => Words::with("upgradably read-lock", Role::Takes),
            Act::TryUpgradableRead => Words::reading("try to upgradably read-lock"),
            Act::UpgradableUnlock => Words::with("upgradably read-unlock", Role::LetsGo),
            Act::Upgrade { .. } => Words::of("upgrade"),
            Act::TryUpgrade => Words::reading("try to upgrade"),
            Act::Downgrade { .. } => Words::of("downgrade"),
            Act::DowngradeToUpgradable { .. } => Words::of("downgrade to upgradable"),
            Act::LeaveSeat => Words::of("downgrade from upgradable"),
            Act::IsFree | Act::IsFreeOfWriters => Words::reading("look at").sharing(),
        }
    }

    fn told(&self, _: Act, effect: Effect, _: Option<u64>, _: &dyn Fn(Name) -> String) -> String {
        match effect {
            Effect::Shut | Effect::Upgrade => "shuts the door",
            Effect::Drained | Effect::UpgradeEmpty => "alone inside",
            Effect::GivenUp => "gives up, and opens the door",
            Effect::ReadRefused | Effect::WriteRefused | Effect::SeatRefused | Effect::UpgradeRefused => "taken",
            Effect::SeenFree | Effect::SeenFreeOfWriters => "free",
            _ => "",
        }
        .to_owned()
    }

    fn state(&self, of: &dyn Fn(Name) -> String) -> String {
        let all = self.readers.iter().chain(&self.seated);
        let inside = || all.clone().map(|&reader| of(reader)).collect::<Vec<_>>().join(", ");
        match (self.writer, self.alone, self.readers.is_empty() && self.seated.is_none()) {
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
                Some(Hold::Takes { shared: false, waits: matches!(act, Act::Write { .. } | Act::Drain) })
            }
            (Effect::EnterSeat, _) => Some(Hold::Takes { shared: false, waits: act == Act::UpgradableRead }),
            (Effect::LeaveSeat | Effect::Upgrade, _) => Some(Hold::LetsGo(None)),
            (Effect::Leave, Act::ReadUnlock(reader)) => Some(Hold::LetsGo(Some(reader))),
            (Effect::Open, _) => Some(Hold::LetsGo(None)),
            _ => None,
        }
    }

    fn changes_content(act: Act) -> bool {
        use Act::*;
        matches!(
            act,
            WriteUnlock { changed: true } | Downgrade { changed: true } | DowngradeToUpgradable { changed: true }
        )
    }

    fn holder(&self, _: Act, me: Name) -> Option<Name> {
        // A reader joins those inside, unless a writer has shut the door.
        self.writer.filter(|&writer| writer != me).or_else(|| self.readers.first().copied()).or(self.seated)
    }
}

impl RwLock {
    /// Adds a reader.
    fn join(&mut self, me: Name) {
        let at = self.readers.partition_point(|&reader| reader < me);
        self.readers.insert(at, me);
    }
}
