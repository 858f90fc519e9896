//! What a check reports: its cells and rows to the runner, if that [asks](crate::check::protocol), and its failure to a
//! file, from which it is run again.

use std::env;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use super::body::Body;
use super::names::{Names, target};
use crate::check::config::{Check, Config};
use crate::check::engine;
use crate::check::engines::Engine;
use crate::check::environment::Environment;
use crate::check::explorer::{Explorer, Test};
use crate::check::orderings::Weakening;
use crate::check::programs::Explored;
use crate::check::progress::{FailureListener, Listener};
use crate::check::protocol::{Cell, Listing, Row, Saved};
use crate::check::verdict::{Failure, Report};

/// Adds the check to the list that the runner asks for.
#[track_caller]
pub(super) fn list(test: &Test, names: &Names, body: Body<'_>, file: &Path) {
    let built = Engine::ALL.into_iter().filter(|&engine| engine.is_built() && body.is_for(engine));
    let cells: Vec<Cell> = built.map(|engine| cell(test, names, engine)).collect();
    add(file, &Listing::of(cells));
}

/// Sets an exploration up as the runner asks.
pub(super) fn prepare(mut config: Config, environment: &Environment) -> Config {
    config.shard = environment.shard.unwrap_or(config.shard);
    config.resume = environment.resume.clone().or(config.resume);
    if environment.behaviours == Some(true) {
        // A check is one program, whoever explores it.
        config.behaviours = Some(0);
    }
    if environment.rows.is_some() {
        config.listener = Some(Listener(Arc::new(|progress| println!("{progress}"))));
        let tell = |failure: &Failure| println!("found, and being simplified: {}", failure.headline);
        config.failure_listener = Some(FailureListener(Arc::new(tell)));
    }
    config
}

/// Reports the result of an engine to the runner; without a runner, saves a failure, and says how to run it again.
#[track_caller]
pub(super) fn tell(test: &Test, names: &Names, explored: &Explored<String>, environment: &Environment) -> String {
    let row = row(test, names, &explored.report);
    let row = match explored.programs {
        0 => row,
        count => {
            let (programs, exhausted) = (Some(count), Some(explored.exhausted));
            Row { programs, exhausted, program: explored.failing.clone(), ..row }
        }
    };
    if let Some(file) = &environment.rows {
        add(file, &row);
        return String::new();
    }
    // An expected failure is not saved.
    match (Saved::of(&row).filter(|_| !row.ok), target()) {
        (Some(saved), Some(target)) => save(&saved, names, &target.join("selvedge")),
        _ => String::new(),
    }
}

/// Tells the runner what came of lower orderings.
#[track_caller]
pub(super) fn tell_weakened(test: &Test, names: &Names, weakening: &Weakening, environment: &Environment) {
    let row = row(test, names, &weakening.report).weakened(weakening);
    environment.rows.iter().for_each(|file| add(file, &row));
}

fn row(test: &Test, names: &Names, report: &Report) -> Row {
    let row = Row::of(&cell(test, names, report.engine), report);
    match test.expected(report.engine, report) {
        Ok(()) => Row { ok: true, ..row },
        Err(why) => Row { ok: false, failure: row.failure.or(Some(why)), ..row },
    }
}

fn cell(test: &Test, names: &Names, engine: Engine) -> Cell {
    Cell {
        check: names.check.clone(),
        pattern: names.program.clone(),
        subject: test.defect.as_ref().unwrap_or(&names.test).clone(),
        defect: test.defect.clone(),
        property: test.name.as_ref().unwrap_or(&names.test).clone(),
        engine,
        expected: test.expectation(engine),
        test: Some(names.test.clone()),
    }
}

/// Adds a line to a file, which the runner reads when this process has ended.
#[track_caller]
fn add(file: &Path, told: &impl Serialize) {
    let line = serde_json::to_string(told).expect("it is plain") + "\n";
    let write = || OpenOptions::new().create(true).append(true).open(file)?.write_all(line.as_bytes());
    write().unwrap_or_else(|error| panic!("failed to write to {}: {error}", file.display()));
}

/// Saves a failure, and says where, and how to run it again.
fn save(saved: &Saved, names: &Names, folder: &Path) -> String {
    let file = folder.join(saved.file_name());
    let text = serde_json::to_string_pretty(saved).expect("it is plain") + "\n";
    if let Err(error) = fs::create_dir_all(folder).and_then(|()| fs::write(&file, text)) {
        return format!("\nnot saved: failed to write to {}: {error}", file.display());
    }
    let target = env::var("CARGO_TARGET_DIR").map(|folder| format!("CARGO_TARGET_DIR='{folder}' "));
    let cfg = saved.engine.cfg().map(|cfg| format!("RUSTFLAGS=\"--cfg {cfg}\" "));
    let package = env::var("CARGO_MANIFEST_DIR").map(|folder| format!(" --manifest-path '{folder}/Cargo.toml'"));
    format!(
        "\nagain: {}SELVEDGE_REPLAY='{}' {}cargo test{} -- --exact {}",
        cfg.unwrap_or_default(),
        file.display(),
        target.unwrap_or_default(),
        package.unwrap_or_default(),
        names.test
    )
}

/// Runs a saved failure again, if it is this check's; `None` if it belongs to another check of the test.
#[track_caller]
pub(super) fn replay(
    test: &Test,
    names: &Names,
    config: &Config,
    body: Body<'_>,
    environment: &Environment,
    file: &Path,
) -> Option<Report> {
    let saved = read(file).unwrap_or_else(|error| panic!("SELVEDGE_REPLAY={}: {error}", file.display()));
    if (&saved.check, &saved.defect) != (&names.check, &test.defect) {
        let own = saved.test.as_ref() == Some(&names.test);
        let theirs = saved.test.as_deref().unwrap_or(&saved.check);
        assert!(own, "SELVEDGE_REPLAY={}: that is a failure of {}, in the test {theirs}", file.display(), saved.check);
        return None;
    }
    let engine = saved.engine;
    let config = Config { engine, simplify: false, seed: saved.seed.unwrap_or(0), ..config.clone() };
    let replayed = match (body, &saved.program) {
        (Body::Closure(check), None) => Ok(engine::replay(&config, &saved.story, Check::clone(check))),
        (Body::Programs { programs, .. }, Some(program)) => {
            programs.replay(program, &saved.story, &Explorer { config, test: None })
        }
        _ => Err("what is checked has changed: it has programs, or had some".to_owned()),
    };
    let (report, diverged) = replayed.unwrap_or_else(|error| panic!("SELVEDGE_REPLAY={}: {error}", file.display()));
    let row = saved.judge(row(test, names, &report), diverged);
    let row = row.unwrap_or_else(|error| panic!("SELVEDGE_REPLAY={}: {error}", file.display()));
    if let Some(rows) = &environment.rows {
        add(rows, &row);
    }
    assert!(row.ok, "under {}, again: {report}", engine.name());
    println!("{} under {}, again: {report}", names.check, engine.name());
    Some(report)
}

/// Reads a saved failure; a relative path starts where the command was typed, which is not where cargo runs a test.
fn read(file: &Path) -> Result<Saved, String> {
    let typed = env::var_os("PWD").map(PathBuf::from).unwrap_or_default().join(file);
    let text = fs::read_to_string(if typed.exists() { &typed } else { file });
    Saved::parse(&text.map_err(|error| format!("failed to read it: {error}"))?)
}
