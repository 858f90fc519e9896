//! `histories`: are the histories that real systems logged linearizable?
//!
//! Exits with 0 if all are, 1 if one is not or the budget did not suffice, and 2 if something
//! cannot be read.

#![forbid(unsafe_code)]
#![allow(clippy::disallowed_types, reason = "this program measures how long it takes")]

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, anyhow};
use clap::Parser;
use proptests::histories::{Model, Recorded};
use selvedge::check::linearizability::{Answer, Checker};
use serde::Serialize;

/// Judges logged histories, each file one.
#[derive(Debug, Parser)]
#[command(name = "histories", version)]
struct Arguments {
    /// What the system is.
    #[arg(long)]
    model: Model,
    /// Prints a list of results as JSON.
    #[arg(long)]
    json: bool,
    /// After how many steps a history stays undecided.
    #[arg(long, default_value_t = 1_000_000_000)]
    budget: u64,
    /// The logs.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// What is said of a file.
#[derive(Debug, Serialize)]
struct Judged {
    file: String,
    /// Nothing if the budget did not suffice.
    linearizable: Option<bool>,
    operations: usize,
    /// What the check took, without reading.
    seconds: f64,
    #[serde(skip)]
    explanation: Vec<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut judged = Vec::new();
    let mut unreadable = false;
    for file in &arguments.files {
        match judge(&arguments, file) {
            Ok(result) if arguments.json => judged.push(result),
            Ok(result) => {
                print(&result);
                judged.push(result);
            }
            Err(error) => {
                eprintln!("histories: {error:#}");
                unreadable = true;
            }
        }
    }
    if arguments.json {
        say(&serde_json::to_string_pretty(&judged).expect("these can be written as JSON"));
    }
    if unreadable {
        ExitCode::from(2)
    } else if judged.iter().all(|result| result.linearizable == Some(true)) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn judge(arguments: &Arguments, file: &Path) -> anyhow::Result<Judged> {
    let bytes = fs::read(file).with_context(|| format!("failed to read {}", file.display()))?;
    let recorded = arguments.model.read(&bytes).map_err(|error| anyhow!("{}:{error}", file.display()))?;
    let start = Instant::now();
    let answer = recorded.judge(&Checker::new().budget(arguments.budget));
    let seconds = start.elapsed().as_secs_f64();
    Ok(Judged {
        file: file.display().to_string(),
        linearizable: match answer {
            Answer::Undecided { .. } => None,
            _ => Some(answer.is_linearizable()),
        },
        operations: recorded.operations(),
        seconds,
        explanation: explanation(&recorded, &answer),
    })
}

/// How many operations of the longest order are shown, the last ones.
const SHOWN: usize = 5;

fn explanation(recorded: &Recorded<'_>, answer: &Answer) -> Vec<String> {
    let Answer::NotLinearizable(counterexample) = answer else { return Vec::new() };
    let mut lines = vec![format!("does not fit: {}", shortened(recorded.describe(counterexample.misfit)))];
    let explained = &counterexample.explained;
    lines.push(format!("after the longest order, of {} operations, which ends in:", explained.len()));
    let shown = explained.iter().skip(explained.len().saturating_sub(SHOWN));
    lines.extend(shown.map(|&number| format!("  {}", shortened(recorded.describe(number)))));
    lines
}

/// Values may be long; their ends tell most.
fn shortened(line: String) -> String {
    const HALF: usize = 60;
    let count = line.chars().count();
    if count <= 2 * HALF {
        return line;
    }
    let start: String = line.chars().take(HALF).collect();
    let end: String = line.chars().skip(count - HALF).collect();
    format!("{start} … {end}")
}

fn print(result: &Judged) {
    let verdict = match result.linearizable {
        Some(true) => "linearizable",
        Some(false) => "NOT LINEARIZABLE",
        None => "UNDECIDED: the budget is used up",
    };
    say(&format!("{}: {verdict}, {} operations in {:.6} s", result.file, result.operations, result.seconds));
    result.explanation.iter().for_each(|line| say(&format!("    {line}")));
}

/// Prints a line, as long as somebody reads.
fn say(line: &str) {
    if writeln!(io::stdout(), "{line}").is_err() {
        std::process::exit(2);
    }
}
