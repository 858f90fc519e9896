//! What came of a litmus program on a machine, beside what the engines allow: as jcstress prints it.
//!
//! An outcome that is allowed and does not come is no error, and one that comes and is forbidden is.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Allowed, Litmus, Outcome, VARIABLES, name_of};
use crate::row::thousands;

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
    /// Puts what came beside what may.
    pub fn new(litmus: &Litmus, mut counts: BTreeMap<Outcome, u64>) -> Self {
        let mut allowed = litmus.allowed();
        counts.keys().for_each(|outcome| _ = allowed.entry(outcome.clone()).or_insert(Litmus::forbidden()));
        let rows = allowed.into_iter().map(|(outcome, allowed)| {
            let count = counts.remove(&outcome).unwrap_or(0);
            Seen { outcome, count, allowed }
        });
        let rows: Vec<Seen> = rows.collect();
        let titles = match litmus.ends_in_variables() {
            true => (0..VARIABLES).map(|variable| name_of(variable).to_string()).collect(),
            false => (0..rows[0].outcome.len()).map(|register| format!("r{register}")).collect(),
        };
        Table { name: litmus.name(), program: litmus.to_string(), titles, rows }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    /// What no machine should do is told from what this one does not.
    #[test]
    fn an_outcome_that_is_forbidden_is_an_error_where_it_is_seen() {
        let words = |name: &str, outcome: &[u32], count| {
            let litmus = super::super::all().into_iter().find(|litmus| litmus.name() == name);
            let table =
                Table::new(&litmus.expect("there is such a program"), BTreeMap::from([(outcome.to_vec(), count)]));
            let row = table.rows.into_iter().find(|row| row.outcome == outcome).expect("it was seen");
            (row.words(), row.is_error())
        };
        assert_eq!(words("message_passing/acquire_release", &[1, 0], 3), ("FORBIDDEN, SEEN", true));
        assert_eq!(words("store_buffering/seq_cst", &[0, 0], 1), ("FORBIDDEN, SEEN", true));
        assert_eq!(words("store_buffering/seq_cst", &[0, 0], 0), ("forbidden, never seen", false));
        assert_eq!(words("message_passing/relaxed", &[1, 0], 1), ("allowed, seen", false));
        assert_eq!(words("message_passing/relaxed", &[1, 0], 0), ("allowed, never seen", false));
        let unexplored = "seen; C11 allows it, loom does not explore it";
        assert_eq!(words("load_buffering/relaxed", &[1, 1], 1), (unexplored, false));
    }
}
