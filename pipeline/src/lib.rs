//! What only this repository needs: `cargo ci`, the pipeline, and the longer jobs beside it. `main.rs` is the command line.
//!
//! What runs checks, and shows what came of them, is the runner behind `cargo verify`, in [`ci`].

#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "this program runs checks, and is none: it measures real time and waits for processes"
)]

pub mod bench;
#[cfg(test)]
#[path = "../../ci/src/fixture/rows.rs"]
mod fixture;
pub mod merge;
pub mod mutants;
pub mod nightly;
pub mod originals;
pub mod sanitize;
pub mod slurm;
pub mod steps;
