//! Progress, and ABA. A wrong answer: to look again whether the head is the same cannot tell one that has come back.

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

/// Takes the first slot, if there is one.
pub fn take(list: &FreeList) -> Option<u64> {
    loop {
        let head = list.head.load(SeqCst);
        if head == NONE {
            return None;
        }
        let next = list.next[head as usize].load(SeqCst);
        let is_same = list.head.load(SeqCst) == head;
        if is_same && list.head.compare_exchange(head, next, SeqCst, SeqCst).is_ok() {
            return Some(head);
        }
    }
}

/// Gives a slot back, as the first.
pub fn give(list: &FreeList, slot: u64) {
    let mut head = list.head.load(SeqCst);
    loop {
        list.next[slot as usize].store(head, SeqCst);
        match list.head.compare_exchange(head, slot, SeqCst, SeqCst) {
            Ok(_) => return,
            Err(changed) => head = changed,
        }
    }
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
