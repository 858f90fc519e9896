//! **Wrong:** a weak exchange that is tried once, where it has to succeed if nobody else was faster.
//!
//! **From:** `compare_exchange_weak` taken for the cheaper of two that do the same. It may fail although the value is the
//! expected one, and does where a processor loads and stores under a reservation (Arm, RISC-V, POWER).
//!
//! **Shortest interleaving:** A claims, and its exchange fails without a reason · B claims, and so does B's.
//!
//! **Seen by** every engine that lets weak exchanges fail; real threads of x86 never see it.

use selvedge::sync::atomic::{AtomicBool, Ordering};

use crate::gate::Claim;

/// A claim that may fail for nothing.
#[derive(Debug)]
pub struct ClaimByAWeakExchange {
    taken: AtomicBool,
}

impl Claim for ClaimByAWeakExchange {
    fn new() -> Self {
        ClaimByAWeakExchange { taken: AtomicBool::new(false) }
    }

    fn take(&self) -> bool {
        self.taken.compare_exchange_weak(false, true, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}
