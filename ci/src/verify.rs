//! `cargo verify`: every cell of the catalogue in a process of its own, on all cores.
//!
//! A check that hangs, dies or eats memory is a verdict, `CUT` or `CRASHED`, and never a hung run.
//! What is asked for is looked at before anything is built, and results are never lost: the table is
//! printed, and every other file written, even where one file cannot be.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use models::catalogue::{self, Cell};
use models::litmus::Table;
use models::programs;
use models::programs::drawn::Effort;
use models::row::Row;
use selvedge::check::Engine;

use crate::builds::{self, Runner};
use crate::cell::GRACE;
use crate::{annotations, cell, junit, litmus, output, page, saved, table};

/// What a check may take where nothing is said, as in the pipeline.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// For how many seconds a check runs before its progress is shown.
const QUIET: usize = 3;
/// Where there is no terminal, one line of progress in so many seconds.
const SELDOM: usize = 10;

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
    #[arg(long, value_name = "K/N", value_parser = catalogue::parse_shard)]
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
        let row = saved::replay(path)?;
        saved::print(&row);
        write(arguments, std::slice::from_ref(&row), &[])?;
        return Ok(row.ok);
    }
    let cells = select(arguments)?;
    if arguments.list {
        println!("{}", table::list(&cells));
        return Ok(true);
    }
    if let Some(folder) = &arguments.resume {
        fs::create_dir_all(folder).with_context(|| format!("failed to make the folder {}", folder.display()))?;
    }
    let mut programs = BTreeMap::new();
    for cell in &cells {
        if let Entry::Vacant(entry) = programs.entry(cell.engine.cfg()) {
            let program = builds::runner(arguments.runner(), *entry.key())?;
            entry.insert(program);
        }
    }
    let stress = arguments.litmus().then(|| builds::runner(Runner::Stress, None)).transpose()?;
    let mut rows = run_cells(&cells, arguments, &programs);
    // The rows of the engines that can tell what real threads could not.
    let mut told = BTreeMap::new();
    for (number, row) in rows.iter_mut().enumerate() {
        if !row.ok && row.verdict == "failed" && row.engine == Engine::Threads.name() {
            told.extend(escalate(row, &cells, arguments)?.map(|found| (number, found)));
        }
    }
    // After the cells, when nothing else runs: threads that do not run at once show nothing.
    let tables = stress.as_deref().map_or(Ok(Vec::new()), litmus::run);
    let litmus = tables.as_deref().unwrap_or_default();
    let folder = arguments.save.clone().unwrap_or_else(|| builds::target(None).join("failures"));
    let files = saved::save(&rows, &told, &folder, arguments.save.is_some());
    let none = BTreeMap::new();
    anstream::println!("{}", table::report(&rows, files.as_ref().unwrap_or(&none)));
    print!("{}", litmus::report(litmus));
    if env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true") {
        print!("{}", annotations::of(&rows));
    }
    write(arguments, &rows, litmus)?;
    let ok = rows.iter().all(|row| row.ok) && litmus.iter().flat_map(Table::errors).next().is_none();
    // Last, so that nothing is lost where failures cannot be saved, or litmus programs not run.
    files?;
    tables?;
    Ok(ok)
}

/// Writes the results wherever they were asked for: all of them, before the first error ends it.
fn write(arguments: &Arguments, rows: &[Row], litmus: &[Table]) -> anyhow::Result<()> {
    let write = |path: &Option<PathBuf>, render: &dyn Fn() -> anyhow::Result<String>| match path {
        Some(path) => output::write(path, &render()?),
        None => Ok(()),
    };
    let written = [
        write(&arguments.json, &|| json(rows)),
        write(&arguments.html, &|| page::render(rows, litmus)),
        write(&arguments.junit, &|| junit::render("cargo verify", rows)),
    ];
    written.into_iter().collect()
}

