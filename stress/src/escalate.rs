//! Hands what real threads have met to the engines, which can say how it comes about.
//!
//! Real threads follow no schedule, and tell none. So the checks and generated programs of the same structure are
//! run under `dpor`, and then under loom for what it takes weak memory to see: `cargo verify` as a child process,
//! as somebody at a keyboard would. What fails there is the schedule.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::{env, fs};

use anyhow::{Context, bail};
use cli::{process, workspace};
use selvedge::check::protocol::{Row, Saved};
use selvedge::check::{Engine, Status};
use serde::{Deserialize, Serialize};

/// The flag of a build that is perturbed, in the variables that it may be in.
const JITTER: [(&str, &str); 2] = [("RUSTFLAGS", "--cfg jitter"), ("CARGO_ENCODED_RUSTFLAGS", "--cfg\u{1f}jitter")];

/// What the engines say.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Escalation {
    /// One finds it.
    Found {
        /// Which one.
        engine: String,
        /// In which check.
        check: String,
        /// What breaks.
        failure: String,
        /// The schedule, for `cargo verify --replay`.
        schedule: Option<PathBuf>,
    },
    /// None does, and what each has tried.
    NotFound(Vec<String>),
}

impl std::fmt::Display for Escalation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Escalation::Found { engine, check, failure, schedule } => {
                write!(f, "{engine} finds in {check}: {}", failure.lines().next().unwrap_or_default())?;
                let again = |path: &PathBuf| write!(f, "\nthe schedule: cargo verify --replay {}", path.display());
                schedule.as_ref().map_or(Ok(()), again)
            }
            Escalation::NotFound(tried) => f.write_str(&tried.join("; ")),
        }
    }
}

/// Where failures are saved: where `cargo verify` saves its own.
pub fn failures() -> PathBuf {
    workspace::target().join("failures")
}

#[derive(Deserialize)]
struct Document {
    results: Vec<Row>,
    programs: Vec<Row>,
}

/// Asks the engines about a structure.
///
/// # Errors
///
/// If they cannot be run.
pub fn escalate(pattern: &str, subject: &str, is_twin: bool) -> anyhow::Result<Escalation> {
    let mut tried = Vec::new();
    for engine in [Engine::Dpor, Engine::Loom] {
        let rows = verify(engine, if is_twin { subject } else { pattern })?;
        let of_it = |row: &&Row| match &row.defect {
            Some(defect) => is_twin && defect == subject,
            None => !is_twin && row.pattern.starts_with(pattern),
        };
        let rows: Vec<&Row> = rows.iter().filter(of_it).collect();
        if let Some(row) = rows.iter().find(|row| row.verdict == Status::Failed) {
            let schedule = Saved::of(row).map(|saved| failures().join(saved.file_name()));
            let shown = |path: PathBuf| path.strip_prefix(workspace::root()).map(Path::to_path_buf).unwrap_or(path);
            return Ok(Escalation::Found {
                engine: engine.name().to_owned(),
                check: row.check.clone(),
                failure: row.failure.clone().unwrap_or_default(),
                schedule: schedule.filter(|path| path.exists()).map(shown),
            });
        }
        tried.push(format!("{} does not find it in {} checks", engine.name(), rows.len()));
    }
    Ok(Escalation::NotFound(tried))
}

/// Runs `cargo verify`, and returns its rows, the checks' first.
fn verify(engine: Engine, filter: &str) -> anyhow::Result<Vec<Row>> {
    let json = failures().join(format!("stress-{}-{}.json.part", std::process::id(), engine.name()));
    fs::create_dir_all(failures()).with_context(|| format!("failed to make the folder {}", failures().display()))?;
    let mut command = workspace::cargo();
    command.args(["verify", "--quick"]);
    command.args(["--engine", engine.name(), "--filter", filter, "--json"]).arg(&json);
    command.arg("--save").arg(failures()).stdout(Stdio::null());
    // Engines have no real threads to perturb, and are built elsewhere.
    for (variable, flag) in JITTER {
        if let Some(others) = env::var(variable).ok().filter(|flags| flags.contains(flag)) {
            command.env(variable, others.replace(flag, "")).env_remove("CARGO_TARGET_DIR");
        }
    }
    let status = process::status(&mut command)?;
    // 1 says that something is not as it should be, which is what is looked for.
    if !matches!(status.code(), Some(0 | 1)) {
        bail!("`cargo verify --engine {} --filter {filter}` ended with {status}", engine.name());
    }
    let text = fs::read_to_string(&json).context("`cargo verify` wrote no results")?;
    fs::remove_file(&json).with_context(|| format!("failed to remove {}", json.display()))?;
    let Document { results, programs } = serde_json::from_str(&text).context("`cargo verify` wrote other results")?;
    Ok(results.into_iter().chain(programs).collect())
}
