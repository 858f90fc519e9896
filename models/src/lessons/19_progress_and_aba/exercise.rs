//! Progress, and ABA. Read `lesson.md` first.

use selvedge::sync::atomic::{AtomicU64, Ordering::SeqCst};
use selvedge::sync::thread;

/// What can `program` give? Write down every triple that can come, and none that cannot: what the one has, what the other
/// has kept, and what is first in the list.
pub const PREDICTED: &[(Option<u64>, Option<u64>, Option<u64>)] = &[];

/// Takes the first slot, if there is one.
pub fn take(list: &FreeList) -> Option<u64> {
    let mut head = list.head.load(SeqCst);
    while head != NONE {
        let next = list.next[head as usize].load(SeqCst);
        match list.head.compare_exchange(head, next, SeqCst, SeqCst) {
            Ok(_) => return Some(head),
            Err(changed) => head = changed,
        }
    }
    None
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
