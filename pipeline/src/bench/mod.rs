//! `cargo ci bench`: the patterns beside their alternatives, measured in one run.
//!
//! [`measure`] builds and runs the bench `peers`, [`instructions`] counts the instructions of operations, [`standing`]
//! compares a pattern with its peers, [`table`] and [`page`] show that, and [`gate`] compares it with earlier results.
//! A goal that is not met is reported, but does not fail the run; a regression does. If the bench dies half-way, its
//! results so far are shown, and no file is written; if the counting is interrupted, every file is written, with the
//! counts so far.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use cli::{files, interrupt, output, say};
use models::contest::Contest;

use results::Results;

pub mod gate;
pub mod instructions;
pub mod measure;
pub mod page;
pub mod progress;
pub mod results;
pub mod standing;
pub mod table;

/// The flags of `cargo ci bench`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Only the cases that have this in them, as in `ShardedMap: 1000 keys`.
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// Only what the goals are about: at most two threads.
    #[arg(long)]
    goals: bool,
    /// Rounds of a contest, in each of which every contender has its turn; 11 by default.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    rounds: Option<u16>,
    /// Counts no instructions; by default they are counted where valgrind is installed.
    #[arg(long)]
    uncounted: bool,
    /// Writes the results as one JSON document.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Writes the results as a page for a browser, with a plot of each case over threads.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Fails where a pattern is slower beside its peers than in this document of `--json`, or takes more instructions; may
    /// be given again. Ratios are compared with those of the same machine, instructions with those of the same compiler.
    #[arg(long, value_name = "FILE")]
    against: Vec<PathBuf>,
}

/// Whether there is no regression.
pub fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    files::writable(&[("--json", &arguments.json), ("--html", &arguments.html)])?;
    let before: Vec<Results> = arguments.against.iter().map(|path| Results::read(path)).collect::<Result<_, _>>()?;
    let executable = measure::build()?;
    let (mut contests, end) = measure::run(&executable, arguments);
    ensure!(end.is_err() || !contests.is_empty(), "no case has `{}` in it", arguments.only);
    if end.is_ok() && !arguments.uncounted {
        instructions::count(&executable, &mut contests)?;
    }
    let results = Results::new(contests)?;
    say!("{}", table::report(&results.contests, output::columns()));
    end.context("the bench did not come to its end")?;
    if let Some(path) = &arguments.json {
        files::write(path, &results.json()?)?;
    }
    if let Some(path) = &arguments.html {
        files::write(path, &page::render(&results)?)?;
    }
    let mut passed = true;
    for (path, before) in arguments.against.iter().zip(&before) {
        let verdict = gate::compare(before, &results, |contest| arguments.wants(contest));
        print!("\nagainst {}: {verdict}", path.display());
        passed &= verdict.regressions.is_empty();
    }
    if interrupt::came() {
        say!("interrupted: not all instructions were counted");
        return Ok(true);
    }
    Ok(passed)
}

impl Arguments {
    /// Whether the bench is asked for this contest.
    fn wants(&self, contest: &Contest) -> bool {
        measure::name(contest).contains(&self.only) && (!self.goals || standing::has_goal(contest))
    }
}
