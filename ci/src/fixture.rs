//! Rows for tests: those in `tests/rows.json` are as the models printed them, and what is in `tests/litmus.json` as `stress`
//! wrote it.

use models::litmus::{Litmus, Seen, Table};
use models::row::Row;

/// Real rows, one a line.
pub fn rows() -> Vec<Row> {
    let lines = include_str!("../tests/rows.json").lines();
    lines.map(|line| serde_json::from_str(line).expect("a row is a line of JSON")).collect()
}

/// The cache that loses a write, as `dpor` found it.
pub fn lost_write() -> Row {
    let found = |row: &Row| row.subject == "GetDeletesWithoutRecheck" && row.engine == "dpor";
    rows().into_iter().find(found).expect("it is there")
}

/// A cell whose process died.
pub fn crashed(why: &str) -> Row {
    Row {
        engine: "loom".to_owned(),
        claim: "it ends".to_owned(),
        verdict: "crashed".to_owned(),
        ok: false,
        defect: None,
        failure: Some(why.to_owned()),
        story: None,
        ..lost_write()
    }
}

/// Some litmus programs, as they were on a machine.
pub fn litmus() -> Vec<Table> {
    let lines = include_str!("../tests/litmus.json").lines();
    lines.map(|line| serde_json::from_str(line).expect("a table is a line of JSON")).collect()
}

/// The same on a machine that does what it must not.
pub fn forbidden(mut tables: Vec<Table>) -> Vec<Table> {
    let table = tables.iter_mut().find(|table| table.name == "message_passing/acquire_release");
    let outcome = Seen { outcome: vec![1, 0], count: 3, allowed: Litmus::forbidden() };
    table.expect("it is there").rows.push(outcome);
    tables
}
