//! `cargo verify`: every cell of the catalogue in a process of its own, on all cores.
//!
//! A check that hangs, dies or eats memory is a verdict, `CUT` or `CRASHED`, and never a hung run.
//! What is asked for is looked at before anything is built, and results are never lost: the table is
//! printed, and every other file written, even where one file cannot be.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context, anyhow, bail};
use selvedge::check::Engine;
use selvedge::check::protocol::litmus::Table;
use selvedge::check::protocol::{Cell, Effort, Listing, Row, parse_shard};

use crate::builds::{self, CFGS, Runner};
use crate::cell::GRACE;
use crate::process::{self, End};
use crate::view::View;
use crate::{annotations, cell, cells, junit, litmus, output, page, saved, table};

/// What a check may take where nothing is said, as in the pipeline.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// For how many seconds a check runs before its progress is shown.
const QUIET: usize = 3;
/// What a program may take to say what checks it has.
const LISTED: Duration = Duration::from_secs(30);

/// The flags of `cargo verify`.
#[derive(Debug, Default, clap::Args)]
pub struct Arguments {
    /// The everyday budget: 5,000 schedules for a sampler instead of 100,000.
    #[arg(long)]
    pub quick: bool,
    /// Only these engines; may be given again.
    #[arg(long, value_name = "NAME")]
    pub engine: Vec<String>,
    /// Only checks whose name, pattern or defect contains this.
    #[arg(long, value_name = "SUBSTRING")]
    pub filter: Option<String>,
    /// Says what would run, and runs nothing.
    #[arg(long)]
    pub list: bool,
    /// Writes the results as one JSON document.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Writes the results as a page for a browser, with every failure step by step, and where nothing is left out with what
    /// litmus programs show of this machine's memory.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Writes the results as JUnit XML.
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Processes at once; as many as there are cores by default.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// For each check, like `30s`; two minutes by default.
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub time_limit: Option<Duration>,
    /// Where samplers start.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Explores the K-th of N parts of `dpor`'s search, for a machine of several; needs `--engine dpor`.
    #[arg(long, value_name = "K/N", value_parser = parse_shard)]
    pub shard: Option<(usize, usize)>,
    /// Draws programs of each structure at random, larger ones than are enumerated, and runs nothing else: `quick` for two
    /// minutes, `full` for twenty, `nightly` for two hours.
    #[arg(long, value_name = "EFFORT", conflicts_with_all = ["quick", "shard", "resume"])]
    pub draw: Option<Effort>,
    /// Runs the failure that was saved in a file again, and nothing else.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["quick", "engine", "filter", "list", "shard", "save", "draw"])]
    pub replay: Option<PathBuf>,
    /// Saves every failure there, those of broken twins too; those that are not expected are always saved, under
    /// `target/failures`.
    #[arg(long, value_name = "DIR")]
    pub save: Option<PathBuf>,
    /// Keeps what `dpor` has explored of each check in a file there, so that one that is CUT goes on at the
    /// next run.
    #[arg(long, value_name = "DIR")]
    pub resume: Option<PathBuf>,
}

impl Arguments {
    /// What runs a cell.
    fn runner(&self) -> Runner {
        if self.draw.is_some() { Runner::Programs } else { Runner::Models }
    }

    /// Whether the memory of the machine is looked at as well: a page of everything has that too.
    fn litmus(&self) -> bool {
        let everything = self.filter.is_none() && self.shard.is_none() && self.draw.is_none();
        let threads = self.engine.is_empty() || self.engine.iter().any(|name| name == Engine::Threads.name());
        self.html.is_some() && everything && threads
    }

    fn jobs(&self) -> usize {
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        self.jobs.map_or_else(cores, usize::from)
    }

