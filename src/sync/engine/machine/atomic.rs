//! An atomic: a number that can be read and changed in one step.
//!
//! The number of each type is kept in 64 bits, signed ones with their sign extended, as `as u64` makes them. A pointer is
//! kept as a number that stands for it: see [`pointer`](crate::sync::engine::pointers).

use serde::{Deserialize, Deserializer, Serialize};

use super::{Machine, Passes, Words};
use crate::check::story::Ordering;
use crate::sync::engine::ids::Name;
use crate::sync::engine::pointers::Pointer;

/// Its value, and the type that says how it wraps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Atomic {
    pub(crate) value: u64,
    pub(crate) number: Number,
}

/// A type of integers; a bool is an unsigned number of one bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Number {
    /// As a program writes it: `usize`.
    #[serde(deserialize_with = "for_good")]
    pub(crate) name: Text,
    pub(crate) bits: u32,
    pub(crate) signed: bool,
}

/// By another name, or serde takes it for a part of the file.
type Text = &'static str;

/// A name from a file. It is never dropped: a process resumes one search.
fn for_good<'a, D: Deserializer<'a>>(file: D) -> Result<Text, D::Error> {
    Ok(String::deserialize(file)?.leak())
}

/// How far from the largest number of its type a number is told by that: it stands for none, or was counted down past
/// zero.
const FEW: u64 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Act {
    Load(Ordering),
    Store(u64, Ordering),
    Update(Update, u64, Ordering),
    /// Stores `new` if the value is `expected`; the orderings are those of a success and of a failure.
    Exchange {
        expected: u64,
        new: u64,
        success: Ordering,
        failure: Ordering,
    },
}

/// What a read-modify-write makes of the value and its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Update {
    Swap,
    Add,
    Sub,
    And,
    Or,
    Xor,
    Nand,
    Max,
    Min,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Effect {
    /// It was read, or a compare-exchange failed.
    Load,
    /// It was written, or read and written.
    Store,
}

impl Number {
    /// A pointer, with which nothing is computed.
    pub(crate) const POINTER: Number = Number { name: "pointer", bits: 0, signed: false };

    /// The number that the lowest bits of `value` are.
    fn wrap(self, value: u64) -> u64 {
        let unused = u64::BITS - self.bits;
        let high = value << unused;
        if self.signed { ((high as i64) >> unused) as u64 } else { high >> unused }
    }

    fn compare(self, one: u64, other: u64) -> std::cmp::Ordering {
        if self.signed { (one as i64).cmp(&(other as i64)) } else { one.cmp(&other) }
    }

    fn update(self, update: Update, old: u64, operand: u64) -> u64 {
        let larger = self.compare(old, operand).is_ge();
        let number = match update {
            Update::Swap => return operand,
            Update::Add => old.wrapping_add(operand),
            Update::Sub => old.wrapping_sub(operand),
            Update::And => old & operand,
            Update::Or => old | operand,
            Update::Xor => old ^ operand,
            Update::Nand => !(old & operand),
            Update::Max if larger => old,
            Update::Min if !larger => old,
            Update::Max | Update::Min => operand,
        };
        self.wrap(number)
    }

    /// The largest number of the type.
    fn max(self) -> u64 {
        u64::MAX >> (u64::BITS - self.bits + u32::from(self.signed))
    }

    /// The number as a person writes it; `of` knows what tasks are called.
    pub(crate) fn words(self, value: u64, of: &dyn Fn(Name) -> String) -> String {
        match value {
            0 if self == Number::POINTER => "null".to_owned(),
            _ if self == Number::POINTER => Pointer::of(value).words(of),
            // Numbers of few digits are read as they are.
            _ if self.bits >= 32 && self.max().wrapping_sub(value) <= FEW => match self.max() - value {
                0 => format!("{}::MAX", self.name),
                below => format!("{}::MAX - {below}", self.name),
            },
            _ if self.signed => (value as i64).to_string(),
            _ => value.to_string(),
        }
    }
}

impl Machine for Atomic {
    type Act = Act;
    type Effect = Effect;

    const NOUN: &'static str = "atomic";

    fn meets(&self, act: Act, _: Name) -> Option<Effect> {
        Some(match act {
            Act::Load(_) => Effect::Load,
            Act::Exchange { expected, .. } if expected != self.value => Effect::Load,
            Act::Store(..) | Act::Update(..) | Act::Exchange { .. } => Effect::Store,
        })
    }

