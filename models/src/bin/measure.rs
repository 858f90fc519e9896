//! Explores one measured program under one engine of this build, and prints what it took as one line
//! of JSON: `measure PROGRAM WORKERS TASKS ENGINE SECONDS JOBS`.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use cli::say;
use models::measured;
use selvedge::check::{Engine, Environment, Explorer};

/// The most that a search is given: a day.
const LONGEST: u64 = 24 * 60 * 60;

/// Explores one measured program under one engine of this build.
#[derive(Debug, Parser)]
#[command(name = "measure", version)]
struct Arguments {
    /// The program.
    program: String,
    /// Its workers.
    #[arg(value_parser = clap::value_parser!(u8))]
    workers: u8,
    /// Its tasks.
    #[arg(value_parser = clap::value_parser!(u8))]
    tasks: u8,
    /// Who explores: one of the engines, or `shuttle-dfs` for every schedule with nothing pruned.
    engine: String,
    /// How long it may take.
    #[arg(value_parser = clap::value_parser!(u64).range(1..=LONGEST))]
    seconds: u64,
    /// How many threads search.
    #[arg(value_parser = cli::arguments::jobs())]
    jobs: u16,
}

fn main() -> ExitCode {
    cli::exit(|line: Arguments| {
        Environment::read().map_err(anyhow::Error::msg)?;
        say!("{}", run(&line)?);
        Ok(true)
    })
}

fn run(arguments: &Arguments) -> anyhow::Result<serde_json::Value> {
    let Arguments { program, workers, tasks, engine, seconds, jobs } = arguments;
    let known = || measured::ALL.map(|measured| measured.name).join(", ");
    let found = measured::ALL.into_iter().find(|measured| measured.name == program);
    let program = found.with_context(|| format!("there is no program {program}; there are {}", known()))?;
    let here = |name: &str| Engine::available().find(|engine| engine.name() == name);
    let unpruned = engine == "shuttle-dfs";
    let found = here(if unpruned { Engine::Dpor.name() } else { engine });
    let explorer = Explorer::new(found.with_context(|| format!("the engine {engine} is not in this build"))?);
    let explorer = if unpruned { explorer.unpruned() } else { explorer };
    let explorer = explorer.time_limit(Duration::from_secs(*seconds)).jobs(usize::from(*jobs));
    let (workers, tasks) = (usize::from(*workers), usize::from(*tasks));
    let report = explorer.run(move || (program.run)(workers, tasks));
    // Without pruning every execution is run, equivalent or not.
    let run = if unpruned { report.executions + report.blocked } else { report.executions };
    Ok(serde_json::json!({
        "verdict": report.verdict.status(),
        "executions": run,
        "blocked": report.blocked,
        "seconds": report.elapsed.as_secs_f64(),
    }))
}
