//! A cell in a process of its own: a check that hangs, dies or eats memory is a verdict, `CUT` or `CRASHED`.

use std::process::Command;
use std::time::{Duration, Instant};

use cli::process::{self, End};
use selvedge::check::protocol::{Cell, Row};

/// What a process may take beyond the limit that it keeps by itself.
pub const GRACE: Duration = Duration::from_secs(30);

/// Runs `command`, which prints the row of a cell as its last line, for so long at the most. Every second `tell` is given
/// the last line that it has printed since.
pub fn run(cell: &Cell, command: &mut Command, limit: Duration, tell: impl Fn(&str)) -> Row {
    let start = Instant::now();
    let (verdict, failure) = match process::run(command, limit, tell) {
        Err(error) => ("crashed", format!("{error:#}")),
        Ok(End::Line(line)) => match serde_json::from_str(&line) {
            Ok(row) => return row,
            Err(error) => ("crashed", format!("printed no result: {error}")),
        },
        Ok(End::OutOfTime) => ("cut", format!("killed after {limit:?}: it did not end by itself")),
        Ok(End::Crashed(why)) => ("crashed", why),
    };
    row(cell, verdict, Some(failure), start.elapsed())
}

/// What is known of a cell whose process has not told.
pub fn row(cell: &Cell, verdict: &str, failure: Option<String>, took: Duration) -> Row {
    Row { seconds: took.as_secs_f64(), ok: failure.is_none(), failure, ..Row::untold(cell, verdict) }
}

/// Where the search of a cell is kept.
pub fn file_name(cell: &Cell) -> String {
    let name = [Some(cell.check.replace('/', ".")), cell.defect.clone(), Some("json".to_owned())];
    name.into_iter().flatten().collect::<Vec<_>>().join(".")
}
