//! The outcomes of a litmus program on a machine, beside what the engines allow, as jcstress prints them.
//!
//! An allowed outcome that does not come is no error; a forbidden one that comes is.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::row::thousands;

/// The final values of the registers, thread by thread, or of the variables.
pub type Outcome = Vec<u32>;

/// Which models allow an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    /// Whether loom shows it.
    pub loom: bool,
    /// Whether sequential consistency allows it.
    pub sc: bool,
    /// Whether a machine may show it; `None` if loom cannot tell.
    pub by_c11: Option<bool>,
}

impl Allowed {
    /// An outcome that both engines forbid.
    pub fn nowhere() -> Self {
        Allowed { loom: false, sc: false, by_c11: Some(false) }
    }
}

/// An outcome, how often it came, and which models allow it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The registers, or the variables.
    pub outcome: Outcome,
    /// How often.
    pub count: u64,
    /// Which models allow it.
    pub allowed: Allowed,
}

/// The outcomes of a program.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Table {
    /// `shape/orderings`.
    pub name: String,
    /// The program, a thread after the other.
    pub program: String,
    /// The titles of an outcome's numbers.
    pub titles: Vec<String>,
    /// Every outcome that came or could have come.
    pub rows: Vec<Seen>,
}

impl Seen {
    /// Whether the machine showed a forbidden outcome.
    pub fn is_error(&self) -> bool {
        self.count > 0 && self.allowed.by_c11 == Some(false)
    }

    /// What a report says about the outcome.
    pub fn words(&self) -> &'static str {
        match (self.allowed.by_c11, self.count > 0) {
            (Some(true), true) => "allowed, seen",
            (Some(true), false) => "allowed, never seen",
            (Some(false), true) => "FORBIDDEN, SEEN",
            (Some(false), false) => "forbidden, never seen",
            (None, true) => "seen; C11 allows it, loom does not explore it",
            (None, false) => "never seen; C11 allows it, loom does not explore it",
        }
    }
}

impl Table {
    /// The forbidden outcomes that the machine showed.
    pub fn errors(&self) -> impl Iterator<Item = &Seen> {
        self.rows.iter().filter(|row| row.is_error())
    }
}

/// A summary of all tables in a line.
pub fn summary(tables: &[Table]) -> String {
    let seen: u64 = tables.iter().flat_map(|table| &table.rows).map(|row| row.count).sum();
    let errors = tables.iter().flat_map(Table::errors).count();
    format!("{} litmus programs ran {} times; forbidden outcomes seen: {errors}", tables.len(), thousands(seen))
}

/// Yes or no, as the tables show it.
pub fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.name, self.program)?;
        let titles: String = self.titles.iter().map(|title| format!("{title:<3}")).collect();
        write!(f, "  {titles:<12} {:>13}  loom  SC", "seen")?;
        for row in &self.rows {
            let numbers: String = row.outcome.iter().map(|number| format!("{number:<3}")).collect();
            let (count, loom, sc) = (thousands(row.count), yes(row.allowed.loom), yes(row.allowed.sc));
            write!(f, "\n  {numbers:<12} {count:>13}  {loom:<4}  {sc:<3}  {}", row.words())?;
        }
        Ok(())
    }
}