    /// How long a cell may take: of those that are drawn, its part of what all may take together. A twin's ends where it
    /// is caught, which is soon, and takes no part.
    fn limit(&self, cell: &Cell, cells: &[Cell]) -> Duration {
        let Some(effort) = self.draw else { return self.time_limit.unwrap_or(TIME_LIMIT) };
        let long = cells.iter().filter(|cell| cell.defect.is_none()).count();
        let part = match cell.defect {
            Some(_) => effort.time(),
            None => effort.time().mul_f64(self.jobs().min(long) as f64 / long as f64),
        };
        self.time_limit.map_or(part, |limit| limit.min(part))
    }
}

/// Whether every cell is what it should be.
pub fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    for path in [&arguments.json, &arguments.html, &arguments.junit].into_iter().flatten() {
        // Before an hour of work, and not after it.
        output::writable(path)?;
    }
    if let Some(path) = &arguments.replay {
        let (row, program) = saved::replay(path, &View::new())?;
        saved::print(&row);
        write(arguments, std::slice::from_ref(&row), &[], &listing(&program)?)?;
        return Ok(row.ok);
    }
    let engines = engines(arguments)?;
    let view = View::new();
    let soonest = CFGS.into_iter().find(|&cfg| engines.iter().any(|engine| engine.cfg() == cfg));
    let soonest = soonest.expect("there is an engine");
    let program = models(soonest, &view)?;
    let listing = listing(&program)?;
    let cells = select(arguments, &engines, &listing)?;
    if arguments.list {
        view.end();
        println!("{}", table::list(&cells));
        return Ok(true);
    }
    if let Some(folder) = &arguments.resume {
        fs::create_dir_all(folder).with_context(|| format!("failed to make the folder {}", folder.display()))?;
    }
    let built = match arguments.runner() {
        Runner::Models => BTreeMap::from([(soonest, program)]),
        _ => BTreeMap::new(),
    };
    view.begin(cells.len());
    let mut rows = cells::run(&cells, arguments.jobs(), built, arguments.runner(), &view, |cell, program| {
        let limit = arguments.limit(cell, &cells);
        let mut command = match arguments.draw {
            Some(effort) => drawing(cell, arguments, program, limit, effort),
            None => check(cell, arguments, program, limit),
        };
        run_cell(cell, &mut command, limit, &view)
    })?;
    // The rows of the engines that can tell what real threads could not.
    let mut told = BTreeMap::new();
    for (number, row) in rows.iter_mut().enumerate() {
        if !row.ok && row.verdict == "failed" && row.engine == Engine::Threads.name() {
            told.extend(escalate(row, &cells, arguments, &view)?.map(|found| (number, found)));
        }
    }
    // After the cells, when nothing else runs: threads that do not run at once show nothing.
    let tables = match arguments.litmus() {
        true => builds::runner(Runner::Stress, None, |far| view.build(far))
            .and_then(|stress| litmus::run(&stress, listing.litmus)),
        false => Ok(Vec::new()),
    };
    view.end();
    let litmus = tables.as_deref().unwrap_or_default();
    let folder = arguments.save.clone().unwrap_or_else(|| builds::target(None).join("failures"));
    let files = saved::save(&rows, &told, &folder, arguments.save.is_some());
    let none = BTreeMap::new();
    anstream::println!("{}", table::report(&rows, files.as_ref().unwrap_or(&none)));
    print!("{}", litmus::report(litmus));
    if env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true") {
        print!("{}", annotations::of(&rows));
    }
    write(arguments, &rows, litmus, &listing)?;
    let ok = rows.iter().all(|row| row.ok) && litmus.iter().flat_map(Table::errors).next().is_none();
    // Last, so that nothing is lost where failures cannot be saved, or litmus programs not run.
    files?;
    tables?;
    Ok(ok)
}

/// Writes the results wherever they were asked for: all of them, before the first error ends it.
fn write(arguments: &Arguments, rows: &[Row], litmus: &[Table], listing: &Listing) -> anyhow::Result<()> {
    let write = |path: &Option<PathBuf>, render: &dyn Fn() -> anyhow::Result<String>| match path {
        Some(path) => output::write(path, &render()?),
        None => Ok(()),
    };
    let written = [
        write(&arguments.json, &|| json(rows)),
        write(&arguments.html, &|| page::render(rows, litmus, listing)),
        write(&arguments.junit, &|| junit::render("cargo verify", rows)),
    ];
    written.into_iter().collect()
}

