//! loom, Shuttle's schedules one by one, `dpor` and `rc11` on the same programs, side by side in one run:
//! `cargo bench -p stress --bench engines`.
//!
//! Each engine is a build of its own, so this builds `models` twice and runs `models measure`. A search that
//! does not end in [`SECONDS`] is cut, and its executions are a lower bound.

use std::path::{Path, PathBuf};
use std::process::Command;

use selvedge::check::Status;
use serde::Deserialize;

const SECONDS: u32 = 20;

/// Program, workers, tasks.
const PROGRAMS: [(&str, u32, u32); 16] = [
    ("pool-channels", 2, 1),
    ("pool-channels", 2, 2),
    ("pool-channels", 2, 3),
    ("pool-channels", 3, 2),
    ("pool-channels", 3, 7),
    ("pool-condvars", 1, 1),
    ("pool-condvars", 2, 1),
    ("pool-condvars", 2, 2),
    ("pool-condvars-joined", 2, 1),
    ("pool-condvars-joined", 2, 2),
    ("pool-condvars-joined", 2, 3),
    ("pool-condvars-joined", 3, 2),
    ("atomic-counter", 3, 4),
    ("atomic-neighbours", 4, 2),
    ("atomic-fib", 2, 3),
    ("atomic-fib", 2, 4),
];

/// Engine, the cfg of its build, threads.
const ENGINES: [(&str, &str, u32); 5] = [
    ("loom", "loom", 1),
    ("shuttle-dfs", "shuttle", 1),
    ("dpor", "shuttle", 1),
    ("dpor", "shuttle", 2),
    ("rc11", "shuttle", 1),
];

#[derive(Deserialize)]
struct Measured {
    verdict: Status,
    executions: u64,
    blocked: u64,
    /// Drawn beside the search.
    beside: u64,
    seconds: f64,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("stress/ is a folder of the workspace")
}

/// Builds `models` under a cfg, in the target folder that `cargo verify` uses for it.
fn build(cfg: &str) -> PathBuf {
    let target = root().join("target").join("verify").join(cfg);
    eprintln!("building the models for {cfg}");
    let status = Command::new(env!("CARGO"))
        .current_dir(root())
        .env("CARGO_TARGET_DIR", &target)
        .env("RUSTFLAGS", format!("--cfg {cfg}"))
        .args(["build", "--quiet", "--profile", "bench", "--package", "models", "--bin", "models"])
        .status();
    assert!(status.is_ok_and(|status| status.success()), "failed to build the models for {cfg}");
    target.join("release").join("models")
}

fn measure(program: &Path, what: (&str, u32, u32), engine: &str, jobs: u32) -> Measured {
    let (name, workers, tasks) = what;
    let mut command = Command::new(program);
    let (workers, tasks, time_limit, jobs) =
        (workers.to_string(), tasks.to_string(), format!("{SECONDS}s"), jobs.to_string());
    command.args(["measure", name, &workers, &tasks, engine, &time_limit, &jobs]);
    let output = command.output().expect("it was just built");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{name} under {engine}: {error}: {}", String::from_utf8_lossy(&output.stderr));
    })
}

fn main() {
    let programs = ["loom", "shuttle"].map(|cfg| (cfg, build(cfg)));
    println!(
        "{:<20} {:>7} {:>5}  {:<12} {:>4} {:>10} {:>8} {:>8} {:>8} {:>8}  executions against dpor",
        "program", "workers", "tasks", "engine", "jobs", "executions", "blocked", "beside", "seconds", "run/s"
    );
    for what in PROGRAMS {
        let rows: Vec<(&str, u32, Measured)> = ENGINES
            .into_iter()
            .map(|(engine, cfg, jobs)| {
                let program = &programs.iter().find(|(built, _)| *built == cfg).expect("both are built").1;
                (engine, jobs, measure(program, what, engine, jobs))
            })
            .collect();
        let own = rows.iter().find(|(engine, jobs, _)| (*engine, *jobs) == ("dpor", 1)).map(|(.., own)| own.executions);
        for (engine, jobs, row) in &rows {
            let cut = if row.verdict == Status::Exhausted { "" } else { ">" };
            let executions = format!("{cut}{}", row.executions);
            let ratio = row.executions as f64 / own.unwrap_or(1).max(1) as f64;
            println!(
                "{:<20} {:>7} {:>5}  {engine:<12} {jobs:>4} {executions:>10} {:>8} {:>8} {:>8.3} {:>8.0}  {cut}{ratio:.1}",
                what.0,
                what.1,
                what.2,
                row.blocked,
                row.beside,
                row.seconds,
                (row.executions + row.beside) as f64 / row.seconds,
            );
        }
    }
}
