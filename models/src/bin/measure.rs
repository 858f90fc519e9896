//! Explores one measured program under one engine of this build, and prints what it took as one line
//! of JSON: `measure PROGRAM WORKERS TASKS ENGINE SECONDS JOBS`.
//!
//! The engine is one of [`Engine`]'s, or `shuttle-dfs` for every schedule with nothing pruned.

use std::process::ExitCode;
use std::time::Duration;

use models::measured;
use selvedge::check::{Engine, Explorer};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Some(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        None => {
            eprintln!("usage: measure PROGRAM WORKERS TASKS ENGINE SECONDS JOBS, with an engine of this build");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Option<String> {
    let [program, workers, tasks, engine, seconds, jobs] = arguments else { return None };
    let program = measured::ALL.into_iter().find(|measured| measured.name == program)?;
    let (workers, tasks) = (workers.parse().ok()?, tasks.parse().ok()?);
    let explorer = match engine.as_str() {
        "shuttle-dfs" => Explorer::new(Engine::available().find(|&engine| engine == Engine::Dpor)?).unpruned(),
        name => Explorer::new(Engine::available().find(|engine| engine.name() == name)?),
    };
    let explorer = explorer.time_limit(Duration::from_secs(seconds.parse().ok()?)).jobs(jobs.parse().ok()?);
    let report = explorer.run(move || (program.run)(workers, tasks));
    // What is pruned by nobody is run, equivalent or not.
    let run = if engine == "shuttle-dfs" { report.executions + report.blocked } else { report.executions };
    let line = serde_json::json!({
        "verdict": report.verdict.name(),
        "executions": run,
        "blocked": report.blocked,
        "seconds": report.elapsed.as_secs_f64(),
    });
    Some(line.to_string())
}
