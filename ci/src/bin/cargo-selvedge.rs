//! The program behind `cargo selvedge`.
//!
//! Exits as [`cli::exit`](mod@cli::exit) says.

#![forbid(unsafe_code)]

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use ci::arguments::Arguments;
use ci::package::Package;
use ci::{merge, new, night, verify};
use clap::Parser;
use cli::interrupt;
use selvedge::check::Engine;

/// Runs the checks in the tests of a package under every engine, each in a process of its own; under rc11 if it is
/// asked for.
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
    /// Runs the checks on real threads, optimized and one after another, for as long as it is said, and judges what they do.
    Stress {
        /// How long all of them run together, like `10m`.
        #[arg(long, value_name = "DURATION", value_parser = cli::arguments::duration, default_value = "1m")]
        duration: Duration,
        #[command(flatten)]
        package: Package,
        #[command(flatten)]
        flags: Flags,
    },
    /// Spends hours on schedules that nobody has tried yet, as one of several machines or alone.
    Night {
        #[command(flatten)]
        package: Package,
        #[command(flatten)]
        arguments: night::Arguments,
    },
    /// Makes one report of all shards of a night.
    Merge {
        #[command(flatten)]
        arguments: merge::Arguments,
    },
}

/// The flags of the runner that mean something on real threads.
#[derive(Debug, clap::Args)]
struct Flags {
    /// Only checks whose name, pattern or defect contains this.
    #[arg(long, value_name = "SUBSTRING")]
    filter: Option<String>,
    /// From which what is random is drawn.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Writes the results as one JSON document.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Writes the results as JUnit XML.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

impl Flags {
    /// One check at a time, so that its threads have the machine.
    fn arguments(&self) -> Arguments {
        Arguments {
            engine: vec![Engine::Threads.name().to_owned()],
            jobs: Some(1),
            filter: self.filter.clone(),
            seed: self.seed,
            json: self.json.clone(),
            junit: self.junit.clone(),
            ..Arguments::default()
        }
    }
}

fn main() -> ExitCode {
    // Cargo says the name of the subcommand first.
    let line = env::args_os().enumerate().filter(|(at, word)| *at != 1 || word != "selvedge").map(|(_, word)| word);
    cli::exit::exit_of(line, |line: CommandLine| match &line.job {
        Some(Job::New { folder }) => new::run(folder),
        Some(Job::Stress { duration, package, flags }) => {
            interrupt::listen()?;
            package.enter()?;
            let package = Package { stress: Some(*duration), release: true, ..package.clone() };
            verify::run(&package, &flags.arguments())
        }
        Some(Job::Night { package, arguments }) => {
            interrupt::listen()?;
            package.enter()?;
            night::run(package, arguments)
        }
        Some(Job::Merge { arguments }) => {
            let package = Package::default();
            // Where this is no package's folder, a page has no sources, and all else is there.
            let _ = package.enter();
            merge::run(&package, arguments)
        }
        None => {
            interrupt::listen()?;
            line.package.enter()?;
            verify::run(&line.package, &line.arguments)
        }
    })
}
