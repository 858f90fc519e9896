//! `histories`: are the histories that real systems logged linearizable?
//!
//! Exits with 0 if all are; 1 if one is not, has nothing to be judged by, or the budget did not suffice; and 2 if something
//! cannot be read.

#![forbid(unsafe_code)]
#![allow(clippy::disallowed_types, reason = "this program measures how long it takes")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{anyhow, bail};
use clap::Parser;
use cli::exit::{one_line, shortened};
use cli::{input, note, say};
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
    /// Each key has an object of its own, and a value is `[key value]`, as Jepsen's `independent` writes it; so it is for
    /// `kv` anyway.
    #[arg(long)]
    keyed: bool,
    /// Prints a list of results as JSON.
    #[arg(long)]
    json: bool,
    /// After how many steps a history stays undecided.
    #[arg(long, default_value_t = 1_000_000_000)]
    budget: u64,
    /// The logs, in EDN or in lines; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// The result of a file.
#[derive(Debug, Serialize)]
struct Judged {
    file: String,
    /// `linearizable`, `not linearizable`, `undecided`, or `vacuous`.
    verdict: &'static str,
    /// `None` if it is undecided or vacuous.
    linearizable: Option<bool>,
    operations: usize,
    /// How long the check took, without reading.
    seconds: f64,
    #[serde(skip)]
    explanation: Vec<String>,
}

fn main() -> ExitCode {
    cli::exit(|arguments: Arguments| {
        let (mut judged, mut unreadable) = (Vec::new(), Vec::new());
        for file in &arguments.files {
            match judge(&arguments, file) {
                Ok(result) => {
                    if !arguments.json {
                        print(&result);
                    }
                    judged.push(result);
                }
                Err(error) => unreadable.push(error),
            }
        }
        if arguments.json {
            say!("{}", serde_json::to_string_pretty(&judged)?);
        }
        if let Some(last) = unreadable.pop() {
            unreadable.iter().take(SHOWN_ERRORS).for_each(|error| note!("error: {}", one_line(&format!("{error:#}"))));
            match unreadable.len().saturating_sub(SHOWN_ERRORS) {
                0 => return Err(last),
                others => bail!("{last:#}; and {others} others cannot be read either"),
            }
        }
        Ok(judged.iter().all(|result| result.linearizable == Some(true)))
    })
}

fn judge(arguments: &Arguments, file: &Path) -> anyhow::Result<Judged> {
    let standard = file == Path::new("-");
    let bytes = if standard { input::standard()? } else { input::bytes(file)? };
    let name = if standard { "standard input".to_owned() } else { file.display().to_string() };
    let recorded = arguments.model.read(&bytes, arguments.keyed).map_err(|error| anyhow!("{name}:{error}"))?;
    let start = Instant::now();
    let answer = recorded.judge(&Checker::new().budget(arguments.budget));
    let seconds = start.elapsed().as_secs_f64();
    let (verdict, linearizable) = match answer {
        _ if recorded.is_vacuous() => ("vacuous", None),
        Answer::Undecided { .. } => ("undecided", None),
        Answer::Linearizable(_) => ("linearizable", Some(true)),
        Answer::NotLinearizable(_) => ("not linearizable", Some(false)),
    };
    let explanation = explanation(&recorded, &answer);
    Ok(Judged { file: name, verdict, linearizable, operations: recorded.operations(), seconds, explanation })
}

/// How many unreadable files are named, before the last.
const SHOWN_ERRORS: usize = 2;

/// How many operations of the longest order are shown, the last ones.
const SHOWN: usize = 5;
/// Values may be long; then only their ends are shown.
const LONGEST: usize = 120;

fn explanation(recorded: &Recorded<'_>, answer: &Answer) -> Vec<String> {
    let Answer::NotLinearizable(counterexample) = answer else { return Vec::new() };
    let mut lines = vec![format!("does not fit: {}", shortened(&recorded.describe(counterexample.misfit), LONGEST))];
    let explained = &counterexample.explained;
    lines.push(format!("after the longest order, of {} operations, which ends in:", explained.len()));
    let shown = explained.iter().skip(explained.len().saturating_sub(SHOWN));
    lines.extend(shown.map(|&number| format!("  {}", shortened(&recorded.describe(number), LONGEST))));
    lines
}

fn print(result: &Judged) {
    let verdict = match result.verdict {
        "not linearizable" => "NOT LINEARIZABLE",
        "undecided" => "UNDECIDED: the budget is used up",
        "vacuous" => "VACUOUS: no operation was answered, so nothing is judged",
        verdict => verdict,
    };
    say!("{}: {verdict}, {} operations in {:.6} s", result.file, result.operations, result.seconds);
    result.explanation.iter().for_each(|line| say!("    {line}"));
}
