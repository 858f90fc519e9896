//! **Wrong:** the sum starts again when it finds that a stripe has changed, and keeps what it has.
//!
//! **From:** an attempt to make the sum of a striped counter exact while others write.
//!
//! **Shortest interleaving:** A adds up the stripes · B adds to one between A's two looks at it · A
//! counts that stripe twice.
//!
//! **Seen by** loom and Shuttle; real threads hit the window rarely. A race detector says nothing: each
//! access is atomic.

use selvedge::sync::atomic::{AtomicU64, Ordering};

use crate::counter::Counter;

/// A striped counter that counts a busy stripe twice.
#[derive(Debug)]
pub struct StripeSummedTwice {
    stripes: [AtomicU64; 2],
    next: AtomicU64,
}

impl Counter for StripeSummedTwice {
    fn new() -> Self {
        StripeSummedTwice { stripes: [AtomicU64::new(0), AtomicU64::new(0)], next: AtomicU64::new(0) }
    }

    fn add(&self, n: u64) {
        let stripe = self.next.fetch_add(1, Ordering::SeqCst) % 2;
        self.stripes[stripe as usize].fetch_add(n, Ordering::SeqCst);
    }

    fn total(&self) -> u64 {
        let mut sum = 0;
        for stripe in &self.stripes {
            let seen = stripe.load(Ordering::SeqCst);
            sum += seen;
            if stripe.load(Ordering::SeqCst) != seen {
                sum += stripe.load(Ordering::SeqCst);
            }
        }
        sum
    }
}
