//! Programs for this repository only: `cargo ci`, the pipeline, and the longer jobs beside it. `main.rs` is the command
//! line.
//!
//! The runner behind `cargo verify`, which runs checks and shows results, is in [`ci`].

#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "this program runs checks, and is none: it measures real time and waits for processes"
)]

pub mod bench;
pub mod mutants;
pub mod nextest;
pub mod originals;
pub mod sanitize;
pub mod steps;
