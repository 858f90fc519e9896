//! The state of a shard, which is written to disk as a whole after each slice, so that the shard can be killed at any
//! time.
//!
//! A killed slice does not count. It is run again with the same seed, and from the same place, since a slice's search
//! is a separate file until the slice has ended.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use cli::files;
use selvedge::check::protocol::Row;
use selvedge::check::{Behaviours, Status};
use serde::{Deserialize, Serialize};

use super::items::{Item, Kind};
use super::shard::Shard;

/// The version of the format.
const SCHEMA: u32 = 1;
/// The name of the file.
const FILE: &str = "state.json";
/// The results of so many slices are remembered.
const RECENT: usize = 3;

/// What identifies a night. It cannot change on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Night {
    /// Its name, of which its seeds are made.
    pub name: String,
    /// Which part this is.
    pub shard: Shard,
    /// How long each shard works.
    pub budget: Duration,
    /// The filter: other items are left out.
    pub filter: Option<String>,
}

/// The progress of an item.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Slices.
    pub slices: u32,
    /// The time that they took.
    pub seconds: f64,
    /// Executions; for a workload rounds. For a search, the last slice's number includes earlier slices.
    pub executions: u64,
    /// Programs, if they are drawn.
    pub programs: u64,
    /// For the last slices, how many new behaviours each found, and how many seconds it took.
    pub recent: Vec<(u64, f64)>,
    /// When it ran last, as a number of slices of the night.
    pub last: u64,
    /// The seeds that were used.
    pub seeds: Vec<u64>,
    /// There is nothing left to search in this part.
    pub exhausted: bool,
    /// Whether what holds under sequential consistency holds under C11 as well, if the search tells.
    pub sc_suffices: Option<bool>,
    /// The failure, if it failed: then it is not run again.
    pub failure: Option<Row>,
}

/// The state of a shard.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    schema: u32,
    /// Which night it is.
    pub night: Night,
    /// When it began, in seconds since 1970.
    pub began: u64,
    /// How long it has worked, in all its runs together.
    pub worked: Duration,
    /// Slices that have ended.
    pub slices: u64,
    /// The time is used up, or there is nothing left to do.
    pub finished: bool,
    /// The progress of items, by name.
    pub items: BTreeMap<String, Progress>,
    /// The behaviours of each check that were met, under all engines together.
    pub behaviours: BTreeMap<String, Behaviours>,
}

impl State {
    /// A night that begins.
    pub fn new(night: Night, began: u64) -> Self {
        State {
            schema: SCHEMA,
            night,
            began,
            worked: Duration::ZERO,
            slices: 0,
            finished: false,
            items: BTreeMap::new(),
            behaviours: BTreeMap::new(),
        }
    }

