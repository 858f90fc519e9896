//! `cargo selvedge merge`, and `cargo ci merge`: one report of all shards of a night.
//!
//! A shard that is lost, or that has not finished, is reported as such, and then the night has not passed.

use std::path::PathBuf;

use cli::{files, output, say};
use serde_json::json;

use crate::night::items::Nights;
use crate::page::about::About;
use crate::{junit, page};
use history::History;
use report::Report;
use shards::Shards;

pub mod cause;
pub mod history;
pub mod report;
pub mod shards;

/// What is merged, and where that is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folders that the shards were told as `--out`.
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// How many shards there were; what the shards say themselves has to be the same.
    #[arg(long, value_name = "N")]
    expect: Option<usize>,
    /// A folder with a JSON file of each night: failures that one of them had are known. This night is added.
    #[arg(long, value_name = "DIR")]
    history: Option<PathBuf>,
    /// Writes the results as one JSON document.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Writes the results as a page for a browser, with every failure step by step.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Writes the results as JUnit XML.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

/// Whether every shard has come to its end, and nothing broke.
pub fn run(nights: &impl Nights, arguments: &Arguments) -> anyhow::Result<bool> {
    files::writable(&[("--json", &arguments.json), ("--html", &arguments.html), ("--junit", &arguments.junit)])?;
    let shards = Shards::read(&arguments.folders, arguments.expect)?;
    let items = shards.items()?;
    let report = Report::new(nights, &shards, &items, shards.check_seeds()?);
    let history = match &arguments.history {
        Some(folder) => History::read(folder, &report.entry)?,
        None => History::default(),
    };
    say!("{}", report.text(&history, output::columns()));
    if let Some(path) = &arguments.json {
        let document = json!({ "schema": 1, "night": report.entry, "results": report.rows });
        files::write(path, &serde_json::to_string_pretty(&document)?)?;
    }
    if let Some(path) = &arguments.html {
        files::write(
            path,
            &page::render(&report.rows, &[], &items.listing, &About::this(nights.night(), "as each shard says"))?,
        )?;
    }
    if let Some(path) = &arguments.junit {
        files::write(path, &junit::render(nights.night(), &report.rows)?)?;
    }
    if let Some(folder) = &arguments.history {
        history::add(folder, &report.entry)?;
    }
    Ok(report.is_good())
}

#[cfg(test)]
pub(crate) mod tests {
    use selvedge::check::Status;
    use selvedge::check::protocol::Row;

    use super::shards::Found;
    use crate::fixture;
    use crate::night::items::{Item, Items, Kind, of_checks};
    use crate::night::shard::Shard;
    use crate::night::state::{Night, State};
    use crate::night::tests::{item, night, row};

    /// A shard in which nothing was done.
    pub fn shard(part: usize, of: usize) -> Found {
        let night = Night { shard: Shard { part, of }, ..night() };
        Found { folder: format!("shard-{part}").into(), state: State::new(night, 0) }
    }

    /// A slice with a seed in which some traces were met.
    pub fn slice(found: &mut Found, seed: u64, traces: &[u64]) {
        found.state.add(&item(Kind::Samples), Some(seed), row(1.0, 10, traces));
    }

    /// The items of a night.
    pub fn items() -> Items {
        let listing = models::catalogue::listing();
        Items::new(of_checks(&listing.cells), listing).expect("they are not too many")
    }

    /// The first search of a night.
    fn first() -> Item {
        items().wanted(None).into_iter().find(|item| item.kind == Kind::Search).expect("there is one")
    }

    /// A slice of a search.
    pub fn search(found: &mut Found, exhausted: bool) {
        let verdict = if exhausted { Status::Exhausted } else { Status::Cut };
        found.state.add(&first(), None, Row { verdict, ok: exhausted, ..row(1.0, 5, &[]) });
    }

    /// A slice in which a write was lost.
    pub fn broken(found: &mut Found) {
        found.state.add(&first(), None, Row { ok: false, ..fixture::lost_write() });
    }
}
