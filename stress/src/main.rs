//! `stress`: every pattern on real threads, for as long as it is told to.
//!
//! Exits with 0 if every invariant held, 1 if one did not (with a saved report), and 2 on a bad
//! command line.

#![forbid(unsafe_code)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Parser;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use stress::run::{Outcome, Settings, run};
use stress::workload::{ALL, Entry};

/// Runs the patterns on real threads at full speed, and checks their invariants.
#[derive(Debug, Parser)]
#[command(name = "stress", version)]
struct Arguments {
    /// The patterns to run; all of them if none is named.
    patterns: Vec<String>,
    /// How long in all, shared evenly by the patterns.
    #[arg(long, default_value = "10s", value_parser = humantime::parse_duration)]
    duration: Duration,
    /// Threads that operate at once.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: u16,
    /// From which the operations are drawn.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Where the report goes, as JSON. A violation is saved in any case.
    #[arg(long)]
    report: Option<PathBuf>,
}

fn main() -> ExitCode {
    match stress(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("stress: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whether every invariant held.
fn stress(arguments: &Arguments) -> anyhow::Result<bool> {
    let entries = select(&arguments.patterns)?;
    if let Some(report) = &arguments.report {
        // Before the hours, and not after them.
        save(report, &[])?;
    }
    let settings = Settings {
        duration: arguments.duration / u32::try_from(entries.len())?,
        threads: usize::from(arguments.threads),
        seed: arguments.seed,
    };
    let progress = progress(arguments.duration);
    println!("seed {}, {} threads", settings.seed, settings.threads);
    let mut outcomes = Vec::new();
    for entry in entries {
        progress.set_prefix(entry.pattern);
        let outcome = run(entry, &settings, &progress);
        progress.suspend(|| println!("{}", line(&outcome)));
        outcomes.push(outcome);
    }
    progress.finish_and_clear();
    let held = outcomes.iter().all(|outcome| outcome.violation.is_none());
    let fallback = PathBuf::from("stress-report.json");
    if let Some(path) = arguments.report.as_ref().or((!held).then_some(&fallback)) {
        save(path, &outcomes)?;
        println!("report saved in {}", path.display());
    }
    Ok(held)
}

fn select(patterns: &[String]) -> anyhow::Result<Vec<&'static Entry>> {
    let names = || ALL.iter().map(|entry| entry.pattern).collect::<Vec<_>>().join(", ");
    for pattern in patterns {
        if !ALL.iter().any(|entry| entry.pattern == pattern) {
            bail!("there is no pattern {pattern}; there are {}", names());
        }
    }
    let wanted = |entry: &&Entry| patterns.is_empty() || patterns.iter().any(|pattern| pattern == entry.pattern);
    Ok(ALL.iter().filter(wanted).collect())
}

/// A bar on a terminal; nothing in a pipe, where the line of each pattern says enough.
fn progress(duration: Duration) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(duration.as_millis() as u64), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{prefix:>16} [{bar:40}] {percent:>3} % {msg}");
    bar.with_style(style.expect("the template is valid").progress_chars("=> "))
}

fn line(outcome: &Outcome) -> String {
    let rate = outcome.operations as f64 / outcome.seconds.max(f64::EPSILON);
    let verdict = match &outcome.violation {
        None => "ok".to_owned(),
        Some(violation) => format!("VIOLATED: {violation}"),
    };
    format!("{:<16} {:>12} operations {:>12.0} /s  {verdict}", outcome.pattern, outcome.operations, rate)
}

fn save(path: &Path, outcomes: &[Outcome]) -> anyhow::Result<()> {
    let failed = || format!("failed to write the report to {}", path.display());
    let text = serde_json::to_string_pretty(outcomes)?;
    let mut file = fs::File::create(path).with_context(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).with_context(failed)
}
