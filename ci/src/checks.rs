//! The source of checks: what the runner asks it, and how it answers.
//!
//! The runner knows no crate. It asks for the list of cells, runs each in a process of its own, and reads a row from it
//! ([`protocol`](selvedge::check::protocol)).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use selvedge::check::Engine;
use selvedge::check::programs::Program;
use selvedge::check::protocol::litmus::Table;
use selvedge::check::protocol::{Cell, Listing, Row, Saved};

use crate::arguments::Arguments;
use crate::view::View;

/// The cfg of a build.
pub type Cfg = Option<&'static str>;

/// A source of checks.
pub trait Checks: Sync {
    /// What is built for a cfg.
    type Built: Clone + Send + Sync;

    /// The command that a user types to run them.
    fn command(&self) -> &'static str;

    /// Fails if a filter is known to match nothing, before anything is built.
    fn filter(&self, _filter: &str) -> anyhow::Result<()> {
        Ok(())
    }

    /// The list for these engines, and what was built to get it.
    fn list(&self, engines: &[Engine], view: &View) -> anyhow::Result<(Listing, BTreeMap<Cfg, Self::Built>)>;

    /// Builds what runs cells.
    fn build(&self, cfg: Cfg, view: &View) -> anyhow::Result<Self::Built>;

    /// How long a cell may take.
    fn limit(&self, _cell: &Cell, _cells: &[Cell], arguments: &Arguments) -> Duration {
        arguments.limit()
    }

    /// Runs a cell, or one program of a cell, in a process of its own. Every second `tell` gets its last line.
    fn run(&self, asked: &Asked<'_>, built: &Self::Built, tell: &dyn Fn(&str)) -> Row;

    /// Runs a failure again. Also returns the list, for the page.
    fn replay(&self, path: &Path, saved: &Saved, view: &View) -> anyhow::Result<(Row, Listing)>;

    /// Where failures are saved by default.
    fn failures(&self) -> PathBuf;

    /// How to see a saved failure again.
    fn how_to(&self, path: &Path) -> String;

    /// The outcomes of litmus programs on this machine, if they are asked for.
    fn litmus(&self, _arguments: &Arguments, _listing: &Listing, _view: &View) -> anyhow::Result<Vec<Table>> {
        Ok(Vec::new())
    }
}

/// What is asked of a process that runs a cell.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The cell.
    pub cell: &'a Cell,
    /// The flags.
    pub arguments: &'a Arguments,
    /// How long it may take.
    pub limit: Duration,
    /// Only this one of the programs of a structure.
    pub program: Option<&'a Program<String>>,
    /// Counts the different behaviours.
    pub behaviours: bool,
}
