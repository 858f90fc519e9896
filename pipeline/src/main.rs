//! The program behind `cargo ci` (an alias in `.cargo/config.toml`).
//!
//! Exits with 0 if everything is as it should be, 1 if something is not, 2 if it could not be asked
//! for, and 130 if it was interrupted.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use pipeline::steps;

/// Runs the whole pipeline: format, lints, docs, engines, stress, audit, tests; or a longer job of its own.
#[derive(Debug, Parser)]
#[command(name = "cargo ci", version)]
struct CommandLine {
    #[command(flatten)]
    steps: steps::Arguments,
}

fn main() -> ExitCode {
    ci::exit(|| steps::run(&CommandLine::parse().steps))
}
