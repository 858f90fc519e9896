//! The litmus programs on the page: how often each outcome came on the machine that made it, beside what loom and
//! sequential consistency allow.

use selvedge::check::protocol::litmus::{Seen, Table, yes};
use selvedge::check::protocol::thousands;
use selvedge::check::{Engine, Expected};
use serde::Serialize;

use super::Wrong;

/// Their place on the page.
const PLACE: &str = "#litmus";

#[derive(Debug, Serialize)]
pub struct Program {
    name: String,
    text: String,
    outcomes: Vec<Outcome>,
}

#[derive(Debug, Serialize)]
struct Outcome {
    registers: String,
    count: String,
    loom: &'static str,
    sc: &'static str,
    words: &'static str,
    ok: bool,
    /// The colour: `holds` if the outcome came, `blind` if it did not, or `wrong`.
    kind: &'static str,
}

/// Every program.
pub fn programs(tables: &[Table]) -> Vec<Program> {
    let outcome = |table: &Table, row: &Seen| Outcome {
        registers: registers(table, row),
        count: thousands(row.count),
        loom: yes(row.allowed.loom),
        sc: yes(row.allowed.sc),
        words: row.words(),
        ok: !row.is_error(),
        kind: match row.count {
            _ if row.is_error() => "wrong",
            0 => Expected::Blind.name(),
            _ => Expected::Holds.name(),
        },
    };
    let program = |table: &Table| Program {
        name: table.name.clone(),
        text: table.program.clone(),
        outcomes: table.rows.iter().map(|row| outcome(table, row)).collect(),
    };
    tables.iter().map(program).collect()
}

/// The forbidden outcomes that the machine showed.
pub fn wrong(tables: &[Table]) -> impl Iterator<Item = Wrong<'_>> {
    let wrong = |table, row: &Seen| {
        let why = format!("{}: forbidden by C11, and seen {} times", registers(table, row), thousands(row.count));
        Wrong {
            name: table.name.clone(),
            engine: Engine::Threads.name(),
            expected: Expected::Holds.name(),
            why: why.into(),
            link: Some(PLACE.to_owned()),
        }
    };
    tables.iter().flat_map(move |table| table.errors().map(move |row| wrong(table, row)))
}

/// `r0 = 0, r1 = 1`.
fn registers(table: &Table, row: &Seen) -> String {
    let register = |(title, value): (&String, &u32)| format!("{title} = {value}");
    table.titles.iter().zip(&row.outcome).map(register).collect::<Vec<_>>().join(", ")
}
