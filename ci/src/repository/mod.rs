//! The checks of this workspace: the models, the programs that are drawn, and the litmus programs of the stress tests.

pub mod known;
mod litmus;
mod night;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context, anyhow, bail};
use cli::process::{self, End};
use selvedge::check::Engine;
use selvedge::check::protocol::litmus::Table;
use selvedge::check::protocol::{Cell, Effort, Listing, Row, Saved};

use crate::arguments::Arguments;
use crate::builds::{self, CFGS};
use crate::cell::{self, GRACE, REPLAYED};
use crate::checks::{Asked, Cfg, Checks};
use crate::view::View;

/// How long a program may take to list its checks.
const LISTED: Duration = Duration::from_secs(30);

/// A program that runs in a process of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Runner {
    /// `models`, for a check or the enumerated programs.
    Models,
    /// `programs` of the property tests, for drawn programs.
    Programs,
    /// `stress`, for workloads and litmus programs on real threads.
    Stress,
}

impl Runner {
    /// Its package, and its name.
    fn program(self) -> (&'static str, &'static str) {
        match self {
            Runner::Models => ("models", "models"),
            Runner::Programs => ("proptests", "programs"),
            Runner::Stress => ("stress", "stress"),
        }
    }

    /// What is built for a cfg, in words.
    pub fn words(self, cfg: Cfg) -> String {
        format!("building {} for {}", self.program().1, cfg.unwrap_or("real threads"))
    }

    /// Builds it, and returns where it is.
    pub fn build(self, cfg: Cfg, view: &View) -> anyhow::Result<PathBuf> {
        let (package, program) = self.program();
        let mut build = builds::cargo();
        let profile = builds::profile(cfg);
        builds::with_cfg(&mut build, cfg)?.args(["build", "--profile", profile, "-p", package, "--bin", program]);
        builds::build(&mut build, &self.words(cfg), view)?;
        Ok(builds::target(cfg).join(profile).join(program).with_extension(env::consts::EXE_EXTENSION))
    }
}

/// The checks of this workspace.
#[derive(Debug, Default, clap::Args)]
pub struct Models {
    /// Draws programs of each structure at random, larger ones than are enumerated, and runs nothing else: `quick` for two
    /// minutes, `full` for twenty, `nightly` for two hours.
    #[arg(long, value_name = "EFFORT", conflicts_with_all = ["quick", "shard", "resume", "replay", "weaken"])]
    pub draw: Option<Effort>,
}

impl Checks for Models {
    type Built = PathBuf;

