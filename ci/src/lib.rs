//! The runner: what `cargo selvedge` does for the tests of any package, and `cargo verify` for the models of this workspace.
//!
//! It knows no checks. It builds programs that have checks, asks for their [list](selvedge::check::protocol), and runs
//! each check in a process of its own. What only this workspace needs is in `repository`, behind a feature that is off
//! for users.

#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "this program runs checks, and is none: it measures real time and waits for processes"
)]

pub mod annotations;
pub mod arguments;
pub mod builds;
pub mod cell;
pub mod cells;
pub mod checks;
#[cfg(test)]
mod fixture;
pub mod junit;
pub mod litmus;
pub mod machine;
pub mod merge;
pub mod new;
pub mod night;
pub mod orderings;
pub mod package;
pub mod page;
#[cfg(feature = "repository")]
pub mod repository;
pub mod saved;
pub mod table;
pub mod verify;
pub mod view;
