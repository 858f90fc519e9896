//! Failures as files: saved where a run met them, and run again by `cargo verify --replay FILE`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use cli::process::{self, End};
use cli::{input, say};
use selvedge::check::protocol::{Row, Saved};

use crate::builds::{self, Runner};
use crate::view::View;
use crate::{known, table};

/// What a replay may take.
const LIMIT: Duration = Duration::from_secs(150);

/// Saves failures in a folder: the unexpected ones, or `all`. In the place of some rows stand those of another engine that
/// has `told` their story. Returns where each is, by the number of its row.
pub fn save(
    rows: &[Row],
    told: &BTreeMap<usize, Row>,
    folder: &Path,
    all: bool,
) -> anyhow::Result<BTreeMap<usize, PathBuf>> {
    let mut files = BTreeMap::new();
    let wanted = |row: &Row| row.verdict == "failed" && (all || !row.ok);
    let failures = rows.iter().enumerate().filter(|(_, row)| wanted(row));
    let teller = |(number, row)| Some((number, Saved::of(told.get(&number).unwrap_or(row))?));
    for (number, saved) in failures.filter_map(teller) {
        let path = folder.join(saved.file_name());
        let write = || {
            fs::create_dir_all(folder)?;
            fs::write(&path, serde_json::to_string_pretty(&saved)? + "\n")
        };
        write().with_context(|| format!("failed to save a failure in {}", path.display()))?;
        files.insert(number, path);
    }
    Ok(files)
}

/// How to see a saved failure again.
pub fn how_to(path: &Path) -> String {
    let path = path.strip_prefix(builds::root()).unwrap_or(path).display();
    format!(
        "  again:          cargo verify --replay {path}\n  in a browser:   cargo verify --replay {path} --html failure.html\n  \
         in every test:  cp {path} models/regressions/"
    )
}

/// Runs a saved failure again. Returns the program that did, too.
pub fn replay(path: &Path, view: &View) -> anyhow::Result<(Row, PathBuf)> {
    let text = input::text(path)?;
    let explain = |error: String| anyhow!("{}: {error}", path.display());
    let saved = Saved::parse(&text).map_err(explain)?;
    let engine = saved.engine().map_err(explain)?;
    known::check(&saved.check, saved.defect.as_deref()).map_err(explain)?;
    let program = builds::runner(Runner::Models, engine.cfg(), |far| view.build(far))?;
    view.end();
    match process::run(Command::new(&program).arg("replay").arg(fs::canonicalize(path)?), LIMIT, |_| ())? {
        End::Line(line) => Ok((serde_json::from_str(&line).context("the replay printed no result")?, program)),
        End::OutOfTime => bail!("killed after {LIMIT:?}: the replay did not end by itself"),
        End::Crashed(why) => bail!("the replay {why}"),
    }
}

/// What came of a replay, in a sentence.
pub fn outcome(row: &Row) -> String {
    let subject = row.defect.as_deref().unwrap_or(&row.subject);
    match (row.verdict.as_str(), row.ok) {
        ("failed", true) => format!("{} with {subject} fails again, as it did:", row.check),
        ("failed", false) if row.defect.is_some() => format!("{} with {subject} fails in another way:", row.check),
        ("failed", false) => format!("{} still fails:", row.check),
        (_, true) => format!("{} does not fail any more", row.check),
        (_, false) => format!("{} with {subject} does not fail any more", row.check),
    }
}

/// Prints the outcome of a replay, with its story.
pub fn print(row: &Row) {
    say!("{}", outcome(row));
    if row.verdict == "failed" {
        say!("{}", table::failure(row));
    }
}