/// Looks for what real threads have met, and could not tell, under the engines that can: `dpor`, and loom for what
/// it takes weak memory to see.
fn escalate(row: &mut Row, cells: &[Cell], arguments: &Arguments) -> anyhow::Result<Option<Row>> {
    let cell = cells.iter().find(|cell| cell.check == row.check && cell.defect == row.defect);
    let cell = cell.expect("a row belongs to a cell");
    let limit = arguments.time_limit.unwrap_or(TIME_LIMIT);
    let mut tried = Vec::new();
    for engine in [Engine::Dpor, Engine::Loom] {
        let cell = Cell { engine, ..cell.clone() };
        let mut command = check(&cell, arguments, &builds::runner(Runner::Models, engine.cfg())?, limit);
        if let Some(program) = &row.program {
            command.arg("--program").arg(serde_json::to_string(program)?);
        }
        let found = run_cell(&cell, &mut command, limit, &ProgressBar::hidden());
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
    let (programs, results): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| programs::is_programs(&row.check));
    let document = serde_json::json!({ "schema": 1, "results": results, "programs": programs });
    Ok(serde_json::to_string_pretty(&document)?)
}

fn select(arguments: &Arguments) -> anyhow::Result<Vec<Cell>> {
    if arguments.shard.is_some() && arguments.engine != [Engine::Dpor.name()] {
        bail!("only dpor's search has parts: `--shard` needs `--engine dpor`, and no other engine");
    }
    for name in &arguments.engine {
        if Engine::from_name(name).is_none() {
            let names = Engine::ALL.map(Engine::name).join(", ");
            bail!("there is no engine `{name}`; there are {names}");
        }
    }
    let wanted = |cell: &Cell| {
        let engine = arguments.engine.is_empty() || arguments.engine.iter().any(|name| name == cell.engine.name());
        let filter = arguments.filter.as_deref().is_none_or(|filter| {
            let texts = [Some(&cell.check), Some(&cell.pattern), cell.defect.as_ref()];
            texts.into_iter().flatten().any(|text| text.contains(filter))
        });
        engine && filter
    };
    let structures = programs::structures().into_iter();
    let cells: Vec<Cell> = match arguments.draw {
        Some(_) => structures.flat_map(|structure| structure.drawn_cells()).filter(wanted).collect(),
        None => {
            // One machine of several explores the programs: they are many small searches, and none has parts.
            let programs = structures.filter(|_| arguments.shard.is_none_or(|(part, _)| part == 0));
            catalogue::cells().into_iter().chain(programs.map(|structure| structure.cell())).filter(wanted).collect()
        }
    };
    if cells.is_empty() {
        let filter = arguments.filter.as_deref().unwrap_or_default();
        bail!("no check matches `{filter}`; `cargo verify --list` names them all");
    }
    Ok(cells)
}

fn run_cells(cells: &[Cell], arguments: &Arguments, programs: &BTreeMap<Option<&str>, PathBuf>) -> Vec<Row> {
    let progress = progress(cells.len());
    let next = AtomicUsize::new(0);
    let rows: Mutex<BTreeMap<usize, Row>> = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..arguments.jobs() {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(cell) = cells.get(at) else { return };
                    progress.set_message(format!("{} under {}", cell.check, cell.engine.name()));
                    let (program, limit) = (&programs[&cell.engine.cfg()], arguments.limit(cell, cells));
                    let mut command = match arguments.draw {
                        Some(effort) => drawing(cell, arguments, program, limit, effort),
                        None => check(cell, arguments, program, limit),
                    };
                    let row = run_cell(cell, &mut command, limit, &progress);
                    progress.inc(1);
                    rows.lock().expect("no panic under this lock").insert(at, row);
                }
            });
        }
    });
    progress.finish_and_clear();
    rows.into_inner().expect("no panic under this lock").into_values().collect()
}

fn progress(cells: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        eprintln!("running {cells} checks");
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("[{bar:40}] {pos}/{len} {wide_msg}").expect("the template is valid");
    ProgressBar::new(cells as u64).with_style(style.progress_chars("=> "))
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

fn run_cell(cell: &Cell, command: &mut Command, limit: Duration, progress: &ProgressBar) -> Row {
    let lines = AtomicUsize::new(0);
    cell::run(cell, command, limit + GRACE, |line| {
        let line = format!("{} under {}: {line}", cell.check, cell.engine.name());
        let number = lines.fetch_add(1, Ordering::Relaxed);
        match progress.is_hidden() {
            false if number >= QUIET => progress.set_message(line),
            true if number % SELDOM == SELDOM - 1 => eprintln!("{line}"),
            _ => (),
        }
    })
}
