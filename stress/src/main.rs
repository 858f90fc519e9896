//! `stress`: the patterns on real threads, for as long as it is told to.
//!
//! Exits with 0 if everything held, with 1 if something broke (and is saved) or nothing ran, and otherwise as
//! [`cli::exit`](mod@cli::exit) says.

#![forbid(unsafe_code)]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "this program measures real time")]

use std::cell::Cell;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use anyhow::bail;
use clap::{Parser, Subcommand};
use cli::{arguments, files, interrupt, note, output, say, workspace};
use models::catalogue;
use models::litmus::{self, Litmus};
use models::workload::{Entry, Judged};
use selvedge::check::protocol::litmus::{Table, summary};
use selvedge::sync::fault::perturb;
use serde::Serialize;
use stress::escalate::{self, escalate};
use stress::failure::{self, Failure};
use stress::process;
use stress::round::Control;
use stress::run::{Outcome, run};
use stress::view::{self, View};

/// How long no operation may end before a round is stuck.
const PATIENCE: Duration = Duration::from_secs(10);
/// Runs selvedge's patterns on real threads at full speed, and judges what they do.
#[derive(Debug, Parser)]
#[command(name = "stress", bin_name = "cargo stress", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs patterns: operations from a seed, judged while they run, at rest, and as histories.
    ///
    /// What breaks is saved under `target/failures`, with what each thread did last, and handed to the engines, which
    /// look for a schedule.
    Run(RunArguments),
    /// Runs the round that broke again and again, until it breaks again.
    Replay(ReplayArguments),
    /// Runs litmus programs: how often each outcome comes on this machine, beside what loom and sequential consistency
    /// allow.
    Litmus(LitmusArguments),
}

#[derive(Debug, clap::Args)]
struct RunArguments {
    /// Patterns (`account`), types (`ShardedMap`), or broken twins (`GetThenSet`); all patterns if none is named.
    #[arg(value_name = "PATTERN")]
    patterns: Vec<String>,
    /// How long in all, shared evenly; like `10s` or `30m`.
    #[arg(long, default_value = "10s", value_parser = arguments::duration)]
    duration: Duration,
    /// Threads that operate at once; as many as there are cores, and at least 2, by default.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// From which everything is drawn: operations, keys, sizes, pauses.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// So many times the threads: more than there are cores, so that they are interrupted anywhere.
    #[arg(long, value_name = "X", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    oversubscribe: u16,
    /// Writes what came of each structure as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct ReplayArguments {
    /// What `stress run` has saved.
    file: PathBuf,
    /// How long to try.
    #[arg(long, default_value = "1m", value_parser = arguments::duration)]
    duration: Duration,
}

#[derive(Debug, clap::Args)]
struct LitmusArguments {
    /// Shapes (`store_buffering`), or programs (`store_buffering/seq_cst`); all if none is named.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// How long in all, shared evenly.
    #[arg(long, default_value = "10s", value_parser = arguments::duration)]
    duration: Duration,
    /// Writes the tables as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

fn main() -> ExitCode {
    cli::exit(|line: Arguments| {
        interrupt::listen()?;
        quiet_rounds();
        match line.command {
            Command::Run(arguments) => stress(&arguments),
            Command::Replay(arguments) => replay(&arguments),
            Command::Litmus(arguments) => run_litmus(&arguments),
        }
    })
}

/// What panics in a thread of a round is reported by the round.
fn quiet_rounds() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name().is_none_or(|name| name == "main") {
            tell(panic);
        }
    }));
}

/// Whether nobody waits any longer for what is left to be run.
fn is_over(report: &Option<PathBuf>) -> bool {
    interrupt::came() || report.is_none() && output::is_unread()
}

/// The report of a run.
#[derive(Serialize)]
struct Report<'a> {
    schema: u32,
    seed: u64,
    threads: usize,
    interrupted: bool,
    results: &'a [Outcome],
}

/// Whether everything held.
fn stress(arguments: &RunArguments) -> anyhow::Result<bool> {
    let entries = select(&arguments.patterns)?;
    let cores = available_parallelism().map_or(1, usize::from);
    let threads = arguments.threads.map_or(cores.max(2), usize::from) * usize::from(arguments.oversubscribe);
    if threads > failure::THREADS {
        bail!("{threads} threads are too many: --threads times --oversubscribe may be {}", failure::THREADS);
    }
    let seed = arguments.seed;
    // Before the hours, and not after them.
    files::writable(&[("--report", &arguments.report)])?;
    let view = View::new(arguments.duration);
    let perturbed = if perturb(seed) { ", perturbed" } else { "" };
    let watched = if process::read().is_some() { "" } else { "; threads and memory are not watched on this system" };
    view.print(&format!("seed {seed}, {threads} threads on {cores} cores{perturbed}{watched}"));
    let columns = output::columns();
    view::header(columns).iter().for_each(|header| view.print(header));
    let mut outcomes: Vec<Outcome> = Vec::new();
    let share = arguments.duration / u32::try_from(entries.len())?;
    for entry in entries {
        let began = Instant::now();
        let control = Control {
            patience: PATIENCE,
            over: &|_| began.elapsed() >= share || is_over(&arguments.report),
            tell: &|operations| view.tell(entry.subject, operations, began),
        };
        let outcome = run(&entry, |round| entry.plan(seed, round, threads), &control)?;
        view.print(&view::line(&outcome, columns));
        outcomes.push(outcome);
        if interrupt::came() {
            view.print("interrupted: this is what was found so far");
        }
        if is_over(&arguments.report) {
            break;
        }
    }
    view.end();
    for outcome in &mut outcomes {
        if let Some(failure) = &mut outcome.failure {
            tell(failure, outcome.is_twin)?;
        }
    }
    let report = Report { schema: 1, seed, threads, interrupted: interrupt::came(), results: &outcomes };
    arguments.report.as_deref().map_or(Ok(()), |path| failure::write(path, &report))?;
    Ok(outcomes.iter().all(|outcome| outcome.failure.is_none() && (outcome.operations > 0 || interrupt::came())))
}

