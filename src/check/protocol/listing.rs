//! What a program has to be run.

use serde::{Deserialize, Serialize};

use super::SCHEMA;
use crate::check::Engine;

/// A check under an engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// `pattern/property`.
    pub check: String,
    /// The module of the pattern.
    pub pattern: String,
    /// The type that is checked.
    pub subject: String,
    /// What is wrong with it, where it is a twin.
    pub defect: Option<String>,
    /// The property in a sentence.
    pub property: String,
    /// Who explores.
    pub engine: Engine,
    /// `holds`; for a twin `caught`, `blind`, or on real threads `rare`.
    pub expected: String,
}

/// What runs on real threads at full speed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workload {
    /// The module of the pattern.
    pub pattern: String,
    /// The type that operations are performed on.
    pub subject: String,
    /// Whether it is a broken twin.
    pub is_twin: bool,
}

/// Two small programs that differ in one line, to be read side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// What goes wrong, as an identifier.
    pub name: String,
    /// The defects that come down to it.
    pub defects: Vec<String>,
    /// The text of the program that holds.
    pub correct: String,
    /// The text of the one that does not.
    pub broken: String,
}

/// Everything that a program has, over the engines of all builds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// [`SCHEMA`] of whoever wrote it.
    pub schema: u32,
    /// The checks; and then the programs that are enumerated, whose names begin with [`PROGRAMS`](Listing::PROGRAMS).
    pub cells: Vec<Cell>,
    /// The programs that are drawn.
    pub drawn: Vec<Cell>,
    /// What runs on real threads.
    pub workloads: Vec<Workload>,
    /// Minimal pairs.
    pub pairs: Vec<Pair>,
    /// How many litmus programs it has.
    pub litmus: usize,
}

impl Listing {
    /// What the names of checks begin with that are the programs of a structure.
    pub const PROGRAMS: &str = "programs/";

    /// Reads one.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Listing, String> {
        let listing: Listing =
            serde_json::from_str(text).map_err(|error| format!("this is no list of checks: {error}"))?;
        match listing.schema {
            SCHEMA => Ok(listing),
            other => Err(format!("a list of checks in format {other}, and this version reads format {SCHEMA}")),
        }
    }
}

/// Parts of a search, at the most.
const PARTS: usize = 1 << 20;

/// A part of a search as the command line names it: K/N is the K-th of N, counted from 1; the result
/// counts from 0.
///
/// # Errors
///
/// Says what a part looks like.
pub fn parse_shard(text: &str) -> Result<(usize, usize), String> {
    let numbers = text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
    match numbers {
        Some((part @ 1.., of)) if part <= of && of <= PARTS => Ok((part - 1, of)),
        _ => Err(format!("a shard is K/N, with K from 1 to N, and N to {PARTS} at the most")),
    }
}
