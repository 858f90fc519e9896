//! Says what checks and engines there are, or runs one under one engine of this build, and prints the result as one line of JSON
//! ([`protocol`](selvedge::check::protocol)); with `--progress`, lines about how far it is come before.
//!
//! `cargo verify` starts a process of this for each cell, so that a check which hangs, dies or eats
//! memory is a verdict and not the end of the run.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, anyhow, ensure};
use clap::{Parser, Subcommand};
use cli::{arguments, input, say};
use models::check::{Budget, engine};
use models::lessons::games;
use models::measured::{self, Measured};
use models::{catalogue, saved};
use selvedge::check::protocol::{Row, Saved};
use selvedge::check::{Engine, Environment, Explorer};

/// Says what checks there are, or runs one under one engine of this build.
#[derive(Debug, Parser)]
#[command(name = "models", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Says what checks there are.
    List,
    /// Says what each engine misses, and what it fails wrongly.
    Engines,
    /// Says what the engines say of the lessons, for `cargo learn page`.
    Games,
    /// Runs a failure again that was saved.
    Replay {
        /// Where it was saved.
        file: PathBuf,
    },
    /// Runs a check under one engine.
    Run(Box<RunArguments>),
    /// Explores a program on which engines are measured, and says what it took.
    Measure(MeasureArguments),
}

#[derive(Debug, clap::Args)]
struct RunArguments {
    /// The check, like `account/opposite_transfers_end`.
    #[arg(long, value_name = "NAME")]
    check: String,
    /// A broken twin of what it checks.
    #[arg(long, value_name = "NAME")]
    defect: Option<String>,
    /// Who explores.
    #[arg(long, value_name = "NAME", value_parser = engine)]
    engine: Engine,
    #[command(flatten)]
    budget: Budget,
    /// Where the search of `dpor` or `rc11` is kept.
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// Says how far it is.
    #[arg(long)]
    progress: bool,
    /// Counts the different behaviours.
    #[arg(long)]
    behaviours: bool,
    /// Lowers the orderings that it meets, one at a time; with the engine rc11.
    #[arg(long)]
    weaken: bool,
    /// Only this one of the programs of a structure.
    #[arg(long, value_name = "JSON")]
    program: Option<String>,
}

#[derive(Debug, clap::Args)]
struct MeasureArguments {
    /// The program.
    #[arg(value_parser = measured::find)]
    program: Measured,
    /// Its workers.
    workers: u8,
    /// Its tasks.
    tasks: u8,
    /// Who explores: one of the engines, or `shuttle-dfs` for every schedule with nothing pruned.
    engine: String,
    /// How long it may take.
    #[arg(value_parser = arguments::duration)]
    time_limit: Duration,
    /// How many threads search.
    #[arg(value_parser = arguments::jobs())]
    jobs: u16,
}

fn main() -> ExitCode {
    cli::exit(|line: Arguments| {
        Environment::read().map_err(anyhow::Error::msg)?;
        let text = match line.command {
            Command::List => serde_json::to_string(&catalogue::listing()),
            Command::Engines => Ok(Engine::table()),
            Command::Games => serde_json::to_string(&games::all()?),
            Command::Replay { file } => serde_json::to_string(&replay(&file)?),
            Command::Run(arguments) => serde_json::to_string(&run(&arguments)?),
            Command::Measure(arguments) => serde_json::to_string(&measure(&arguments)?),
        };
        say!("{}", text?);
        Ok(true)
    })
}

fn run(arguments: &RunArguments) -> anyhow::Result<Row> {
    let RunArguments { check: name, defect, engine, budget, .. } = arguments;
    let (defect, engine, budget) = (defect.as_deref(), *engine, *budget);
    match (catalogue::find_structure(name, defect), &arguments.program) {
        (Some(structure), Some(program)) => {
            let program = serde_json::from_str(program).context("this is no program")?;
            structure.run_program(&program, engine, budget).map_err(anyhow::Error::msg)
        }
        // One of many small searches is not worth a file, nor progress.
        (Some(structure), None) => Ok(structure.run(engine, budget)),
        (None, _) => {
            let check = catalogue::find(name, defect).with_context(|| format!("there is no check {name}"))?;
            if arguments.weaken {
                ensure!(engine == Engine::Rc11, "only rc11 knows weaker orderings: `--weaken` needs `--engine rc11`");
                return Ok(check.weaken(budget));
            }
            Ok(check.run_as(engine, budget, |explorer| {
                let explorer = match &arguments.resume {
                    Some(file) => explorer.resume(file),
                    None => explorer,
                };
                let explorer = if arguments.behaviours { explorer.behaviours(0) } else { explorer };
                if !arguments.progress {
                    return explorer;
                }
                let explorer = explorer.progress(|progress| say!("{progress}"));
                explorer.on_failure(|failure| say!("found, and being simplified: {}", failure.headline))
            }))
        }
    }
}

fn replay(file: &Path) -> anyhow::Result<Row> {
    let saved = Saved::parse(&input::text(file)?).map_err(|error| anyhow!("{}: {error}", file.display()))?;
    saved::replay(&saved, Duration::from_secs(120)).map_err(anyhow::Error::msg)
}

fn measure(arguments: &MeasureArguments) -> anyhow::Result<serde_json::Value> {
    let &MeasureArguments { program, workers, tasks, ref engine, time_limit, jobs } = arguments;
    let unpruned = engine == "shuttle-dfs";
    let who = models::check::engine(if unpruned { Engine::Dpor.name() } else { engine }).map_err(anyhow::Error::msg)?;
    let explorer = Explorer::new(who).time_limit(time_limit).jobs(jobs.into());
    let explorer = if unpruned { explorer.unpruned() } else { explorer };
    let report = explorer.run(move || (program.run)(workers.into(), tasks.into()));
    // Without pruning every execution is run, equivalent or not.
    let run = if unpruned { report.executions + report.blocked } else { report.executions };
    Ok(serde_json::json!({
        "verdict": report.verdict.status(),
        "executions": run,
        "blocked": report.blocked,
        "beside": report.beside,
        "seconds": report.elapsed.as_secs_f64(),
    }))
}
