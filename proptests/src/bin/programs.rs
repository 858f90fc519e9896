//! `programs`: draws programs of one structure under one engine of this build, and prints the result as one line of JSON,
//! after lines about how far it is. `cargo verify --draw` starts a process of this for each cell.

#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use anyhow::anyhow;
use clap::Parser;
use cli::{arguments, say};
use models::catalogue;
use models::check::engine;
use proptests::programs::{Budget, draw};
use selvedge::check::Environment;
use selvedge::check::protocol::Effort;

/// Draws programs of one structure under one engine of this build.
#[derive(Debug, Parser)]
#[command(name = "programs", version)]
struct Arguments {
    /// The structure, like `programs/sharded_map`.
    #[arg(long, value_name = "NAME")]
    check: String,
    /// A broken twin of it.
    #[arg(long, value_name = "NAME")]
    defect: Option<String>,
    /// Who explores.
    #[arg(long, value_name = "NAME")]
    engine: String,
    /// How much is drawn: quick, full or nightly.
    #[arg(long)]
    effort: Effort,
    /// Where drawing starts.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// How long programs are drawn.
    #[arg(long, value_name = "N", value_parser = arguments::milliseconds)]
    time_limit_ms: Option<Duration>,
    /// Tells the story of a failure that was expected, too.
    #[arg(long)]
    tell: bool,
    /// Counts the different behaviours of all programs together.
    #[arg(long)]
    behaviours: bool,
}

fn main() -> ExitCode {
    cli::exit(|line: Arguments| {
        Environment::read().map_err(anyhow::Error::msg)?;
        say!("{}", run(&line)?);
        Ok(true)
    })
}

fn run(arguments: &Arguments) -> anyhow::Result<String> {
    let name = &arguments.check;
    let structure = catalogue::find_structure(name, arguments.defect.as_deref());
    let structure = structure.ok_or_else(|| anyhow!("there is no structure {name}"))?;
    let engine = engine(&arguments.engine).map_err(anyhow::Error::msg)?;
    let cell = structure.drawn_cells().into_iter().find(|cell| cell.engine == engine);
    let cell = cell.ok_or_else(|| anyhow!("{name} is not drawn under {}", engine.name()))?;
    let mut budget = Budget::new(arguments.effort, arguments.seed, &structure);
    (budget.tell, budget.behaviours) = (arguments.tell, arguments.behaviours);
    budget.time_limit = arguments.time_limit_ms.unwrap_or(budget.time_limit);
    let row = draw(&structure, cell, &budget, |line| say!("{line}"));
    Ok(serde_json::to_string(&row)?)
}
