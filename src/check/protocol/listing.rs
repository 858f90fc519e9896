//! What a program has to run.

use serde::{Deserialize, Serialize};

use super::SCHEMA;
use crate::check::{Engine, Expected};

/// A check under an engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// `pattern/property`.
    pub check: String,
    /// The module of the pattern.
    pub pattern: String,
    /// The type that is checked.
    pub subject: String,
    /// What is wrong with it, if it is a twin.
    pub defect: Option<String>,
    /// The property in a sentence.
    pub property: String,
    /// The engine that explores.
    pub engine: Engine,
    /// How it must end.
    pub expected: Expected,
    /// The test that it is in, where its program is a test program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
}

impl Cell {
    /// Whether it is about the programs of a structure, and not a test that is called so.
    pub fn is_of_programs(&self) -> bool {
        self.check.starts_with(Listing::PROGRAMS) && self.test.is_none()
    }
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
    /// The defects that are instances of it.
    pub defects: Vec<String>,
    /// The text of the program that holds.
    pub correct: String,
    /// The text of the one that does not.
    pub broken: String,
}

/// Everything that a program has, over the engines of all builds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// The [`SCHEMA`] of the program that wrote it.
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
    /// How the names of checks begin that are the programs of a structure.
    pub const PROGRAMS: &str = "programs/";

    /// The list of a program that has only checks.
    pub fn of(cells: Vec<Cell>) -> Listing {
        Listing { schema: SCHEMA, cells, drawn: Vec::new(), workloads: Vec::new(), pairs: Vec::new(), litmus: 0 }
    }

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
