//! Says what checks and engines there are, or runs one under one engine of this build, and prints the result as one line of JSON
//! ([`protocol`](selvedge::check::protocol)); with `--progress`, lines about how far it is come before.
//!
//! `cargo verify` starts a process of this for each cell, so that a check which hangs, dies or eats
//! memory is a verdict and not the end of the run.

use std::process::ExitCode;
use std::time::Duration;

use models::catalogue::{self, Budget};
use models::{programs, saved};
use selvedge::check::Engine;
use selvedge::check::protocol::{Saved, parse_shard};

const USAGE: &str = "usage: models run --check NAME [--defect NAME] --engine NAME [--quick] [--seed N] \
                     [--time-limit-ms N] [--shard K/N] [--tell] [--resume FILE] [--progress] [--behaviours] \
                     [--program JSON]\n       models replay FILE\n       models list\n       models engines";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("models: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(mut arguments: impl Iterator<Item = String>) -> Result<String, String> {
    match arguments.next().as_deref() {
        Some("run") => (),
        Some("list") => return serde_json::to_string(&catalogue::listing()).map_err(|error| error.to_string()),
        Some("engines") => return Ok(Engine::table()),
        Some("replay") => return replay(&arguments.next().ok_or(USAGE)?),
        _ => return Err(USAGE.to_owned()),
    }
    let (mut name, mut defect, mut engine, mut file, mut program) = (None, None, None, None, None);
    let (mut tells, mut counts) = (false, false);
    let mut budget = Budget { quick: false, seed: 0, time_limit: Duration::from_secs(120), shard: (0, 1), tell: false };
    while let Some(flag) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{flag} needs a value; {USAGE}"));
        match flag.as_str() {
            "--check" => name = Some(value()?),
            "--defect" => defect = Some(value()?),
            "--engine" => engine = Some(value()?),
            "--quick" => budget.quick = true,
            "--tell" => budget.tell = true,
            "--seed" => budget.seed = number(&flag, &value()?)?,
            "--progress" => tells = true,
            "--behaviours" => counts = true,
            "--resume" => file = Some(value()?),
            "--program" => program = Some(value()?),
            "--shard" => budget.shard = parse_shard(&value()?)?,
            "--time-limit-ms" => budget.time_limit = Duration::from_millis(number(&flag, &value()?)?),
            _ => return Err(format!("unknown argument {flag}; {USAGE}")),
        }
    }
    let name = name.ok_or(USAGE)?;
    let engine = engine.ok_or(USAGE)?;
    let engine = Engine::available()
        .find(|available| available.name() == engine)
        .ok_or_else(|| format!("the engine {engine} is not in this build"))?;
    let row = match (programs::find(&name, defect.as_deref()), program) {
        (Some(structure), Some(program)) => {
            let program = serde_json::from_str(&program).map_err(|error| format!("this is no program: {error}"))?;
            structure.run_program(&program, engine, budget)?
        }
        // One of many small searches is not worth keeping, nor following.
        (Some(structure), None) => structure.run(engine, budget),
        (None, _) => {
            let check = catalogue::find(&name, defect.as_deref()).ok_or_else(|| format!("there is no check {name}"))?;
            check.run_as(engine, budget, |explorer| {
                let explorer = match &file {
                    Some(file) => explorer.resume(file),
                    None => explorer,
                };
                let explorer = if counts { explorer.behaviours(0) } else { explorer };
                if !tells {
                    return explorer;
                }
                let explorer = explorer.progress(|progress| println!("{progress}"));
                explorer.on_failure(|failure| println!("found, and being simplified: {}", failure.headline))
            })
        }
    };
    serde_json::to_string(&row).map_err(|error| error.to_string())
}

fn replay(file: &str) -> Result<String, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("failed to read {file}: {error}"))?;
    let row = saved::replay(&Saved::parse(&text)?, Duration::from_secs(120))?;
    serde_json::to_string(&row).map_err(|error| error.to_string())
}

fn number(flag: &str, value: &str) -> Result<u64, String> {
    value.parse().map_err(|_| format!("{flag} needs a number, and got {value}"))
}
