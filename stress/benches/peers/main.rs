//! The patterns beside what one would use instead, in one run: `cargo ci bench` shows what this measures.
//!
//! Every contest is a line of JSON on standard output (`models::contest`). Its contenders are measured in turn, slot by
//! slot and round by round. `bustle`, criterion and divan measure one contender after another, and none of them draws
//! skewed keys, so the slots are ours.

#![deny(unsafe_code)]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "a bench measures time and others' libraries")]

mod cache;
mod config;
mod contexts;
mod counters;
mod document;
mod harness;
mod keys;
mod maps;
#[allow(unsafe_code, reason = "an allocator is unsafe to write")]
mod memory;
mod pool;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use harness::Case;
use models::contest::Contest;

/// Measures the patterns beside their peers.
#[derive(Debug, Parser)]
struct Arguments {
    /// Rounds of a contest; in each, every contender has one slot.
    #[arg(long, default_value_t = 11)]
    rounds: usize,
    /// How long a slot is.
    #[arg(long, value_name = "MS", default_value_t = 20)]
    slot: u64,
    /// Only the cases whose pattern and name have this in them.
    #[arg(long, default_value = "")]
    only: String,
    /// Only the cases that two cores are asked for.
    #[arg(long)]
    goals: bool,
    /// Does so many operations of one contender on one thread, for valgrind to count.
    #[arg(long, value_names = ["PATTERN", "CASE", "CONTENDER"], num_args = 3)]
    count: Option<Vec<String>>,
    /// Where the Go program is built.
    #[arg(long, value_name = "DIR")]
    go: Option<PathBuf>,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// Operations that are counted: enough for the rare ones to weigh what they should.
const COUNTED: u64 = 10_000;
/// Operations before: enough for locks to know what is done with them.
const WARM: u64 = 1 << 18;

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut cases: Vec<Case> = maps::cases();
    cases.extend(config::cases());
    cases.extend(cache::cases());
    cases.extend(pool::cases());
    cases.extend(counters::cases());
    cases.extend(contexts::cases());
    if let Some(count) = &arguments.count {
        return counted(&cases, count);
    }
    if let Some(folder) = &arguments.go {
        match document::build(folder)? {
            Some(program) => cases.extend(document::cases(&program)),
            None => eprintln!("skipped: Go is not installed, so the document's programs are left out"),
        }
    }
    let slot = Duration::from_millis(arguments.slot);
    for case in cases.iter().filter(|case| format!("{}: {}", case.pattern, case.name).contains(&arguments.only)) {
        for &threads in case.threads.iter().filter(|&&threads| !arguments.goals || threads <= 2) {
            let contest = Contest {
                pattern: case.pattern.to_owned(),
                case: case.name.clone(),
                threads,
                goal: case.goal,
                limit: case.limit.to_owned(),
                contenders: harness::interleaved(case, threads, arguments.rounds, slot),
            };
            println!("{}", serde_json::to_string(&contest).expect("a contest is plain data"));
        }
    }
    Ok(())
}

fn counted(cases: &[Case], wanted: &[String]) -> anyhow::Result<()> {
    let [pattern, name, contender] = wanted else { unreachable!("three are asked for") };
    let case = cases.iter().find(|case| case.pattern == pattern && case.name == *name);
    let entries = (case.with_context(|| format!("there is no case `{name}` of {pattern}"))?.entries)();
    let entry = entries.iter().find(|entry| entry.name == contender);
    let entry = entry.with_context(|| format!("there is no contender `{contender}`"))?;
    let mut worker = entry.contender.worker(0);
    worker(WARM);
    harness::counted_operations(&mut worker, COUNTED);
    // What is counted is a matter of this program; how many there were, of who asked.
    println!("{COUNTED}");
    Ok(())
}
