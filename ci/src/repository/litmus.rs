//! The memory of this machine, for the page: `stress litmus` in a process of its own.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};
use cli::{note, process};
use selvedge::check::protocol::litmus::Table;

use crate::builds;

/// How long all programs run: short compared with the checks, and enough for some ten thousand runs of each.
const DURATION: Duration = Duration::from_secs(5);
/// How long that may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

/// Runs every litmus program; `programs` says how many there are.
pub fn run(stress: &Path, programs: usize) -> anyhow::Result<Vec<Table>> {
    let report = builds::target(None).join("litmus.json");
    let duration = humantime::format_duration(DURATION).to_string();
    let mut command = Command::new(stress);
    command.args(["litmus", "--duration", &duration, "--report"]).arg(&report);
    note!("running the litmus programs");
    // It exits with 1 if a forbidden outcome is seen, which is in its report.
    let end = process::run(&mut command, LIMIT, |_| ())?;
    let failed = || format!("failed to read {}", report.display());
    let text = fs::read_to_string(&report).with_context(failed)?;
    let tables: Vec<Table> = serde_json::from_str(&text).with_context(failed)?;
    ensure!(tables.len() == programs, "the litmus programs did not come to their end: {end:?}");
    Ok(tables)
}
