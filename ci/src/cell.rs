//! A cell in a process of its own: a check that hangs, dies or eats memory is a verdict, `CUT` or `CRASHED`.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::anyhow;
use cli::process::{self, End};
use selvedge::check::Status;
use selvedge::check::protocol::{Cell, Row};

/// How long a process may take beyond the limit that it keeps by itself.
pub const GRACE: Duration = Duration::from_secs(30);

/// How long a replay may take.
pub const REPLAYED: Duration = Duration::from_secs(150);

/// Runs `command`, which prints the row of a cell as its last line, for at most `limit`. Every second `tell` gets the
/// last line printed since.
pub fn run(cell: &Cell, command: &mut Command, limit: Duration, tell: impl Fn(&str)) -> Row {
    let start = Instant::now();
    match process::run(command, limit, tell) {
        Err(error) => row(cell, Status::Crashed, Some(format!("{error:#}")), start.elapsed()),
        Ok(End::Line(line)) => serde_json::from_str(&line).unwrap_or_else(|error| {
            row(cell, Status::Crashed, Some(format!("printed no result: {error}")), start.elapsed())
        }),
        Ok(end) => ended(cell, end, limit, start.elapsed()),
    }
}

/// The row of a process that has printed none.
pub fn ended(cell: &Cell, end: End, limit: Duration, took: Duration) -> Row {
    let (verdict, failure) = match end {
        End::Line(_) => (Status::Crashed, "ended without a result".to_owned()),
        End::OutOfTime => (Status::Cut, format!("killed after {limit:?}: it did not end by itself")),
        End::Crashed { why, .. } => (Status::Crashed, why),
    };
    row(cell, verdict, Some(failure), took)
}

/// The error if the process of a replay has printed no row.
pub fn not_replayed(end: End) -> anyhow::Error {
    match end {
        End::Line(_) => anyhow!("the replay told no result"),
        End::OutOfTime => anyhow!("killed after {REPLAYED:?}: the replay did not end by itself"),
        // Why a file cannot be replayed the test says by a panic, of which this is the message.
        End::Crashed { why, .. } => match why.split_once("SELVEDGE_REPLAY=") {
            Some((_, message)) => anyhow!("{}", message.lines().next().unwrap_or(message)),
            None => anyhow!("the replay {why}"),
        },
    }
}

/// Whether a row is that of a cell.
pub fn is_of(row: &Row, cell: &Cell) -> bool {
    (&row.check, &row.defect) == (&cell.check, &cell.defect) && row.engine == cell.engine
}

/// The row of a cell whose process has printed none.
pub fn row(cell: &Cell, verdict: Status, failure: Option<String>, took: Duration) -> Row {
    Row { seconds: took.as_secs_f64(), ok: failure.is_none(), failure, ..Row::untold(cell, verdict) }
}

/// Where the search of a cell is kept.
pub fn file_name(cell: &Cell) -> String {
    let check = cell.check.replace(|letter: char| !letter.is_alphanumeric() && !"_-".contains(letter), ".");
    let name = [Some(check), cell.defect.clone(), Some("json".to_owned())];
    name.into_iter().flatten().collect::<Vec<_>>().join(".")
}
