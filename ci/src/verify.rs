//! Runs every cell of some checks in a process of its own, on all cores.
//!
//! A check that hangs, dies or eats memory is a verdict, `CUT` or `CRASHED`, and never a hung run.
//! Arguments are checked before anything is built, and results are never lost: the table is printed, and every other
//! file is written, even if one file cannot be written. An interrupt leaves the table of the cells that have run.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs};

use anyhow::{Context, bail};
use cli::{files, interrupt, note, output, say};
use selvedge::check::protocol::litmus::Table;
use selvedge::check::protocol::orderings::strengths;
use selvedge::check::protocol::{Cell, Listing, Row};
use selvedge::check::{Engine, Environment, Status};

use crate::arguments::Arguments;
use crate::checks::{Asked, Checks};
use crate::page::about::About;
use crate::view::View;
use crate::{annotations, cell, cells, junit, litmus, orderings, page, saved, table};

/// How many seconds a check runs before its progress is shown.
const QUIET: usize = 3;

/// Whether every cell is what it should be.
pub fn run<C: Checks>(checks: &C, arguments: &Arguments) -> anyhow::Result<bool> {
    // An invalid environment is reported before an hour of work, and not after it.
    Environment::read().map_err(anyhow::Error::msg)?;
    let results = [("--json", &arguments.json), ("--html", &arguments.html), ("--junit", &arguments.junit)];
    files::writable(&results)?;
    if let Some(path) = &arguments.replay {
        let is_it = |file: &PathBuf| files::is_same(file, path);
        if let Some((flag, _)) = results.iter().find(|(_, file)| file.as_ref().is_some_and(is_it)) {
            bail!("{flag} would write over the failure, {}", path.display());
        }
        let (row, listing) = checks.replay(path, &saved::read(path)?, &View::new())?;
        saved::print(&row);
        write(checks, arguments, std::slice::from_ref(&row), &[], &listing)?;
        return Ok(row.ok);
    }
    let engines = arguments.engines()?;
    arguments.filter.as_deref().map_or(Ok(()), |filter| checks.filter(filter))?;
    for folder in [&arguments.resume, &arguments.save].into_iter().flatten() {
        fs::create_dir_all(folder).with_context(|| format!("failed to make the folder {}", folder.display()))?;
    }
    let view = View::new();
    let (listing, built) = checks.list(&engines, &view)?;
    let cells = arguments.select(&engines, &listing)?;
    if arguments.list {
        view.end();
        say!("{}", table::list(&cells, output::columns()));
        return Ok(true);
    }
    view.begin(cells.len());
    let (mut rows, built) = cells::run(checks, &cells, arguments.jobs(), built, &view, |cell, built| {
        let limit = checks.limit(cell, &cells, arguments);
        run_cell(checks, &Asked { cell, arguments, limit, program: None, behaviours: false }, built, &view)
    });
    // The rows of engines with stories for failures of real threads.
    let mut told = BTreeMap::new();
    let whole = rows.len() == cells.len();
    let met = |row: &Row| !row.ok && row.verdict == Status::Failed && row.engine == Engine::Threads;
    let met: Vec<usize> = (0..rows.len()).filter(|&number| whole && met(&rows[number])).collect();
    let escalated = met.into_iter().try_for_each(|number| {
        let (failure, found) = escalate(checks, &rows, number, &cells, arguments, &view)?;
        rows[number].failure = failure;
        if let Some(found) = found {
            rows[number].story = found.story.clone();
            told.insert(number, found);
        }
        anyhow::Ok(())
    });
    // After the cells, when nothing else runs: threads that do not run in parallel show nothing.
    let tables = if whole { checks.litmus(arguments, &listing, &view) } else { Ok(Vec::new()) };
    view.end();
    let litmus = tables.as_deref().unwrap_or_default();
    let folder = arguments.save.clone().unwrap_or_else(|| checks.failures());
    let files = saved::save(&rows, &told, &folder, arguments.save.is_some());
    let saved = files.iter().flatten();
    let again = saved.map(|(number, path)| (*number, checks.how_to(path))).collect();
    let mut said = match arguments.weaken {
        true => orderings::report(&rows, arguments.filter.is_none(), output::columns()),
        false => table::report(&rows, &again, output::columns()) + "\n" + &litmus::report(litmus),
    };
    if env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true") {
        said += &annotations::of(&rows);
    }
    say!("{}", said.trim_end());
    if !whole {
        // A page or a JUnit document has no place to say so.
        let why = if interrupt::came() { "interrupted: " } else { "" };
        note!("{why}{} of {} checks were run", rows.len(), cells.len());
        json_file(arguments, &rows, whole)?;
        let good = rows.iter().all(|row| row.ok);
        // An interrupt ends a build, too, which is no error then.
        return if interrupt::came() { Ok(good) } else { built.map(|()| good) };
    }
    write(checks, arguments, &rows, litmus, &listing)?;
    let ok = rows.iter().all(|row| row.ok) && litmus.iter().flat_map(Table::errors).next().is_none();
    // Last, so that nothing is lost if failures cannot be saved, engines not asked, or litmus programs not run.
    files?;
    escalated?;
    tables?;
    Ok(ok)
}

