//! Reference counts: which task drops the last owner, and reads of the counts.
//!
//! The orderings are those of std's `Arc` (`library/alloc/src/sync.rs`): a drop releases, the last one acquires; `upgrade`
//! acquires; `get_mut` acquires where it succeeds, from the owners and the weak references that are gone; `try_unwrap` and
//! `into_inner` acquire where they give the value; counts are read relaxed.

use serde::{Deserialize, Serialize};

use super::{Machine, Passes, Slot, Words};
use crate::check::story::Role;
use crate::sync::engine::ids::Name;

/// How many owners there are, and how many references that do not keep the value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Count {
    pub(crate) owners: u32,
    pub(crate) weak: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Act {
    Clone,
    Drop,
    /// Drops, and gives the value to the last owner.
    IntoInner,
    /// Gives the value to the only owner, which is no owner any more then.
    TryUnwrap,
    Downgrade,
    DropWeak,
    Upgrade,
    OwnerCount,
    WeakCount,
    /// Whether this is the only reference.
    GetMut,
    /// The value of a cyclic `Arc` is there, and has its first owner.
    Complete,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Effect {
    Cloned,
    /// An owner is gone, and others are left.
    Dropped,
    /// The last owner is gone.
    DroppedLast,
    Downgraded,
    WeakDropped,
    /// A weak reference made an owner, or found none left.
    Upgraded,
    Dead,
    /// The number of owners was read, or `try_unwrap` found others.
    OwnersCounted,
    WeakCounted,
    /// `get_mut` found one reference, or several.
    Unique,
    Shared,
    Completed,
}

impl Machine for Count {
    type Act = Act;
    type Effect = Effect;

    const NOUN: &'static str = "reference count";

    fn meets(&self, act: Act, _: Name) -> Option<Effect> {
        Some(match act {
            Act::Clone => Effect::Cloned,
            Act::Drop | Act::IntoInner | Act::TryUnwrap if self.owners == 1 => Effect::DroppedLast,
            Act::Drop | Act::IntoInner => Effect::Dropped,
            Act::TryUnwrap | Act::OwnerCount => Effect::OwnersCounted,
            Act::Downgrade => Effect::Downgraded,
            Act::DropWeak => Effect::WeakDropped,
            Act::Upgrade if self.owners == 0 => Effect::Dead,
            Act::Upgrade => Effect::Upgraded,
            Act::WeakCount => Effect::WeakCounted,
            Act::GetMut if (self.owners, self.weak) == (1, 0) => Effect::Unique,
            Act::GetMut => Effect::Shared,
            Act::Complete => Effect::Completed,
        })
    }

    fn take(&mut self, _: Act, effect: Effect, _: Name) {
        match effect {
            Effect::Cloned | Effect::Upgraded => self.owners += 1,
            Effect::Dropped | Effect::DroppedLast => self.owners = self.owners.saturating_sub(1),
            Effect::Downgraded => self.weak += 1,
            Effect::WeakDropped => self.weak = self.weak.saturating_sub(1),
            Effect::Completed => self.owners = 1,
            Effect::Dead | Effect::OwnersCounted | Effect::WeakCounted | Effect::Unique | Effect::Shared => (),
        }
    }

    fn answer(&self, act: Act, effect: Effect) -> Option<u64> {
        match act {
            Act::OwnerCount => Some(self.owners.into()),
            Act::WeakCount => Some(self.weak.into()),
            Act::Upgrade => Some(u64::from(effect == Effect::Upgraded)),
            Act::TryUnwrap | Act::IntoInner => Some(u64::from(effect == Effect::DroppedLast)),
            Act::GetMut => Some(u64::from(effect == Effect::Unique)),
            Act::Clone | Act::Drop | Act::Downgrade | Act::DropWeak | Act::Complete => None,
        }
    }

    fn before(one: Effect, other: Effect) -> bool {
        use Effect::*;
        match (one, other) {
            // The last drop runs the destructor, so it matters which task is last. A clone is independent of a drop of
            // another owner: the owner that is cloned exists all the while.
            (Dropped, DroppedLast) => true,
            // An upgrade of a weak reference has no owner of its own: it depends on the drops of owners. And which drop
            // is the last depends on the owner that it makes.
            (Upgraded, Dropped | DroppedLast) | (DroppedLast, Dead) | (Completed, Upgraded | Dead) => true,
            (Cloned | Dropped | DroppedLast | Upgraded, OwnersCounted | Shared | Unique) => true,
            (Downgraded | WeakDropped | Completed, WeakCounted | Shared | Unique) => true,
            _ => false,
        }
    }

    fn is_look(effect: Effect) -> bool {
        use Effect::*;
        matches!(effect, Dead | OwnersCounted | WeakCounted | Unique | Shared)
    }

    fn passes(act: Act, effect: Effect, _: Name) -> Passes {
        match effect {
            // `try_unwrap` acquires, and releases nothing: no owner is left that could acquire.
            Effect::DroppedLast if act == Act::TryUnwrap => Passes::takes(Slot::All),
            Effect::DroppedLast => Passes::both(Slot::All, Slot::All),
            Effect::Dropped => Passes::gives(Slot::All),
            Effect::Upgraded => Passes::takes(Slot::All),
            Effect::WeakDropped => Passes::gives(Slot::One),
            Effect::Unique => Passes::taking([Slot::All, Slot::One]),
            _ => Passes::NOTHING,
        }
    }

    fn words(act: Act) -> Words {
        match act {
            Act::Clone => Words::of("clone"),
            Act::Drop => Words::of("drop a clone of"),
            Act::IntoInner => Words::reading("take the value of"),
            Act::TryUnwrap => Words::reading("unwrap"),
            Act::Downgrade => Words::of("downgrade"),
            Act::DropWeak => Words::of("drop a weak reference to"),
            Act::Upgrade => Words::reading("upgrade"),
            Act::OwnerCount => Words::reading("count the owners of").sharing(),
            Act::WeakCount => Words::reading("count the weak references to").sharing(),
            Act::GetMut => Words::reading("borrow as the only owner"),
            Act::Complete => Words::with("complete", Role::Quiet),
        }
    }

    fn told(&self, act: Act, effect: Effect, answer: Option<u64>, _: &dyn Fn(Name) -> String) -> String {
        match (act, effect) {
            (Act::IntoInner | Act::TryUnwrap, Effect::Dropped | Effect::OwnersCounted) => "there are others".to_owned(),
            (Act::IntoInner | Act::TryUnwrap, _) => "the only owner".to_owned(),
            (_, Effect::DroppedLast) => "the last".to_owned(),
            (_, Effect::Dropped) => format!("{} left", self.owners.saturating_sub(1)),
            (_, Effect::Cloned | Effect::Upgraded) => format!("{} owners", self.owners + 1),
            (_, Effect::Dead) => "no owner is left".to_owned(),
            (_, Effect::OwnersCounted | Effect::WeakCounted) => answer.unwrap_or_default().to_string(),
            (_, Effect::Unique) => "it is".to_owned(),
            (_, Effect::Shared) => "it is not".to_owned(),
            (_, Effect::Downgraded | Effect::WeakDropped | Effect::Completed) => String::new(),
        }
    }

    fn state(&self, _: &dyn Fn(Name) -> String) -> String {
        match (self.owners, self.weak) {
            (1, 0) => "1 owner".to_owned(),
            (owners, 0) => format!("{owners} owners"),
            (owners, weak) => format!("{owners} owners, {weak} weak"),
        }
    }
}
