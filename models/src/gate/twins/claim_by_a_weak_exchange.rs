//! **Wrong:** a weak exchange that is tried once, where it has to succeed if no other thread was faster.
//!
//! **From:** `compare_exchange_weak` taken for a cheaper form of the same operation. It may fail although the value is
//! the expected one, and does so on processors that load and store under a reservation (Arm, RISC-V, POWER).
//!
//! **Shortest interleaving:** A claims, and its exchange fails spuriously · B claims, and so does B's.
//!
//! **Seen by** every engine that lets weak exchanges fail; real threads of x86 never see it.

use selvedge::sync::atomic::{AtomicBool, Ordering};

use crate::gate::Claim;

/// A claim that may fail spuriously.
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
