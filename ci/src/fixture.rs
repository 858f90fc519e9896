//! Rows for tests: those in `tests/rows.json` are as the models printed them.

use models::row::Row;
use selvedge::check::story::{Action, Place, Step};

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
        verdict: "crashed".to_owned(),
        ok: false,
        defect: None,
        failure: Some(why.to_owned()),
        story: None,
        ..lost_write()
    }
}

/// A step that tells no more than who did what, and where.
pub fn step(thread: usize, action: Action, place: Place) -> Step {
    Step {
        thread,
        action,
        place,
        object: None,
        mutex: None,
        value: None,
        wrote: None,
        ordering: None,
        choice: None,
        preempts: false,
        function: None,
    }
}
