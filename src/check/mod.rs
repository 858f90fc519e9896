//! What "correct" means, and the exploration that decides it.
//!
//! [`verify`] is all that a test of your own needs; [`check`](check()) gives it a name, a budget, and the least verdict
//! that it accepts. [`explore`] returns a [`Report`] instead of panicking, and [`Explorer`] also chooses the engine and
//! the budget.
//!
//! [`linearizability`] judges the recorded history of a run, under an engine or in production, against a sequential
//! specification. [`programs`] needs no written check: it makes programs of a structure's operations, and judges every
//! execution of each in the same way.

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
mod schedules;
mod sketch;
mod status;
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
pub use schedules::{Moment, Move, Schedules};
pub use sketch::Sketch;
pub use status::{Expected, Status};
pub use test::Least;
pub use verdict::{Engine, Failure, Kind, Report, Verdict};
