//! The program behind `cargo verify` (an alias in `.cargo/config.toml`).
//!
//! Exits with 0 if everything is as it should be, 1 if something is not, 2 if it could not be asked
//! for, and 130 if it was interrupted.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use ci::arguments::Arguments;
use ci::verify;
use clap::Parser;

/// Checks every pattern under every engine, and every defect against those who must catch it.
#[derive(Debug, Parser)]
#[command(name = "cargo verify", version)]
struct CommandLine {
    #[command(flatten)]
    verify: Arguments,
}

fn main() -> ExitCode {
    ci::exit(|| verify::run(&CommandLine::parse().verify))
}
