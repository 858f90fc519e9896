//! What "correct" means, and how to explore until it is known.
//!
//! [`verify`] is all that a test of one's own needs; [`check`](check()) gives it a name, a budget, and the least verdict that it
//! accepts. [`explore`] gives a [`Report`] back instead of
//! panicking, and [`Explorer`] chooses the engine and the budget besides.
//!
//! [`linearizability`] judges what was recorded of a run, under an engine or in production, against
//! what one operation after another would have done. [`programs`] needs no check to be written: it
//! makes programs of a structure's operations, and judges every execution of each that way.

pub mod alloc;
mod behaviours;
mod choice;
pub(crate) mod engine;
mod engines;
mod environment;
mod explorer;
pub mod linearizability;
mod orderings;
mod outcomes;
pub mod programs;
mod progress;
#[cfg(feature = "serde")]
pub mod protocol;
mod sketch;
pub mod story;
mod test;
mod verdict;

pub use behaviours::Behaviours;
pub use choice::{choose, random};
pub use environment::Environment;
pub use explorer::{Explorer, check, explore, require, verify};
pub use orderings::{Access, Attempt, Weakened, Weakening};
pub use outcomes::{Outcome, Outcomes};
pub use progress::Progress;
pub use sketch::Sketch;
pub use test::Least;
pub use verdict::{Engine, Failure, Kind, Report, Verdict};
