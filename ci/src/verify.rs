//! `cargo verify`: every cell of the catalogue in a process of its own, on all cores.
//!
//! A check that hangs, dies or eats memory is a verdict, `CUT` or `CRASHED`, and never a hung run.
//! What is asked for is looked at before anything is built, and results are never lost: the table is
//! printed, and every other file written, even where one file cannot be. An interrupt leaves the table of what was done.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context, anyhow, bail};
use cli::process::{self, End};
use cli::{interrupt, note, output, say};
use selvedge::check::Engine;
use selvedge::check::protocol::litmus::Table;
use selvedge::check::protocol::{Cell, Effort, Listing, Row};

use crate::arguments::{Arguments, TIME_LIMIT};
use crate::builds::{self, CFGS, Runner};
use crate::cell::GRACE;
use crate::page::about::About;
use crate::view::View;
use crate::{annotations, cell, cells, junit, known, litmus, page, saved, table};

/// For how many seconds a check runs before its progress is shown.
const QUIET: usize = 3;
/// What a program may take to say what checks it has.
const LISTED: Duration = Duration::from_secs(30);

/// Whether every cell is what it should be.
pub fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    // Before an hour of work, and not after it.
    cli::arguments::executions()?;
    let results = [("--json", &arguments.json), ("--html", &arguments.html), ("--junit", &arguments.junit)];
    output::writable(&results)?;
    if let Some(path) = &arguments.replay {
        let is_it = |file: &PathBuf| output::is_same(file, path);
        if let Some((flag, _)) = results.iter().find(|(_, file)| file.as_ref().is_some_and(is_it)) {
            bail!("{flag} would write over the failure, {}", path.display());
        }
        let (row, program) = saved::replay(path, &View::new())?;
        saved::print(&row);
        write(arguments, std::slice::from_ref(&row), &[], &listing(&program)?)?;
        return Ok(row.ok);
    }
    let engines = arguments.engines()?;
    arguments.filter.as_deref().map_or(Ok(()), known::filter).map_err(anyhow::Error::msg)?;
    for folder in [&arguments.resume, &arguments.save].into_iter().flatten() {
        fs::create_dir_all(folder).with_context(|| format!("failed to make the folder {}", folder.display()))?;
    }
    let view = View::new();
    let soonest = CFGS.into_iter().find(|&cfg| engines.iter().any(|engine| engine.cfg() == cfg));
    let soonest = soonest.expect("there is an engine");
    let program = models(soonest, &view)?;
    let listing = listing(&program)?;
    let cells = arguments.select(&engines, &listing)?;
    if arguments.list {
        view.end();
        say!("{}", table::list(&cells, output::columns()));
        return Ok(true);
    }
    let built = match arguments.runner() {
        Runner::Models => BTreeMap::from([(soonest, program)]),
        _ => BTreeMap::new(),
    };
    view.begin(cells.len());
    let (mut rows, built) = cells::run(&cells, arguments.jobs(), built, arguments.runner(), &view, |cell, program| {
        let limit = arguments.limit(cell, &cells);
        let mut command = match arguments.draw {
            Some(effort) => drawing(cell, arguments, program, limit, effort),
            None => check(cell, arguments, program, limit),
        };
        run_cell(cell, &mut command, limit, &view)
    });
    // The rows of the engines that can tell what real threads could not.
    let mut told = BTreeMap::new();
    let whole = rows.len() == cells.len();
    let met = |row: &Row| !row.ok && row.verdict == "failed" && row.engine == Engine::Threads.name();
    let escalated = rows.iter_mut().enumerate().filter(|(_, row)| whole && met(row)).try_for_each(|(number, row)| {
        told.extend(escalate(row, &cells, arguments, &view)?.map(|found| (number, found)));
        anyhow::Ok(())
    });
    // After the cells, when nothing else runs: threads that do not run at once show nothing.
    let tables = match arguments.litmus() && whole {
        true => builds::runner(Runner::Stress, None, |far| view.build(far))
            .and_then(|stress| litmus::run(&stress, listing.litmus)),
        false => Ok(Vec::new()),
    };
    view.end();
    let litmus = tables.as_deref().unwrap_or_default();
    let folder = arguments.save.clone().unwrap_or_else(|| builds::target(None).join("failures"));
    let files = saved::save(&rows, &told, &folder, arguments.save.is_some());
    let none = BTreeMap::new();
    let mut said =
        table::report(&rows, files.as_ref().unwrap_or(&none), output::columns()) + "\n" + &litmus::report(litmus);
    if env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true") {
        said += &annotations::of(&rows);
    }
    say!("{}", said.trim_end());
    if !whole {
        // A page or a document of JUnit has no place to say so.
        let why = if interrupt::came() { "interrupted: " } else { "" };
        note!("{why}{} of {} checks were run", rows.len(), cells.len());
        json_file(arguments, &rows, whole)?;
        return built.map(|()| true);
    }
    write(arguments, &rows, litmus, &listing)?;
    let ok = rows.iter().all(|row| row.ok) && litmus.iter().flat_map(Table::errors).next().is_none();
    // Last, so that nothing is lost where failures cannot be saved, engines not asked, or litmus programs not run.
    files?;
    escalated?;
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
        json_file(arguments, rows, true),
        write(&arguments.html, &|| page::render(rows, litmus, listing, &About::this("cargo verify", arguments.seed))),
        write(&arguments.junit, &|| junit::render("cargo verify", rows)),
    ];
    written.into_iter().collect()
}

/// Writes the results as JSON, if that was asked for: the whole of them, or those that there are.
fn json_file(arguments: &Arguments, rows: &[Row], whole: bool) -> anyhow::Result<()> {
    arguments.json.as_ref().map_or(Ok(()), |path| output::write(path, &json(rows, whole)?))
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
fn json(rows: &[Row], whole: bool) -> anyhow::Result<String> {
    let (programs, results): (Vec<&Row>, Vec<&Row>) =
        rows.iter().partition(|row| row.check.starts_with(Listing::PROGRAMS));
    let mut document = serde_json::json!({ "schema": 1, "results": results, "programs": programs });
    if !whole {
        document["incomplete"] = true.into();
    }
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
    command.args(["--seed", &arguments.seed.to_string(), "--time-limit-ms", &limit.as_millis().max(1).to_string()]);
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
