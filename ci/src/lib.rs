//! The runner: what `cargo verify` does. `main.rs` is its command line.
//!
//! It knows no checks. It builds a program that has some, asks it for their [list](selvedge::check::protocol), and runs each
//! in a process of its own.

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
#[cfg(test)]
mod fixture;
pub mod junit;
pub mod known;
pub mod litmus;
pub mod machine;
pub mod page;
pub mod saved;
pub mod table;
pub mod verify;
pub mod view;
