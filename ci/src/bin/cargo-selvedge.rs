//! The program behind `cargo selvedge`.
//!
//! Exits as [`cli::exit`](mod@cli::exit) says.

#![forbid(unsafe_code)]

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use ci::arguments::Arguments;
use ci::package::Package;
use ci::{new, verify};
use clap::Parser;
use cli::interrupt;

/// Runs the checks in the tests of a package under every engine, each in a process of its own.
#[derive(Debug, Parser)]
#[command(name = "cargo selvedge", bin_name = "cargo selvedge", version, args_conflicts_with_subcommands = true)]
struct CommandLine {
    #[command(subcommand)]
    job: Option<Job>,
    #[command(flatten)]
    package: Package,
    #[command(flatten)]
    arguments: Arguments,
}

#[derive(Debug, clap::Subcommand)]
enum Job {
    /// Writes a crate that has checks: of a bounded queue, and of the same queue with a bug in it.
    New {
        /// Its folder, which is named as the crate.
        folder: PathBuf,
    },
}

fn main() -> ExitCode {
    // Cargo says the name of the subcommand first.
    let line = env::args_os().enumerate().filter(|(at, word)| *at != 1 || word != "selvedge").map(|(_, word)| word);
    cli::exit::exit_of(line, |line: CommandLine| {
        if let Some(Job::New { folder }) = &line.job {
            return new::write(folder);
        }
        interrupt::listen()?;
        line.package.enter()?;
        verify::run(&line.package, &line.arguments)
    })
}
