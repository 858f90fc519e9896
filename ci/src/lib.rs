//! The pipeline as code: what `cargo verify` and `cargo ci` do. `main.rs` is their command line.

#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "this program runs checks, and is none: it measures real time and waits for processes"
)]

pub mod annotations;
pub mod bench;
pub mod builds;
pub mod cell;
#[cfg(test)]
mod fixture;
pub mod interrupt;
pub mod junit;
pub mod litmus;
pub mod merge;
pub mod mutants;
pub mod nightly;
pub mod output;
pub mod page;
pub mod pipeline;
pub mod process;
pub mod sanitize;
pub mod saved;
pub mod slurm;
pub mod table;
pub mod verify;