/// Writes the results to every file that was asked for, and only then returns the first error.
fn write(
    checks: &impl Checks,
    arguments: &Arguments,
    rows: &[Row],
    litmus: &[Table],
    listing: &Listing,
) -> anyhow::Result<()> {
    let write = |path: &Option<PathBuf>, render: &dyn Fn() -> anyhow::Result<String>| match path {
        Some(path) => files::write(path, &render()?),
        None => Ok(()),
    };
    let written = [
        json_file(arguments, rows, true),
        write(&arguments.html, &|| page::render(rows, litmus, listing, &About::this(checks.command(), arguments.seed))),
        write(&arguments.junit, &|| junit::render(checks.command(), rows)),
    ];
    written.into_iter().collect()
}

/// Writes the results as JSON, if that was asked for; `whole` says whether they are complete.
fn json_file(arguments: &Arguments, rows: &[Row], whole: bool) -> anyhow::Result<()> {
    arguments.json.as_ref().map_or(Ok(()), |path| files::write(path, &json(rows, whole)?))
}

/// Looks for a failure that real threads have met, but have no story of, under engines that have: `dpor`, and loom for those
/// that need weak memory. Returns what is told of it then, and the row of the engine that finds it.
fn escalate<C: Checks>(
    checks: &C,
    rows: &[Row],
    number: usize,
    cells: &[Cell],
    arguments: &Arguments,
    view: &View,
) -> anyhow::Result<(Option<String>, Option<Row>)> {
    let row = &rows[number];
    let cell = cells.iter().find(|cell| cell::is_of(row, cell)).expect("a row belongs to a cell");
    let told = |more: &str| row.failure.as_ref().map(|met| format!("{met}\n{more}"));
    let mut tried = Vec::new();
    for engine in [Engine::Dpor, Engine::Loom] {
        let cell = &Cell { engine, ..cell.clone() };
        let run_before = rows.iter().find(|row| cell::is_of(row, cell));
        let found = match run_before.filter(|_| row.program.is_none()) {
            Some(found) => found.clone(),
            None => {
                let program = row.program.as_ref();
                let asked = Asked { cell, arguments, limit: arguments.limit(), program, behaviours: false };
                let built = checks.build(engine.cfg(), view)?;
                view.build(&format!("asking {} why {} fails", engine.name(), row.check));
                run_cell(checks, &asked, &built, view)
            }
        };
        if found.verdict == Status::Failed {
            let what = found.failure.as_deref().unwrap_or_default();
            return Ok((told(&format!("{} finds: {what}", engine.name())), Some(found)));
        }
        tried.push(match found.verdict {
            Status::Crashed => format!("{} cannot say: {}", engine.name(), found.failure.unwrap_or_default()),
            verdict => format!("{} does not find it ({verdict} {})", engine.name(), found.executions),
        });
    }
    Ok((told(&tried.join("; ")), None))
}

/// The results as one JSON document.
fn json(rows: &[Row], whole: bool) -> anyhow::Result<String> {
    let (programs, results): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.is_of_programs());
    let mut document = serde_json::json!({ "schema": 1, "results": results, "programs": programs });
    if rows.iter().any(|row| row.orderings.is_some()) {
        document["orderings"] = serde_json::to_value(strengths(rows))?;
    }
    if !whole {
        document["incomplete"] = true.into();
    }
    Ok(serde_json::to_string_pretty(&document)?)
}

fn run_cell<C: Checks>(checks: &C, asked: &Asked<'_>, built: &C::Built, view: &View) -> Row {
    let lines = AtomicUsize::new(0);
    checks.run(asked, built, &|line| {
        if lines.fetch_add(1, Ordering::Relaxed) >= QUIET {
            view.long(&format!("{} under {}: {line}", asked.cell.check, asked.cell.engine.name()));
        }
    })
}
