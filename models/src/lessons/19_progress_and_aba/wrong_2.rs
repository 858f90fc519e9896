//! Progress, and ABA. A wrong answer: a number that knows two values has come back after two takes.

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

/// A bit of the head, which each take flips.
const FLAG: u64 = 1 << 32;

/// Takes the first slot, if there is one.
pub fn take(list: &FreeList) -> Option<u64> {
    let mut head = list.head.load(SeqCst);
    while head & NONE != NONE {
        let next = list.next[(head & NONE) as usize].load(SeqCst);
        match list.head.compare_exchange(head, (head & FLAG ^ FLAG) | next, SeqCst, SeqCst) {
            Ok(_) => return Some(head & NONE),
            Err(changed) => head = changed,
        }
    }
    None
}

/// Gives a slot back, as the first.
pub fn give(list: &FreeList, slot: u64) {
    let mut head = list.head.load(SeqCst);
    loop {
        list.next[slot as usize].store(head & NONE, SeqCst);
        match list.head.compare_exchange(head, head & FLAG | slot, SeqCst, SeqCst) {
            Ok(_) => return,
            Err(changed) => head = changed,
        }
    }
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
