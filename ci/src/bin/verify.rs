//! The program behind `cargo verify` (an alias in `.cargo/config.toml`).
//!
//! Exits as [`cli::exit`](mod@cli::exit) says.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use ci::arguments::Arguments;
use ci::repository::Models;
use ci::verify;
use clap::Parser;
use cli::interrupt;

/// Checks every pattern under every engine, and every defect against those who must catch it.
#[derive(Debug, Parser)]
#[command(name = "cargo verify", bin_name = "cargo verify", version)]
struct CommandLine {
    #[command(flatten)]
    models: Models,
    #[command(flatten)]
    arguments: Arguments,
}

fn main() -> ExitCode {
    cli::exit(|line: CommandLine| {
        interrupt::listen()?;
        verify::run(&line.models, &line.arguments)
    })
}
