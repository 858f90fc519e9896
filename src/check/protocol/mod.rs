//! How a program with checks talks to the runner, which knows none of them: the runner asks for the list of checks,
//! runs each in a process of its own, and reads a line of JSON.
//!
//! A program that exists for its checks has a command line:
//!
//! | asked | answered on standard output |
//! |---|---|
//! | `list` | a [`Listing`], as one line |
//! | `run --check NAME [--defect NAME] --engine NAME` and a budget | lines about how far it is, and then a [`Row`] as one line |
//! | the same with `--weaken` | a [`Row`] with [`orderings`] |
//! | `replay FILE` | a [`Row`] of the [`Saved`] failure in the file |
//!
//! The command line of a test program belongs to its harness. So the runner asks it through its
//! [environment](crate::check::Environment), and it adds its answers to a file:
//!
//! | asked | answered in the file |
//! |---|---|
//! | `SELVEDGE_LIST=FILE` | a [`Listing`] of each check as one line, with the engines of this build; none is run |
//! | `SELVEDGE_ROWS=FILE SELVEDGE_CHECK=NAME SELVEDGE_ENGINE=NAME`, for a twin `SELVEDGE_DEFECT=NAME`, a budget, and the words `--exact TEST --nocapture` | a [`Row`] as one line; how far it is stands on standard output |
//! | the same with `SELVEDGE_WEAKEN=1` | a [`Row`] with [`orderings`] |
//! | the same with `SELVEDGE_REPLAY=FILE` | a [`Row`] of the [`Saved`] failure in the file |
//!
//! A test passes or fails as its rows say. A program that cannot answer ends with a code other than 0, and says why on
//! standard error. The list has a version, and is asked for first: the runner reads only its own [`SCHEMA`].
//!
//! # The lines
//!
//! A list is `{"schema": 1, "cells": [..]}`, and what only the models have: `drawn`, `workloads`, `pairs`, `litmus`.
//!
//! | of a cell | of a row | JSON | what it is |
//! |---|---|---|---|
//! | `check` | `check` | text | `pattern/property`, or of a test `program/name` |
//! | `pattern` | `pattern` | text | the module of the pattern, or the test program |
//! | `property` | `claim` | text | the property in a sentence |
//! | `subject` | `subject` | text | the type that is checked, or the test |
//! | `defect` | `defect` | text or null | what is wrong with it, where it is broken on purpose |
//! | `engine` | `engine` | text | who explores |
//! | `expected` | `expected` | text | `holds`; of a defect `caught`, `blind`, or `rare` |
//! | `test` | `test` | text, if any | the test that it is in |
//! | | `memory_model` | text | which behaviours of memory were explored |
//! | | `verdict` | text | `exhausted`, `bounded`, `sampled`, `cut`, `failed`, `vacuous`, `unsupported`, `crashed` |
//! | | `executions` | number | how many; up to the first failure, where there is one |
//! | | `blocked` | number | how many were begun that repeat others |
//! | | `programs`, `exhausted` | number, if any | how many programs were explored, and how many wholly |
//! | | `program` | object, if any | the program that failed |
//! | | `traces`, `behaviours` | number, object, if any | the behaviours that were met |
//! | | `sc_suffices` | true, false or null | whether what holds under SC holds under C11 |
//! | | `seconds` | number | wall time |
//! | | `preemption_bound`, `turn_bound` | number, null or none | the bounds that were set, or met |
//! | | `seed` | number or null | that of a sampler |
//! | | `ok` | true or false | whether it is what was expected |
//! | | `failure` | text or null | what broke, ran out, or was missing |
//! | | `orderings` | list, if any | the [`orderings`] that the check meets, and what came of weaker ones |
//! | | `story` | object, if any | the failing execution, step by step |

mod column;
mod effort;
mod listing;
pub mod litmus;
pub mod orderings;
mod row;
mod saved;

pub use column::Column;
pub use effort::Effort;
pub use listing::{Cell, Listing, Pair, Workload};
pub use row::{Row, thousands};
pub use saved::Saved;

pub use super::environment::parse_shard;

/// The version of this protocol.
pub const SCHEMA: u32 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Engine, Expected, Explorer};

    /// The table above has every field of a cell and of a row.
    #[test]
    fn the_lines_are_documented() {
        let cell = Cell {
            check: "a/b".to_owned(),
            pattern: "a".to_owned(),
            subject: "A".to_owned(),
            defect: None,
            property: "it holds".to_owned(),
            engine: Engine::available().next().expect("every build has an engine"),
            expected: Expected::Holds,
            test: Some("test".to_owned()),
        };
        let row = Row::of(&cell, &Explorer::new(cell.engine).executions(1).run(|| ()));
        let row = Row { orderings: Some(Vec::new()), ..row };
        let listing = serde_json::to_value(Listing::of(vec![cell])).expect("it is plain");
        let row = serde_json::to_value(row).expect("it is plain");
        let told = [(&listing["cells"][0], 1), (&row, 2)];
        let table = include_str!("mod.rs").lines().filter(|line| line.starts_with("//! |"));
        let columns: Vec<Vec<&str>> = table.map(|line| line.split('|').collect()).collect();
        for (value, column) in told {
            for name in value.as_object().expect("it is an object").keys() {
                let name = format!("`{name}`");
                assert!(columns.iter().any(|cells| cells.len() == 6 && cells[column].contains(&name)), "{name}");
            }
        }
    }
}
