//! A lock-free free list of slots: no slot is handed out twice.

mod programs;
pub mod twins;

use selvedge::check::require;
use selvedge::sync::atomic::{AtomicU64, Ordering};

use self::twins::CompareExchangeWithAba;
use crate::check::Check;
use crate::room::Room;
use crate::threads::together;

pub(crate) const ROOM: Room = Room { structures: programs::structures, ..Room::of_checks(checks) };

/// Slots that threads take and give back.
pub trait FreeList: Send + Sync + Sized {
    /// A list of two slots, 0 and then 1.
    fn new() -> Self;
    /// Takes the first slot.
    fn take(&self) -> Option<u64>;
    /// Gives a slot back, as the first.
    fn give(&self, slot: u64);
}

/// The end of the list.
pub(crate) const NONE: u64 = 0xffff_ffff;

/// The head carries a number that changes with every exchange, so that a head with the same slot again is not the same
/// head (IBM System/370 Principles of Operation, on compare double and swap).
#[derive(Debug)]
pub struct TaggedHead {
    /// The number in the upper half, the first slot in the lower.
    head: AtomicU64,
    next: [AtomicU64; 2],
}

impl FreeList for TaggedHead {
    fn new() -> Self {
        TaggedHead { head: AtomicU64::new(0), next: [AtomicU64::new(1), AtomicU64::new(NONE)] }
    }

    fn take(&self) -> Option<u64> {
        let mut head = self.head.load(Ordering::SeqCst);
        loop {
            let slot = head & NONE;
            if slot == NONE {
                return None;
            }
            let next = self.next[slot as usize].load(Ordering::SeqCst);
            match self.head.compare_exchange(head, tagged(head, next), Ordering::SeqCst, Ordering::SeqCst) {
                Ok(_) => return Some(slot),
                Err(changed) => head = changed,
            }
        }
    }

    fn give(&self, slot: u64) {
        let mut head = self.head.load(Ordering::SeqCst);
        loop {
            self.next[slot as usize].store(head & NONE, Ordering::SeqCst);
            match self.head.compare_exchange(head, tagged(head, slot), Ordering::SeqCst, Ordering::SeqCst) {
                Ok(_) => return,
                Err(changed) => head = changed,
            }
        }
    }
}

/// The head after `old`, with `slot` first.
fn tagged(old: u64, slot: u64) -> u64 {
    ((old >> 32) + 1) << 32 | slot
}

fn no_slot_twice<L: FreeList>() {
    let list = L::new();
    let (one, other) = together(
        || list.take(),
        || {
            let (first, second) = (list.take(), list.take());
            first.into_iter().for_each(|slot| list.give(slot));
            second
        },
    );
    let free: Vec<u64> = std::iter::from_fn(|| list.take()).take(3).collect();
    let mut slots: Vec<u64> = one.into_iter().chain(other).chain(free).collect();
    slots.sort_unstable();
    let total = slots.len();
    slots.dedup();
    require(slots.len() == total, || format!("a slot was handed out twice: {one:?} and {other:?} are taken"));
}

fn checks() -> Vec<Check> {
    let twice = Check::new("free_list", "no_slot_twice", "no slot is handed out twice")
        .on("TaggedHead", no_slot_twice::<TaggedHead>)
        .loom_bound(3);
    vec![twice.twin("CompareExchangeWithAba", no_slot_twice::<CompareExchangeWithAba>), twice]
}
