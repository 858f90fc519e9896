//! What a night is made of: the items among which its time is shared out.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use cli::files;
use selvedge::check::Engine;
use selvedge::check::protocol::{Cell, Column, Listing, Row};
use serde::{Deserialize, Serialize};

use super::seeds;
use crate::checks::{Asked, Cfg, Checks};
use crate::view::View;

/// The version of the format.
const SCHEMA: u32 = 1;
/// The name of the file.
const FILE: &str = "items.json";

/// How an item is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// `dpor`'s search of a check, which goes on from slice to slice.
    Search,
    /// Schedules of a check, drawn from a seed.
    Samples,
    /// Programs of a structure, drawn from a seed.
    Programs,
    /// A workload on real threads.
    Workload {
        /// In a build in which they are perturbed.
        perturbed: bool,
    },
}

/// A thing to spend time on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its place among all items, whatever the filter leaves of them: seeds are made of it.
    pub number: usize,
    /// What is run.
    pub cell: Cell,
    /// How.
    pub kind: Kind,
}

/// Whoever has what a night can be spent on. Items are run as cells are, unless they are something else.
pub trait Nights: Checks {
    /// What one types to spend one.
    fn night(&self) -> &'static str;

    /// Everything there is, and what was built to know it.
    fn items(&self, view: &View) -> anyhow::Result<(Items, BTreeMap<Cfg, Self::Built>)>;

    /// Builds what runs an item.
    fn build_item(&self, item: &Item, view: &View) -> anyhow::Result<Self::Built> {
        self.build(item.cfg(), view)
    }

    /// Runs a slice of an item: what it is asked names a folder of its own in `resume`, and in `save` that of failures.
    fn run_item(&self, _item: &Item, asked: &Asked<'_>, built: &Self::Built, tell: &dyn Fn(&str)) -> Row {
        self.run(asked, built, tell)
    }
}

impl Item {
    /// In which column of the report it stands.
    pub fn column(&self) -> Column {
        match self.kind {
            Kind::Workload { perturbed: true } => Column::Jitter,
            Kind::Workload { perturbed: false } => Column::Stress,
            _ => Column::Engine(self.cell.engine),
        }
    }

    /// The name in the state, and to people.
    pub fn name(&self) -> String {
        format!("{} under {}", self.cell.check, self.column())
    }

    /// Whether new behaviours of it can be told from old ones.
    pub fn is_measured(&self) -> bool {
        self.cell.engine.counts_behaviours()
    }

    /// Whether it starts from a seed.
    pub fn has_seed(&self) -> bool {
        self.kind != Kind::Search
    }

    /// The cfg of the build that runs it.
    pub fn cfg(&self) -> Cfg {
        match self.kind {
            Kind::Workload { perturbed: true } => Some(Column::Jitter.name()),
            _ => self.cell.engine.cfg(),
        }
    }

    fn is_wanted(&self, filter: Option<&str>) -> bool {
        filter.is_none_or(|filter| [&self.cell.check, &self.cell.pattern].iter().any(|text| text.contains(filter)))
    }
}

/// All items of a night, and what there is besides, for the page. They are kept in its folder, so that whoever merges shards
/// builds nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Items {
    schema: u32,
    all: Vec<Item>,
    /// What the programs have said that have them.
    pub listing: Listing,
}

impl Items {
    /// In the order in which they have their first slices.
    ///
    /// # Errors
    ///
    /// If there are more than seeds are made for.
    pub fn new(all: Vec<(Cell, Kind)>, listing: Listing) -> anyhow::Result<Items> {
        let item = |(number, (cell, kind))| Item { number, cell, kind };
        let all: Vec<Item> = all.into_iter().enumerate().map(item).collect();
        ensure!(all.len() <= seeds::ITEMS, "{} cells are too many for a night of {}", all.len(), seeds::ITEMS);
        Ok(Items { schema: SCHEMA, all, listing })
    }

    /// Those that a filter leaves.
    pub fn wanted(&self, filter: Option<&str>) -> Vec<Item> {
        self.all.iter().filter(|item| item.is_wanted(filter)).cloned().collect()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// Reads what is kept in a folder, if there is any.
    ///
    /// # Errors
    ///
    /// If it is of another version, or damaged.
    pub fn read(folder: &Path) -> anyhow::Result<Option<Items>> {
        let path = folder.join(FILE);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            read => read.with_context(|| format!("failed to read {}", path.display()))?,
        };
        let items: Items =
            serde_json::from_str(&text).with_context(|| format!("{} names no items of a night", path.display()))?;
        if items.schema != SCHEMA {
            bail!("{} has format {}, and this version reads format {SCHEMA}", path.display(), items.schema);
        }
        Ok(Some(items))
    }

    /// Keeps them in a folder.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    pub fn write(&self, folder: &Path) -> anyhow::Result<()> {
        files::write(&folder.join(FILE), &serde_json::to_string(self)?)
    }
}

/// What there is to be done of checks that have to hold: what can come to an end, and then what is drawn from seeds.
pub fn of_checks(cells: &[Cell]) -> Vec<(Cell, Kind)> {
    let holds = cells.iter().filter(|cell| cell.defect.is_none() && !cell.is_of_programs()).cloned();
    let (searches, others): (Vec<Cell>, Vec<Cell>) = holds.partition(|cell| cell.engine == Engine::Dpor);
    let samples = others.into_iter().filter(|cell| cell.engine.samples_from_seed());
    let searches = searches.into_iter().map(|cell| (cell, Kind::Search));
    searches.chain(samples.map(|cell| (cell, Kind::Samples))).collect()
}