    fn take(&mut self, act: Act, effect: Effect, _: Name) {
        match act {
            _ if effect == Effect::Load => (),
            Act::Store(value, _) | Act::Exchange { new: value, .. } => self.value = value,
            Act::Update(update, operand, _) => self.value = self.number.update(update, self.value, operand),
            Act::Load(_) => unreachable!("a load writes nothing"),
        }
    }

    fn answer(&self, act: Act, _: Effect) -> Option<u64> {
        (!matches!(act, Act::Store(..))).then_some(self.value)
    }

    fn before(one: Effect, _: Effect) -> bool {
        // Two reads commute.
        one == Effect::Store
    }

    fn is_look(effect: Effect) -> bool {
        effect == Effect::Load
    }

    fn passes(act: Act, effect: Effect, _: Name) -> Passes {
        let ordering = Atomic::ordering(act, effect).expect("an atomic names its ordering");
        let (reads, writes) = (!matches!(act, Act::Store(..)), effect == Effect::Store);
        Passes::Memory { reads, writes, ordering }
    }

    fn words(act: Act) -> Words {
        match act {
            Act::Load(_) => Words::reading("load").sharing(),
            Act::Store(..) => Words::of("store"),
            Act::Update(..) => Words::reading("update"),
            Act::Exchange { .. } => Words::reading("compare-exchange"),
        }
    }

    fn told(&self, act: Act, effect: Effect, answer: Option<u64>, of: &dyn Fn(Name) -> String) -> String {
        // The value that was read comes from outside: a weak memory may show an overwritten one.
        let read = answer.unwrap_or(self.value);
        let [now, was] = [self.value, read].map(|value| self.number.words(value, of));
        match (act, effect) {
            (Act::Load(_), _) if read != self.value => format!("= {was}, not {now}"),
            (Act::Load(_), _) => format!("= {was}"),
            (Act::Exchange { .. }, Effect::Load) => format!("is {was}, kept"),
            _ => {
                let mut after = Atomic { value: read, ..*self };
                after.take(act, Effect::Store, Name(0));
                format!("{was} to {}", self.number.words(after.value, of))
            }
        }
    }

    fn state(&self, of: &dyn Fn(Name) -> String) -> String {
        format!("= {}", self.number.words(self.value, of))
    }

    fn wrote(&self, effect: Effect) -> Option<u64> {
        (effect == Effect::Store).then_some(self.value)
    }

    fn ordering(act: Act, effect: Effect) -> Option<Ordering> {
        Some(match act {
            Act::Load(ordering) | Act::Store(_, ordering) | Act::Update(_, _, ordering) => ordering,
            // A compare-exchange that fails is a read.
            Act::Exchange { failure, .. } if effect == Effect::Load => failure,
            Act::Exchange { success, .. } => success,
        })
    }
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn numbers_wrap_as_their_types_do() {
        let number = |(name, bits, signed)| Number { name, bits, signed };
        let [byte, signed, flag] = [("u8", 8, false), ("i8", 8, true), ("bool", 1, false)].map(number);
        assert_eq!(byte.update(Update::Add, 250, 10), u64::from(250_u8.wrapping_add(10)));
        assert_eq!(signed.update(Update::Add, 120, 10), 120_i8.wrapping_add(10) as u64);
        assert_eq!(signed.update(Update::Sub, i8::MIN as u64, 1), i8::MAX as u64);
        assert_eq!(signed.update(Update::Max, -3_i8 as u64, 2), 2);
        assert_eq!(byte.update(Update::Min, 253, 2), 2);
        assert_eq!(flag.update(Update::Xor, 1, 1), 0);
        let [long, int] = [("usize", 64, false), ("i32", 32, true)].map(number);
        assert_eq!(long.update(Update::Sub, 0, 1), u64::MAX);
        assert_eq!(flag.update(Update::Nand, 1, 1), 0);
        assert_eq!(byte.update(Update::Nand, 3, 6), u64::from(!(3_u8 & 6)));
        let nobody = |_| unreachable!("a number is nobody's");
        let told = |number: Number, value: u64| number.words(value, &nobody);
        assert_eq!([told(long, u64::MAX), told(long, u64::MAX - 1)], ["usize::MAX", "usize::MAX - 1"]);
        assert_eq!([told(int, i32::MAX as u64), told(int, -2_i32 as u64)], ["i32::MAX", "-2"]);
        assert_eq!([told(long, 1 << 63), told(signed, 127), told(flag, 1)], ["9223372036854775808", "127", "1"]);
    }
}