    fn command(&self) -> &'static str {
        "cargo verify"
    }

    fn filter(&self, filter: &str) -> anyhow::Result<()> {
        known::filter(filter).map_err(anyhow::Error::msg)
    }

    /// Each build lists all engines' cells, so one is enough: the quickest one to build.
    fn list(&self, engines: &[Engine], view: &View) -> anyhow::Result<(Listing, BTreeMap<Cfg, PathBuf>)> {
        let soonest = CFGS.into_iter().find(|&cfg| engines.iter().any(|engine| engine.cfg() == cfg));
        let soonest = soonest.expect("there is an engine");
        let program = Runner::Models.build(soonest, view)?;
        let listing = listing(&program)?;
        Ok(match self.draw {
            Some(_) => (Listing { cells: listing.drawn.clone(), ..listing }, BTreeMap::new()),
            None => (listing, BTreeMap::from([(soonest, program)])),
        })
    }

    fn build(&self, cfg: Cfg, view: &View) -> anyhow::Result<PathBuf> {
        let runner = if self.draw.is_some() { Runner::Programs } else { Runner::Models };
        runner.build(cfg, view)
    }

    /// With `--draw` the total is divided among the cells, except those of twins, which end as soon as they are caught.
    fn limit(&self, cell: &Cell, cells: &[Cell], arguments: &Arguments) -> Duration {
        let Some(effort) = self.draw else { return arguments.limit() };
        let long = cells.iter().filter(|cell| cell.defect.is_none()).count();
        let part = match cell.defect {
            Some(_) => effort.time(),
            None => effort.time().mul_f64(arguments.jobs().min(long) as f64 / long as f64),
        };
        arguments.time_limit.map_or(part, |limit| limit.min(part))
    }

    fn run(&self, asked: &Asked<'_>, program: &PathBuf, tell: &dyn Fn(&str)) -> Row {
        let Asked { cell, arguments, limit, .. } = asked;
        let mut command = Command::new(program);
        match self.draw {
            Some(effort) => _ = command.args(["--effort", &effort.to_string()]),
            None => check(&mut command, asked),
        }
        command.args(["--check", &cell.check, "--engine", cell.engine.name()]);
        let milliseconds = limit.as_millis().max(1).to_string();
        command.args(["--seed", &arguments.seed.to_string(), "--time-limit-ms", &milliseconds]);
        if let Some(defect) = &cell.defect {
            command.args(["--defect", defect]);
        }
        if asked.behaviours {
            command.arg("--behaviours");
        }
        if arguments.save.is_some() || arguments.html.is_some() {
            command.arg("--tell");
        }
        cell::run(cell, &mut command, *limit + GRACE, tell)
    }

    fn replay(&self, path: &Path, saved: &Saved, view: &View) -> anyhow::Result<(Row, Listing)> {
        let explain = |error: String| anyhow!("{}: {error}", path.display());
        let engine = saved.engine;
        known::check(&saved.check, saved.defect.as_deref()).map_err(explain)?;
        let program = Runner::Models.build(engine.cfg(), view)?;
        view.end();
        let mut command = Command::new(&program);
        let row = match process::run(command.arg("replay").arg(fs::canonicalize(path)?), REPLAYED, |_| ())? {
            End::Line(line) => serde_json::from_str(&line).context("the replay printed no result")?,
            end => return Err(cell::not_replayed(end)),
        };
        Ok((row, listing(&program)?))
    }

    fn failures(&self) -> PathBuf {
        builds::target(None).join("failures")
    }

    fn how_to(&self, path: &Path) -> String {
        how_to(path)
    }

    fn litmus(&self, arguments: &Arguments, listing: &Listing, view: &View) -> anyhow::Result<Vec<Table>> {
        match arguments.is_of_everything() && self.draw.is_none() {
            true => litmus::run(&Runner::Stress.build(None, view)?, listing.litmus),
            false => Ok(Vec::new()),
        }
    }
}

/// How to see a saved failure again.
pub fn how_to(path: &Path) -> String {
    let path = path.strip_prefix(builds::root()).unwrap_or(path).display();
    format!(
        "  again:          cargo verify --replay {path}\n  in a browser:   cargo verify --replay {path} --html failure.html\n  \
         in every test:  cp {path} models/regressions/"
    )
}

/// The checks of the models.
fn listing(program: &Path) -> anyhow::Result<Listing> {
    match process::run(Command::new(program).arg("list"), LISTED, |_| ())? {
        End::Line(line) => Listing::parse(&line).map_err(|error| anyhow!("{}: {error}", program.display())),
        end => bail!("{} does not say what checks it has: {end:?}", program.display()),
    }
}

/// The arguments about a cell that only the models take.
fn check(command: &mut Command, asked: &Asked<'_>) {
    let Asked { cell, arguments, program, .. } = asked;
    command.args(["run", "--progress"]);
    if arguments.quick {
        command.arg("--quick");
    }
    if arguments.spurious {
        command.arg("--spurious");
    }
    if arguments.weaken {
        command.arg("--weaken");
    }
    if let Some((part, of)) = arguments.shard {
        command.args(["--shard", &format!("{}/{of}", part + 1)]);
    }
    if let Some(folder) = arguments.resume.as_ref().filter(|_| cell.engine.has_parts()) {
        command.arg("--resume").arg(folder.join(cell::file_name(cell)));
    }
    if let Some(program) = program {
        command.arg("--program").arg(serde_json::to_string(program).expect("it is plain"));
    }
}
