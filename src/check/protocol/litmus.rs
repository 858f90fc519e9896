//! What came of a litmus program on a machine, beside what the engines allow: as jcstress prints it.
//!
//! An outcome that is allowed and does not come is no error, and one that comes and is forbidden is.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::row::thousands;

/// What the registers held in the end, thread by thread, or the variables.
pub type Outcome = Vec<u32>;

/// What the outcome of a program is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    /// Whether loom has it.
    pub loom: bool,
    /// Whether sequential consistency has it.
    pub sc: bool,
    /// Whether a machine may show it; nothing where loom cannot tell.
    pub by_c11: Option<bool>,
}

impl Allowed {
    /// What an outcome is worth that both engines forbid.
    pub fn nowhere() -> Self {
        Allowed { loom: false, sc: false, by_c11: Some(false) }
    }
}

/// What an outcome is worth, and how often it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The registers, or the variables.
    pub outcome: Outcome,
    /// How often.
    pub count: u64,
    /// By whom it is allowed.
    pub allowed: Allowed,
}

/// What came of a program.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Table {
    /// `shape/orderings`.
    pub name: String,
    /// The program, a thread after the other.
    pub program: String,
    /// What the numbers of an outcome are.
    pub titles: Vec<String>,
    /// Every outcome that came, or might have.
    pub rows: Vec<Seen>,
}

impl Seen {
    /// Whether the machine did what it must not.
    pub fn is_error(&self) -> bool {
        self.count > 0 && self.allowed.by_c11 == Some(false)
    }

    /// What is to be said of it.
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
    /// What the machine did and must not.
    pub fn errors(&self) -> impl Iterator<Item = &Seen> {
        self.rows.iter().filter(|row| row.is_error())
    }
}

/// What came of all of them, in a line.
pub fn summary(tables: &[Table]) -> String {
    let seen: u64 = tables.iter().flat_map(|table| &table.rows).map(|row| row.count).sum();
    let errors = tables.iter().flat_map(Table::errors).count();
    format!("{} litmus programs ran {} times; forbidden outcomes seen: {errors}", tables.len(), thousands(seen))
}

/// Whether it is, as the tables have it.
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
