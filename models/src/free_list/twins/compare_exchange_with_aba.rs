//! **Wrong:** a compare-exchange on a head that may have come back.
//!
//! **From:** every first lock-free stack; the ABA problem.
//!
//! **Shortest interleaving:** A reads head 0 and its next, 1 · B takes 0, takes 1, gives 0 back · A's
//! exchange of 0 for 1 succeeds, and slot 1, which B has, is the head.
//!
//! **Seen by** loom and Shuttle; real threads seldom stop for two operations of another in the middle
//! of one. A race detector says nothing: each access is atomic.

use selvedge::sync::atomic::{AtomicU64, Ordering};

use crate::free_list::{FreeList, NONE};

/// A free list whose head is a slot and nothing else.
#[derive(Debug)]
pub struct CompareExchangeWithAba {
    head: AtomicU64,
    next: [AtomicU64; 2],
}

impl FreeList for CompareExchangeWithAba {
    fn new() -> Self {
        CompareExchangeWithAba { head: AtomicU64::new(0), next: [AtomicU64::new(1), AtomicU64::new(NONE)] }
    }

    fn take(&self) -> Option<u64> {
        let mut slot = self.head.load(Ordering::SeqCst);
        while slot != NONE {
            let next = self.next[slot as usize].load(Ordering::SeqCst);
            match self.head.compare_exchange(slot, next, Ordering::SeqCst, Ordering::SeqCst) {
                Ok(_) => return Some(slot),
                Err(changed) => slot = changed,
            }
        }
        None
    }

    fn give(&self, slot: u64) {
        let mut head = self.head.load(Ordering::SeqCst);
        loop {
            self.next[slot as usize].store(head, Ordering::SeqCst);
            match self.head.compare_exchange(head, slot, Ordering::SeqCst, Ordering::SeqCst) {
                Ok(_) => return,
                Err(changed) => head = changed,
            }
        }
    }
}