/// Looks for what real threads have met, and could not tell, under the engines that can: `dpor`, and loom for what
/// it takes weak memory to see.
fn escalate(row: &mut Row, cells: &[Cell], arguments: &Arguments, view: &View) -> anyhow::Result<Option<Row>> {
    let cell = cells.iter().find(|cell| cell.check == row.check && cell.defect == row.defect);
    let cell = cell.expect("a row belongs to a cell");
    let limit = arguments.time_limit.unwrap_or(TIME_LIMIT);
    let mut tried = Vec::new();
    for engine in [Engine::Dpor, Engine::Loom] {
        let cell = Cell { engine, ..cell.clone() };
        let mut command = check(&cell, arguments, &models(engine.cfg(), view)?, limit);
        if let Some(program) = &row.program {
            command.arg("--program").arg(serde_json::to_string(program)?);
        }
        let found = run_cell(&cell, &mut command, limit, view);
        if found.verdict == "failed" {
            let what = found.failure.as_deref().unwrap_or_default();
            row.failure = row.failure.take().map(|met| format!("{met}\n{} finds: {what}", engine.name()));
            row.story = found.story.clone();
            return Ok(Some(found));
        }
        tried.push(format!("{} does not find it ({} {})", engine.name(), found.verdict, found.executions));
    }
    row.failure = row.failure.take().map(|met| format!("{met}\n{}", tried.join("; ")));
    Ok(None)
}

/// The results as one JSON document.
fn json(rows: &[Row]) -> anyhow::Result<String> {
    let (programs, results): (Vec<&Row>, Vec<&Row>) =
        rows.iter().partition(|row| row.check.starts_with(Listing::PROGRAMS));
    let document = serde_json::json!({ "schema": 1, "results": results, "programs": programs });
    Ok(serde_json::to_string_pretty(&document)?)
}

/// Builds the program with the checks.
fn models(cfg: Option<&str>, view: &View) -> anyhow::Result<PathBuf> {
    builds::runner(Runner::Models, cfg, |far| view.build(far))
}

/// What checks a program has.
fn listing(program: &Path) -> anyhow::Result<Listing> {
    match process::run(Command::new(program).arg("list"), LISTED, |_| ())? {
        End::Line(line) => Listing::parse(&line).map_err(|error| anyhow!("{}: {error}", program.display())),
        end => bail!("{} does not say what checks it has: {end:?}", program.display()),
    }
}

/// The engines that are asked for.
fn engines(arguments: &Arguments) -> anyhow::Result<Vec<Engine>> {
    if arguments.shard.is_some() && arguments.engine != [Engine::Dpor.name()] {
        bail!("only dpor's search has parts: `--shard` needs `--engine dpor`, and no other engine");
    }
    let engine = |name: &String| {
        let names = || Engine::ALL.map(Engine::name).join(", ");
        Engine::from_name(name).ok_or_else(|| anyhow!("there is no engine `{name}`; there are {}", names()))
    };
    match arguments.engine.as_slice() {
        [] => Ok(Engine::ALL.to_vec()),
        names => names.iter().map(engine).collect(),
    }
}

/// The cells that are asked for.
fn select(arguments: &Arguments, engines: &[Engine], listing: &Listing) -> anyhow::Result<Vec<Cell>> {
    let wanted = |cell: &&Cell| {
        let filter = arguments.filter.as_deref().is_none_or(|filter| {
            let texts = [Some(&cell.check), Some(&cell.pattern), cell.defect.as_ref()];
            texts.into_iter().flatten().any(|text| text.contains(filter))
        });
        // One machine of several explores the programs: they are many small searches, and none has parts.
        let shared = cell.check.starts_with(Listing::PROGRAMS) && arguments.shard.is_some_and(|(part, _)| part > 0);
        engines.contains(&cell.engine) && filter && !shared
    };
    let all = if arguments.draw.is_some() { &listing.drawn } else { &listing.cells };
    let cells: Vec<Cell> = all.iter().filter(wanted).cloned().collect();
    if cells.is_empty() {
        let filter = arguments.filter.as_deref().unwrap_or_default();
        bail!("no check matches `{filter}`; `cargo verify --list` names them all");
    }
    Ok(cells)
}

