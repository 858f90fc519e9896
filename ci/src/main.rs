//! The program behind `cargo verify` and `cargo ci` (aliases in `.cargo/config.toml`).
//!
//! Exits with 0 if everything is as it should be, 1 if something is not, 2 if it could not be asked
//! for, and 130 if it was interrupted.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use ci::{interrupt, pipeline, verify};
use clap::{Parser, Subcommand};

/// Verifies selvedge's patterns, and runs its pipeline.
#[derive(Debug, Parser)]
#[command(name = "ci", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Checks every pattern under every engine, and every defect against those who must catch it.
    Verify(verify::Arguments),
    /// Runs the whole pipeline: format, lints, docs, engines, stress, audit, tests; or a longer job of its own.
    Ci(pipeline::Arguments),
}

fn main() -> ExitCode {
    let outcome = interrupt::listen().and_then(|()| match Arguments::parse().command {
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Ci(arguments) => pipeline::run(&arguments),
    });
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
