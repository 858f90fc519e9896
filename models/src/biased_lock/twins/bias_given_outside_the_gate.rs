//! **Wrong:** a reader gives the bias when it has left the gate.
//!
//! **From:** keeping a critical section short.
//!
//! **Shortest interleaving:** A reads through the gate and leaves it · B takes it, finds no bias to take away, and writes ·
//! A gives the bias, goes past the gate, and reads meanwhile.
//!
//! **Seen by** loom and Shuttle; real threads if the writer comes in the window.

use crate::biased_lock::Decisions;

/// The bias, one line too late.
#[derive(Debug)]
pub enum BiasGivenOutsideTheGate {}

impl Decisions for BiasGivenOutsideTheGate {
    const GIVES_INSIDE: bool = false;
}
