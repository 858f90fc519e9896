//! The memory of this machine, for the page: `stress litmus` in a process of its own, and what came of it.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};
use cli::{note, process};
use selvedge::check::protocol::litmus::{Table, summary};

use crate::builds;

/// How long all programs run: little beside the checks, and some ten thousand times each.
const DURATION: Duration = Duration::from_secs(5);
/// How long that takes on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(120);

/// Runs every litmus program, of which there are so many.
pub fn run(stress: &Path, programs: usize) -> anyhow::Result<Vec<Table>> {
    let report = builds::target(None).join("litmus.json");
    let duration = humantime::format_duration(DURATION).to_string();
    let mut command = Command::new(stress);
    command.args(["litmus", "--duration", &duration, "--report"]).arg(&report);
    note!("running the litmus programs");
    // It ends with 1 where a forbidden outcome is seen, which is in its report.
    let end = process::run(&mut command, LIMIT, |_| ())?;
    let failed = || format!("failed to read {}", report.display());
    let text = fs::read_to_string(&report).with_context(failed)?;
    let tables: Vec<Table> = serde_json::from_str(&text).with_context(failed)?;
    ensure!(tables.len() == programs, "the litmus programs did not come to their end: {end:?}");
    Ok(tables)
}

/// The tables with what must not be, and what came of all.
pub fn report(tables: &[Table]) -> String {
    if tables.is_empty() {
        return String::new();
    }
    let wrong = tables.iter().filter(|table| table.errors().next().is_some());
    let wrong: String = wrong.map(|table| format!("{table}\n\n")).collect();
    format!("{wrong}{}\n", summary(tables))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn what_is_forbidden_and_seen_is_told_above_the_sum() {
        assert_eq!(report(&[]), "");
        let tables = fixture::litmus();
        assert_eq!(report(&tables).lines().count(), 1);
        let tables = fixture::forbidden(tables);
        let report = report(&tables);
        assert!(report.starts_with("message_passing/acquire_release: x = 1; y = 1 | r0 = y; r1 = x\n"), "{report}");
        assert!(report.contains("FORBIDDEN, SEEN") && report.ends_with("; forbidden outcomes seen: 1\n"), "{report}");
    }
}
