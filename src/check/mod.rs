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
mod config;
pub(crate) mod engine;
mod engines;
mod environment;
mod explorer;
mod front;
pub mod linearizability;
mod moments;
mod orderings;
mod outcomes;
pub mod programs;
mod progress;
#[cfg(feature = "serde")]
pub mod protocol;
mod require;
mod schedules;
mod sketch;
mod status;
pub mod story;
mod tallies;
mod test;
mod verdict;

pub use behaviours::Behaviours;
pub use choice::{choose, random};
pub use engines::Engine;
pub use environment::Environment;
pub use explorer::Explorer;
pub use front::{check, explore, verify};
pub use moments::{Moment, Move};
pub use orderings::{Access, Attempt, Weakened, Weakening};
pub use outcomes::{Outcome, Outcomes};
pub use progress::Progress;
pub use require::require;
pub use schedules::Schedules;
pub use sketch::Sketch;
pub use status::{Expected, Least, Status};
pub use verdict::{Failure, Kind, Report, Verdict};
