//! Failures as files: saved where a run met them, and run again by `--replay FILE`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use cli::{input, say};
use selvedge::check::Status;
use selvedge::check::protocol::{Row, Saved};

use crate::table;

/// Saves failures in a folder: the unexpected ones, or `all`. For some rows, the row of another engine that has `told`
/// the story is saved instead. Returns the files, by the numbers of the rows.
pub fn save(
    rows: &[Row],
    told: &BTreeMap<usize, Row>,
    folder: &Path,
    all: bool,
) -> anyhow::Result<BTreeMap<usize, PathBuf>> {
    let mut files = BTreeMap::new();
    let wanted = |row: &Row| row.verdict == Status::Failed && (all || !row.ok);
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

/// Reads a failure.
pub fn read(path: &Path) -> anyhow::Result<Saved> {
    Saved::parse(&input::text(path)?).map_err(|error| anyhow!("{}: {error}", path.display()))
}

/// The outcome of a replay, in a sentence.
pub fn outcome(row: &Row) -> String {
    let subject = row.defect.as_deref().unwrap_or(&row.subject);
    match (row.verdict, row.ok) {
        (Status::Failed, true) => format!("{} with {subject} fails again, as it did:", row.check),
        (Status::Failed, false) if row.defect.is_some() => {
            format!("{} with {subject} fails in another way:", row.check)
        }
        (Status::Failed, false) => format!("{} still fails:", row.check),
        (_, true) => format!("{} does not fail any more", row.check),
        (_, false) => format!("{} with {subject} does not fail any more", row.check),
    }
}

/// Prints the outcome of a replay, with its story.
pub fn print(row: &Row) {
    say!("{}", outcome(row));
    if row.verdict == Status::Failed {
        say!("{}", table::failure(row));
    }
}
