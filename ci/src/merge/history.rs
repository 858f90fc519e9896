//! Nights as small JSON files, one for each night: what was done, and what broke, for later nights.

use std::fs;
use std::path::Path;

use anyhow::Context;
use cli::files;
use serde::{Deserialize, Serialize};

use super::cause::Cause;

/// The version of the format.
const SCHEMA: u32 = 1;

/// The record of a night.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The version of the format.
    pub schema: u32,
    /// Its name.
    pub night: String,
    /// When it began, in seconds since 1970.
    pub began: u64,
    /// How many shards there were, and how many of them have finished.
    pub shards: usize,
    pub finished: usize,
    /// How long all of them have worked, in seconds.
    pub worked: u64,
    /// Schedules.
    pub schedules: u64,
    /// Different traces.
    pub traces: u64,
    /// Checks for which every trace was explored.
    pub exhausted: usize,
    /// Why checks failed.
    pub failures: Vec<Cause>,
}

impl Entry {
    /// An empty entry.
    pub fn new(night: String, began: u64) -> Self {
        let (shards, finished, worked, schedules, traces, exhausted) = (0, 0, 0, 0, 0, 0);
        let failures = Vec::new();
        Entry { schema: SCHEMA, night, began, shards, finished, worked, schedules, traces, exhausted, failures }
    }

    fn file_name(&self) -> String {
        format!("{}.json", self.night)
    }
}

/// The nights before this one.
#[derive(Clone, Debug, Default)]
pub struct History(Vec<Entry>);

impl History {
    /// Reads the nights in a folder, if it exists. `night` itself, which may be merged again, is left out.
    pub fn read(folder: &Path, night: &Entry) -> anyhow::Result<Self> {
        let mut entries = Vec::new();
        let files = match fs::read_dir(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(History::default()),
            files => files.with_context(|| format!("failed to read the folder {}", folder.display()))?,
        };
        for file in files {
            let path = file?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let text = fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))?;
            let entry: Entry =
                serde_json::from_str(&text).with_context(|| format!("{} is no night of a history", path.display()))?;
            entries.push(entry);
        }
        Ok(History::of(entries, night))
    }

    /// The entries that began before `night`.
    pub fn of(mut entries: Vec<Entry>, night: &Entry) -> Self {
        entries.retain(|entry| entry.night != night.night && entry.began <= night.began);
        entries.sort_by(|one, other| (one.began, &one.night).cmp(&(other.began, &other.night)));
        History(entries)
    }

    /// The nights, the oldest first.
    pub fn nights(&self) -> &[Entry] {
        &self.0
    }

    /// The first night that had a failure of this cause.
    pub fn first(&self, cause: &Cause) -> Option<&str> {
        // A night's cause has all engines that found it, so causes are compared without their engines.
        let same = |known: &Cause| known.is(&Cause { engines: Vec::new(), ..cause.clone() });
        let night = self.0.iter().find(|entry| entry.failures.iter().any(same));
        night.map(|entry| entry.night.as_str())
    }
}

/// Adds a night to the folder.
pub fn add(folder: &Path, entry: &Entry) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("failed to make the folder {}", folder.display()))?;
    files::write(&folder.join(entry.file_name()), &(serde_json::to_string_pretty(entry)? + "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn entry(night: &str, began: u64, failures: Vec<Cause>) -> Entry {
        Entry { failures, ..Entry::new(night.to_owned(), began) }
    }

    #[test]
    fn a_failure_is_known_since_the_first_night_that_had_it() {
        let cause = Cause::of(&fixture::lost_write());
        let other = Cause { check: "other/check".to_owned(), ..cause.clone() };
        let nights = vec![
            entry("c", 3, vec![cause.clone()]),
            entry("a", 1, vec![other]),
            entry("b", 2, vec![cause.clone()]),
            entry("later", 9, vec![cause.clone()]),
        ];
        let tonight = entry("tonight", 5, Vec::new());
        let history = History::of(nights, &tonight);
        assert_eq!(history.first(&cause), Some("b"));
        assert_eq!(history.nights().iter().map(|night| night.night.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
        let unknown = Cause { lines: Vec::new(), headline: "another".to_owned(), ..cause };
        assert_eq!(history.first(&unknown), None);
    }

    #[test]
    fn a_night_that_is_merged_again_does_not_know_itself() {
        let folder = std::env::temp_dir().join(format!("selvedge-night-history-{}", std::process::id()));
        let tonight = entry("tonight", 5, vec![Cause::of(&fixture::lost_write())]);
        assert!(History::read(&folder, &tonight).unwrap().nights().is_empty(), "there is no folder");
        add(&folder, &tonight).unwrap();
        assert!(History::read(&folder, &tonight).unwrap().nights().is_empty());
        let tomorrow = entry("tomorrow", 6, Vec::new());
        assert_eq!(History::read(&folder, &tomorrow).unwrap().nights(), [tonight]);
        fs::write(folder.join("wrong.json"), "[]").unwrap();
        let why = History::read(&folder, &tomorrow).unwrap_err().to_string();
        assert!(why.contains("wrong.json is no night of a history"), "{why}");
        fs::remove_dir_all(&folder).unwrap();
    }
}
