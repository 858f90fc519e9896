//! What "correct" means, and how to explore until it is known.
//!
//! [`verify`] is all that a test of one's own needs. [`Explorer`] chooses the engine and the budget,
//! and gives a [`Report`] back instead of panicking.

pub(crate) mod engine;
mod explorer;
mod verdict;

pub use explorer::{Explorer, require, verify};
pub use verdict::{Engine, Failure, Report, Verdict};
