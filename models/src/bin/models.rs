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
use models::catalogue;
use models::check::Budget;
use models::saved;
use selvedge::check::protocol::{Row, Saved, parse_shard};
use selvedge::check::{Engine, Environment};

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
    /// Runs a failure again that was saved.
    Replay {
        /// Where it was saved.
        file: PathBuf,
    },
    /// Runs a check under one engine.
    Run(Box<RunArguments>),
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
    #[arg(long, value_name = "NAME")]
    engine: String,
    /// The everyday budget.
    #[arg(long)]
    quick: bool,
    /// Where samplers start.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// How long it may take.
    #[arg(long, value_name = "N", default_value = "120000", value_parser = arguments::milliseconds)]
    time_limit_ms: Duration,
    /// The K-th of N parts of the search of `dpor` or `rc11`.
    #[arg(long, value_name = "K/N", default_value = "1/1", value_parser = parse_shard)]
    shard: (usize, usize),
    /// Tells the story of a failure that was expected, too.
    #[arg(long)]
    tell: bool,
    /// Where `dpor`'s search is kept.
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// Says how far it is.
    #[arg(long)]
    progress: bool,
    /// Lets threads wake without a reason.
    #[arg(long)]
    spurious: bool,
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

fn main() -> ExitCode {
    cli::exit(|line: Arguments| {
        Environment::read().map_err(anyhow::Error::msg)?;
        let text = match line.command {
            Command::List => serde_json::to_string(&catalogue::listing()),
            Command::Engines => Ok(Engine::table()),
            Command::Replay { file } => serde_json::to_string(&replay(&file)?),
            Command::Run(arguments) => serde_json::to_string(&run(&arguments)?),
        };
        say!("{}", text?);
        Ok(true)
    })
}

fn run(arguments: &RunArguments) -> anyhow::Result<Row> {
    let RunArguments { check: name, quick, seed, time_limit_ms: time_limit, shard, tell, .. } = arguments;
    let (name, defect) = (name.as_str(), arguments.defect.as_deref());
    let budget = Budget {
        quick: *quick,
        seed: *seed,
        time_limit: *time_limit,
        shard: *shard,
        tell: *tell,
        spurious: arguments.spurious,
    };
    let engine = Engine::from_name(&arguments.engine)
        .filter(|engine| engine.is_built())
        .with_context(|| format!("the engine {} is not in this build", arguments.engine))?;
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
