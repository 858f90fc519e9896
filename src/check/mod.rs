//! What "correct" means, and how to explore until it is known.
//!
//! [`verify`] is all that a test of one's own needs. [`explore`] gives a [`Report`] back instead of
//! panicking, and [`Explorer`] chooses the engine and the budget besides.

pub(crate) mod engine;
mod explorer;
mod progress;
mod verdict;

pub use explorer::{Explorer, explore, require, verify};
pub use progress::Progress;
pub use verdict::{Engine, Failure, Report, Verdict};
