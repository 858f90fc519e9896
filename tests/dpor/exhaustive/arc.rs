//! Owners of a value and references that do not keep it, with and without a destructor that does something. A thread
//! begins with one owner, or with one such reference if that is what it uses first; what it has in the end it leaves to main.

use selvedge::sync::atomic::{AtomicU64, Ordering::SeqCst};
use selvedge::sync::{Arc, Weak};

use super::object::{Code, Object, Operation, Seats, operations};

/// A value whose destructor may note who runs it.
pub struct Value {
    number: u64,
    by: Option<(std::sync::Arc<AtomicU64>, Seats)>,
}

impl Drop for Value {
    fn drop(&mut self) {
        if let Some((by, seats)) = &self.by {
            by.store(seats.who(), SeqCst);
        }
    }
}

/// Whether the destructor does something.
pub struct Owners<const LOUD: bool>(std::sync::Arc<AtomicU64>);

pub struct Own {
    arcs: Vec<Arc<Value>>,
    weaks: Vec<Weak<Value>>,
}

/// Owners and references that a thread has left.
pub type Left = (Vec<Arc<Value>>, Vec<Weak<Value>>);

const CLONE: usize = 0;
const DROP: usize = 1;
const INTO_INNER: usize = 4;
const TRY_UNWRAP: usize = 5;
const DOWNGRADE: usize = 6;
const UPGRADE: usize = 7;
const DROP_WEAK: usize = 8;

impl<const LOUD: bool> Object for Owners<LOUD> {
    const NAME: &'static str = if LOUD { "owners_of_a_value_with_a_destructor" } else { "owners" };
    const OPERATIONS: &'static [Operation<Self>] = operations![own:
        own.arcs.push(Arc::clone(&own.arcs[0])),
        drop(own.arcs.pop()),
        own.arcs.last().map(Arc::strong_count),
        own.arcs.last_mut().map(|arc| Arc::get_mut(arc).map(|value| value.number += 1)),
        own.arcs.pop().map(|arc| Arc::into_inner(arc).map(|value| value.number)),
        own.arcs.pop().map(|arc| match Arc::try_unwrap(arc) {
            Ok(value) => Some(value.number),
            Err(arc) => {
                own.arcs.push(arc);
                None
            }
        }),
        own.weaks.extend(own.arcs.last().map(Arc::downgrade)),
        own.weaks.last().map(Weak::upgrade).map(|arc| {
            let upgraded = arc.is_some();
            own.arcs.extend(arc);
            upgraded
        }),
        drop(own.weaks.pop()),
    ];
    const OF_TWO: &'static [usize] = &[DROP, 3, DOWNGRADE, UPGRADE];
    const CODE: Code = Code {
        make: if LOUD {
            concat!(
                "struct own.Value {\n    number: u64,\n    by: Arc<AtomicU64>,\n}\n",
                "impl Drop for own.Value {\n    fn drop(&mut self) {\n        self.by.store(thread::seat() as u64, SeqCst);\n    }\n}\n",
                "let own.by = Arc::new(AtomicU64::new(0));\n",
                "let own.value = Arc::new(own.Value { number: 0, by: Arc::clone(&own.by) });",
            )
        } else {
            "struct own.Value {\n    number: u64,\n}\nlet own.value = Arc::new(own.Value { number: 0 });"
        },
        give: |ops| {
            if begins_with_a_weak(ops) {
                "let (mut own.arcs, mut own.weaks) = (vec![], vec![Arc::downgrade(&own.value)]);".to_owned()
            } else {
                "let (mut own.arcs, mut own.weaks) = (vec![Arc::clone(&own.value)], vec![]);".to_owned()
            }
        },
        give_up: "drop(own.value);",
        begin: "",
        end: "(own.arcs, own.weaks)",
    };

    type Main = Arc<Value>;
    type Given = Left;
    type Own<'a> = Own;
    type Left = Left;

    fn new(seats: Seats) -> (Self, Arc<Value>) {
        let by = std::sync::Arc::new(AtomicU64::new(0));
        let value = Value { number: 0, by: LOUD.then(|| (std::sync::Arc::clone(&by), seats)) };
        (Owners(by), Arc::new(value))
    }

    fn give(value: &Arc<Value>, ops: &[usize]) -> Left {
        if begins_with_a_weak(ops) {
            (Vec::new(), vec![Arc::downgrade(value)])
        } else {
            (vec![Arc::clone(value)], Vec::new())
        }
    }

    fn begin(&self, (arcs, weaks): Left, _: u64) -> Own {
        Own { arcs, weaks }
    }

    fn end(Own { arcs, weaks }: Own) -> Left {
        (arcs, weaks)
    }

    fn state(&self) -> Vec<u64> {
        vec![self.0.load(SeqCst)]
    }

    /// It uses what it may have.
    fn fits(ops: &[usize]) -> bool {
        let (mut surely, mut perhaps, mut weaks) =
            if begins_with_a_weak(ops) { (0, 0, 1) } else { (1_u32, 1_u32, 0_u32) };
        for &op in ops {
            match op {
                UPGRADE | DROP_WEAK if weaks == 0 => return false,
                UPGRADE => perhaps += 1,
                DROP_WEAK => weaks -= 1,
                CLONE if surely == 0 => return false,
                _ if perhaps == 0 => return false,
                CLONE => (surely, perhaps) = (surely + 1, perhaps + 1),
                DROP | INTO_INNER | TRY_UNWRAP => (surely, perhaps) = (surely.saturating_sub(1), perhaps - 1),
                DOWNGRADE => weaks += 1,
                _ => (),
            }
        }
        true
    }
}

fn begins_with_a_weak(ops: &[usize]) -> bool {
    matches!(ops.first(), Some(&(UPGRADE | DROP_WEAK)))
}
