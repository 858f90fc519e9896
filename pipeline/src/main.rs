//! The program behind `cargo ci` (an alias in `.cargo/config.toml`).
//!
//! Exits as [`cli::exit`](mod@cli::exit) says.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use cli::interrupt;
use pipeline::steps;

/// Runs the whole pipeline: format, lints, docs, engines, stress, audit, tests; or a longer job of its own.
#[derive(Debug, Parser)]
#[command(name = "cargo ci", bin_name = "cargo ci", version)]
struct CommandLine {
    #[command(flatten)]
    steps: steps::Arguments,
}

fn main() -> ExitCode {
    cli::exit(|line: CommandLine| {
        interrupt::listen()?;
        steps::run(&line.steps)
    })
}
