//! How a program that holds checks talks to the runner, which knows none: `cargo verify` asks for the list of them,
//! runs each in a process of its own, and reads a line of JSON.
//!
//! | asked | answered on standard output |
//! |---|---|
//! | `list` | a [`Listing`], as one line |
//! | `run --check NAME [--defect NAME] --engine NAME` and a budget | lines about how far it is, and then a [`Row`] as one line |
//! | `replay FILE` | a [`Row`] of the [`Saved`] failure in the file |
//!
//! A program that cannot answer ends with a code other than 0, and says why on standard error. What is told of a newer
//! [`SCHEMA`] than one's own is not read.

mod effort;
mod listing;
pub mod litmus;
mod row;
mod saved;

pub use effort::Effort;
pub use listing::{Cell, Listing, Pair, Workload};
pub use row::{Row, thousands};
pub use saved::Saved;

pub use super::environment::parse_shard;

/// The version of what is said here.
pub const SCHEMA: u32 = 1;
