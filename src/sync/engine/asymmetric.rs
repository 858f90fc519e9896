//! A fence for two sides of which one is rare: both change one number, in turn.
//!
//! That is what a light and a heavy fence promise each other, and nothing that they promise an ordinary fence. It is more
//! than two light ones promise each other: an error that only two readers would show is not found.

use super::atomic::{AtomicUsize, Ordering, fence};
use crate::sync::place::own_line;

/// As on real threads, where it is described.
#[derive(Debug)]
pub struct AsymmetricFence(AtomicUsize);

impl AsymmetricFence {
    /// There always is one.
    #[track_caller]
    pub fn new() -> Option<Self> {
        Some(AsymmetricFence(AtomicUsize::new(0)))
    }

    /// The frequent side.
    #[track_caller]
    pub fn light(&self) {
        // AcqRel: pairs with the fence and the Acquire in `heavy`.
        own_line!(self.0.fetch_add(0, Ordering::AcqRel));
    }

    /// The rare side.
    #[track_caller]
    pub fn heavy(&self) {
        // SeqCst: pairs with the fences of others.
        fence(Ordering::SeqCst);
        // Acquire: pairs with the AcqRel in `light`, as the fence before does.
        own_line!(self.0.fetch_add(0, Ordering::Acquire));
    }
}