/// Prints a failure, saves it, and hands it to the engines.
fn tell(failure: &mut Failure, is_twin: bool) -> anyhow::Result<()> {
    say!("\n{}", view::failure(failure));
    let folder = escalate::failures();
    // First, as the engines take minutes where they have to be built.
    let path = failure.save(&folder)?;
    let shown = path.strip_prefix(workspace::root()).unwrap_or(&path).display();
    say!("again: cargo stress replay {shown}");
    if interrupt::came() {
        return Ok(());
    }
    note!("asking the engines for a schedule");
    match escalate(&failure.pattern, &failure.subject, is_twin) {
        Ok(found) => {
            say!("{found}");
            failure.engines = Some(found);
            failure.save(&folder).map(drop)
        }
        Err(error) => {
            say!("the engines could not be asked: {error:#}");
            Ok(())
        }
    }
}

fn select(patterns: &[String]) -> anyhow::Result<Vec<Entry>> {
    let all = catalogue::workloads();
    let names = |entry: &Entry, pattern: &str| pattern == entry.subject || (pattern == entry.pattern && !entry.is_twin);
    if let Some(unknown) = patterns.iter().find(|&pattern| !all.iter().any(|entry| names(entry, pattern))) {
        let mut known: Vec<&str> = all.iter().map(|entry| entry.pattern).collect();
        known.dedup();
        known.sort_unstable();
        known.dedup();
        let twins: Vec<&str> = all.iter().filter(|entry| entry.is_twin).map(|entry| entry.subject).collect();
        bail!(
            "there is no pattern {unknown}; there are {}, and the broken twins {}",
            known.join(", "),
            twins.join(", ")
        );
    }
    let wanted = |entry: &Entry| match patterns {
        [] => !entry.is_twin,
        patterns => patterns.iter().any(|pattern| names(entry, pattern)),
    };
    Ok(all.into_iter().filter(wanted).collect())
}

/// Whether the round did not break again.
fn replay(arguments: &ReplayArguments) -> anyhow::Result<bool> {
    let failure = Failure::read(&arguments.file)?;
    let entry = failure.entry()?;
    match failure.judge_again()? {
        Some(Judged::Broken { .. }) => say!("the history that is saved has no explanation still"),
        Some(_) => say!("the history that is saved has an explanation now"),
        None => (),
    }
    let view = View::new(arguments.duration);
    let (began, attempts) = (Instant::now(), Cell::new(0));
    let over = |rounds| {
        attempts.set(rounds);
        began.elapsed() >= arguments.duration || interrupt::came()
    };
    let tell = |operations| view.tell(entry.subject, operations, began);
    let outcome = run(&entry, |_| failure.plan.clone(), &Control { patience: PATIENCE, over: &over, tell: &tell })?;
    view.end();
    match &outcome.failure {
        Some(again) => say!("it breaks again, at attempt {}:\n{}", outcome.rounds, view::failure(again)),
        None => say!("it did not break in {} attempts", outcome.rounds),
    }
    if let Some(engines) = &failure.engines {
        say!("{engines}");
    }
    Ok(outcome.failure.is_none())
}

/// Whether nothing was seen that is forbidden.
fn run_litmus(arguments: &LitmusArguments) -> anyhow::Result<bool> {
    let all = litmus::all();
    let names = |litmus: &Litmus, name: &str| name == litmus.shape || name == litmus.name();
    if let Some(unknown) = arguments.names.iter().find(|&name| !all.iter().any(|litmus| names(litmus, name))) {
        let known: Vec<String> = all.iter().map(Litmus::name).collect();
        bail!("there is no litmus program {unknown}; there are {}", known.join(", "));
    }
    let wanted =
        |litmus: &&Litmus| arguments.names.is_empty() || arguments.names.iter().any(|name| names(litmus, name));
    let wanted: Vec<&Litmus> = all.iter().filter(wanted).collect();
    files::writable(&[("--report", &arguments.report)])?;
    let share = arguments.duration / u32::try_from(wanted.len())?;
    let mut tables = Vec::new();
    for litmus in wanted {
        let table = stress::litmus::run(litmus, share);
        say!("{table}\n");
        tables.push(table);
        if is_over(&arguments.report) {
            break;
        }
    }
    arguments.report.as_deref().map_or(Ok(()), |path| failure::write(path, &tables))?;
    say!("{}", summary(&tables));
    Ok(tables.iter().flat_map(Table::errors).next().is_none())
}
