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

use selvedge::check::require;

/// There is no slot.
const NONE: u64 = 0xffff_ffff;

/// Free slots, 0 and 1, each with the number of the next.
#[derive(Debug)]
pub struct FreeList {
    head: AtomicU64,
    next: [AtomicU64; 2],
}

impl FreeList {
    /// A list in which 0 is first, and 1 the next.
    fn new() -> Self {
        FreeList { head: AtomicU64::new(0), next: [AtomicU64::new(1), AtomicU64::new(NONE)] }
    }
}

/// One takes a slot. Another takes two, if it gets them, gives the first of them back, and keeps the second.
pub fn program() -> (Option<u64>, Option<u64>, Option<u64>) {
    let list = FreeList::new();
    let take = || {
        let mut head = list.head.load(SeqCst);
        while head != NONE {
            let next = list.next[head as usize].load(SeqCst);
            match list.head.compare_exchange(head, next, SeqCst, SeqCst) {
                Ok(_) => return Some(head),
                Err(changed) => head = changed,
            }
        }
        None
    };
    let give = |slot: u64| {
        let mut head = list.head.load(SeqCst);
        loop {
            list.next[slot as usize].store(head, SeqCst);
            match list.head.compare_exchange(head, slot, SeqCst, SeqCst) {
                Ok(_) => return,
                Err(changed) => head = changed,
            }
        }
    };
    let (one, kept) = thread::scope(|scope| {
        let one = scope.spawn(take);
        let (first, second) = (take(), take());
        first.into_iter().for_each(give);
        (one.join().unwrap(), second)
    });
    (one, kept, take())
}

/// No slot is in two hands.
pub fn check() {
    let list = FreeList::new();
    let (one, kept) = thread::scope(|scope| {
        let one = scope.spawn(|| take(&list));
        let (first, second) = (take(&list), take(&list));
        first.into_iter().for_each(|slot| give(&list, slot));
        (one.join().unwrap(), second)
    });
    let rest = [take(&list), take(&list)];
    let mut slots: Vec<u64> = [one, kept].into_iter().chain(rest).flatten().collect();
    slots.sort_unstable();
    require(slots == [0, 1], || format!("a slot is lost, or in two hands: {slots:?}"));
}