/// What runs the cell of a check.
fn check(cell: &Cell, arguments: &Arguments, program: &Path, limit: Duration) -> Command {
    let mut command = Command::new(program);
    command.args(["run", "--progress"]);
    name(&mut command, cell, arguments, limit);
    if arguments.quick {
        command.arg("--quick");
    }
    if let Some((part, of)) = arguments.shard {
        command.args(["--shard", &format!("{}/{of}", part + 1)]);
    }
    if let Some(folder) = arguments.resume.as_ref().filter(|_| cell.engine == Engine::Dpor) {
        command.arg("--resume").arg(folder.join(cell::file_name(cell)));
    }
    command
}

/// What draws the programs of a cell.
fn drawing(cell: &Cell, arguments: &Arguments, program: &Path, limit: Duration, effort: Effort) -> Command {
    let mut command = Command::new(program);
    command.args(["--effort", &effort.to_string()]);
    name(&mut command, cell, arguments, limit);
    command
}

/// Which cell it is, and what both programs that run cells are told.
fn name(command: &mut Command, cell: &Cell, arguments: &Arguments, limit: Duration) {
    command.args(["--check", &cell.check, "--engine", cell.engine.name()]);
    command.args(["--seed", &arguments.seed.to_string(), "--time-limit-ms", &limit.as_millis().to_string()]);
    if let Some(defect) = &cell.defect {
        command.args(["--defect", defect]);
    }
    if arguments.save.is_some() || arguments.html.is_some() {
        command.arg("--tell");
    }
}

fn run_cell(cell: &Cell, command: &mut Command, limit: Duration, view: &View) -> Row {
    let lines = AtomicUsize::new(0);
    cell::run(cell, command, limit + GRACE, |line| {
        if lines.fetch_add(1, Ordering::Relaxed) >= QUIET {
            view.long(&format!("{} under {}: {line}", cell.check, cell.engine.name()));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(arguments: &Arguments) -> anyhow::Result<Vec<Cell>> {
        select(arguments, &engines(arguments)?, &models::catalogue::listing())
    }

    #[test]
    fn a_filter_leaves_what_it_names() {
        let filtered = |filter: &str, engine: &[&str]| {
            let engine = engine.iter().map(|&name| name.to_owned()).collect();
            selected(&Arguments { filter: Some(filter.to_owned()), engine, ..Arguments::default() })
        };
        let cells = filtered("ttl_cache", &["loom"]).expect("there are some");
        assert!(cells.iter().any(|cell| cell.check == "ttl_cache/fresh_write_survives_get" && cell.defect.is_none()));
        assert!(cells.iter().any(|cell| cell.defect.as_deref() == Some("GetDeletesWithoutRecheck")));
        assert!(cells.iter().all(|cell| cell.pattern == "ttl_cache" && cell.engine == Engine::Loom));
        let nothing = filtered("no such check", &[]).expect_err("nothing matches").to_string();
        assert!(nothing.starts_with("no check matches `no such check`"), "{nothing}");
    }

    #[test]
    fn the_programs_are_those_of_one_shard() {
        let of = |part| Arguments { engine: vec!["dpor".to_owned()], shard: Some((part, 2)), ..Arguments::default() };
        let programs = |part| {
            let cells = selected(&of(part)).expect("there are some");
            cells.iter().filter(|cell| cell.check.starts_with(Listing::PROGRAMS)).count()
        };
        assert!(programs(0) > 0 && programs(1) == 0);
    }
}