    /// Reads the state in a folder; `None` if no night was begun there.
    pub fn read(folder: &Path) -> anyhow::Result<Option<State>> {
        let path = folder.join(FILE);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            read => read.with_context(|| format!("failed to read {}", path.display()))?,
        };
        let state: State =
            serde_json::from_str(&text).with_context(|| format!("{} holds no state of a night", path.display()))?;
        if state.schema != SCHEMA {
            bail!("{} has format {}, and this version reads format {SCHEMA}", path.display(), state.schema);
        }
        if !state.night.shard.is_sound() {
            bail!("{} is of a shard that cannot be: {}", path.display(), state.night.shard);
        }
        Ok(Some(state))
    }

    /// Writes the state to a folder.
    pub fn write(&self, folder: &Path) -> anyhow::Result<()> {
        files::write(&folder.join(FILE), &serde_json::to_string(self)?)
    }

    /// The progress of an item.
    pub fn of(&self, item: &Item) -> Option<&Progress> {
        self.items.get(&item.name())
    }

    /// How many different behaviours of an item's check are known.
    pub fn known(&self, item: &Item) -> u64 {
        match item.kind {
            // The executions of a search are all different, and it is run for those that samplers have not met.
            Kind::Search => self.of(item).map_or(0, |progress| progress.executions),
            _ => self.behaviours.get(&item.cell.check).map_or(0, Behaviours::count),
        }
    }

    /// Adds the result of a slice; `seed` is the one that it used.
    pub fn add(&mut self, item: &Item, seed: Option<u64>, row: Row) {
        let before = self.known(item);
        if let Some(met) = &row.behaviours {
            self.behaviours.entry(item.cell.check.clone()).or_default().merge(met);
        }
        let progress = self.items.entry(item.name()).or_default();
        progress.slices += 1;
        progress.seconds += row.seconds;
        progress.executions = row.executions + if item.kind == Kind::Search { 0 } else { progress.executions };
        progress.programs += row.programs.unwrap_or(0);
        progress.last = self.slices;
        progress.seeds.extend(seed);
        progress.sc_suffices = row.sc_suffices;
        progress.exhausted = item.kind == Kind::Search && row.verdict == Status::Exhausted;
        let seconds = row.seconds;
        if ends(&row) {
            progress.failure = Some(Row { behaviours: None, ..row });
        }
        self.slices += 1;
        // The number is an estimate and may fall, though behaviours are never forgotten.
        let gained = self.known(item).saturating_sub(before);
        let recent = &mut self.items.get_mut(&item.name()).expect("it was added").recent;
        recent.push((gained, seconds));
        recent.drain(..recent.len().saturating_sub(RECENT));
    }

    /// What broke, with the names of the items.
    pub fn failures(&self) -> impl Iterator<Item = (&str, &Row)> {
        self.items.iter().filter_map(|(name, progress)| Some((name.as_str(), progress.failure.as_ref()?)))
    }

    /// Executions of all items together.
    pub fn executions(&self) -> u64 {
        self.items.values().map(|progress| progress.executions).sum()
    }

    /// Different traces of all checks together.
    pub fn traces(&self) -> u64 {
        self.behaviours.values().map(|behaviours| behaviours.traces.count()).sum()
    }
}

/// Whether the result of a slice ends the item as a failure. Running out of time does not.
fn ends(row: &Row) -> bool {
    !row.ok && row.verdict != Status::Cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::night::tests::{item, night, row};

    #[test]
    fn what_is_kept_is_what_was_known() {
        let folder = std::env::temp_dir().join(format!("selvedge-night-state-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        assert!(State::read(&folder).unwrap().is_none());
        let mut state = State::new(night(), 1);
        state.add(&item(Kind::Samples), Some(7), row(1.0, 10, &[1, 2, 3]));
        state.write(&folder).unwrap();
        let read = State::read(&folder).unwrap().unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), serde_json::to_value(&state).unwrap());
        fs::write(folder.join(FILE), "{}").unwrap();
        assert!(State::read(&folder).unwrap_err().to_string().contains("holds no state of a night"));
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_another_engine_has_met_is_not_new() {
        let mut state = State::new(night(), 1);
        let (one, mut other) = (item(Kind::Samples), item(Kind::Samples));
        other.cell.engine = selvedge::check::Engine::Surw;
        state.add(&one, Some(1), row(1.0, 10, &[1, 2, 3]));
        state.add(&other, Some(2), row(1.0, 10, &[2, 3, 4]));
        assert_eq!(state.of(&one).unwrap().recent, [(3, 1.0)]);
        assert_eq!(state.of(&other).unwrap().recent, [(1, 1.0)]);
        assert_eq!((state.slices, state.executions(), state.traces()), (2, 20, 4));
    }

    #[test]
    fn a_search_counts_all_its_slices_itself() {
        let mut state = State::new(night(), 1);
        let search = item(Kind::Search);
        let cut = |executions| Row { verdict: Status::Cut, ok: false, ..row(1.0, executions, &[]) };
        state.add(&search, None, cut(100));
        state.add(&search, None, cut(150));
        assert_eq!(state.executions(), 150);
        assert_eq!(state.of(&search).unwrap().recent, [(100, 1.0), (50, 1.0)]);
        assert_eq!(state.failures().count(), 0);
        assert!(!state.of(&search).unwrap().exhausted);
        state.add(&search, None, Row { verdict: Status::Exhausted, ..row(1.0, 160, &[]) });
        assert!(state.of(&search).unwrap().exhausted);
    }

    #[test]
    fn what_breaks_is_kept() {
        let mut state = State::new(night(), 1);
        for verdict in [Status::Failed, Status::Crashed, Status::Vacuous] {
            state.add(&item(Kind::Samples), Some(1), Row { verdict, ok: false, ..row(1.0, 1, &[]) });
            assert_eq!(state.failures().next().unwrap().1.verdict, verdict);
        }
    }
}
