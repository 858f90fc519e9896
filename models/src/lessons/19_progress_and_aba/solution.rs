//! Progress, and ABA. The solution: the head has a number besides, which changes with each exchange, so that it never comes back.

use selvedge::sync::atomic::{AtomicU64, Ordering::SeqCst};
use selvedge::sync::thread;

/// What can `program` give? Write down every triple that can come, and none that cannot: what the one has, what the other
/// has kept, and what is first in the list.
pub const PREDICTED: &[(Option<u64>, Option<u64>, Option<u64>)] = &[
    (None, Some(1), Some(0)),
    (Some(0), None, Some(1)),
    (Some(0), Some(1), None),
    (Some(0), Some(1), Some(1)),
    (Some(1), None, Some(0)),
];

/// The slot in the lower half of a head.
fn slot_of(head: u64) -> u64 {
    head & NONE
}

/// A head with that slot, and the next number in its upper half.
fn after(head: u64, slot: u64) -> u64 {
    ((head >> 32) + 1) << 32 | slot
}

/// Takes the first slot, if there is one.
pub fn take(list: &FreeList) -> Option<u64> {
    let mut head = list.head.load(SeqCst);
    while slot_of(head) != NONE {
        let next = list.next[slot_of(head) as usize].load(SeqCst);
        match list.head.compare_exchange(head, after(head, next), SeqCst, SeqCst) {
            Ok(_) => return Some(slot_of(head)),
            Err(changed) => head = changed,
        }
    }
    None
}

/// Gives a slot back, as the first.
pub fn give(list: &FreeList, slot: u64) {
    let mut head = list.head.load(SeqCst);
    loop {
        list.next[slot as usize].store(slot_of(head), SeqCst);
        match list.head.compare_exchange(head, after(head, slot), SeqCst, SeqCst) {
            Ok(_) => return,
            Err(changed) => head = changed,
        }
    }
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
