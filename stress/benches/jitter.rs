//! How long real threads take to the first failure of each defect of the gallery that only some schedules show, as the
//! machine runs them and with `--cfg jitter`: `cargo bench -p stress --bench jitter`.
//!
//! Perturbation is a build of its own, so this builds itself once more with it. The two take turns, each run in a process
//! of its own, so that a slow moment of the machine hits both. A run is the defect's check, again and again up to the first
//! failure; of each defect the median over [`SEEDS`] seeds counts. A run that finds nothing in [`LIMIT`] is cut, and what it
//! took a lower bound.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use models::catalogue;
use models::check::{Budget, Check, Expectation};
use selvedge::check::{Engine, Status};
use selvedge::sync::fault::perturb;
use serde_json::Value;

/// Asks for one run: a check, a defect and a seed follow.
const MEASURE: &str = "--measure";
const SEEDS: u64 = 5;
const LIMIT: Duration = Duration::from_secs(3);
/// What the engine waits for threads that do not end. It is no part of the time to the failure.
const PATIENCE: Duration = Duration::from_secs(5);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, check, defect, seed] = arguments.as_slice()
        && flag == MEASURE
    {
        return measure(check, defect, seed.parse().expect("a seed is a number"));
    }
    let plain = std::env::current_exe().expect("this program is somewhere");
    let jitter = build();
    println!("{:<44} {:>12} {:>12} {:>8}", "defect", "plain ms", "jitter ms", "ratio");
    let mut medians = Vec::new();
    for check in catalogue::checks().iter().filter(|check| check.expectation(Engine::Threads) == Expectation::Rare) {
        let runs: Vec<[f64; 2]> =
            (0..SEEDS).map(|seed| [&plain, &jitter].map(|program| first_failure(program, check, seed))).collect();
        let [slow, fast] = [0, 1].map(|side| median(runs.iter().map(|run| run[side]).collect()));
        let name = format!("{} [{}]", check.subject, check.pattern);
        let limit = LIMIT.as_secs_f64();
        let milliseconds = |seconds: f64| format!("{}{:.1}", if seconds < limit { "" } else { ">" }, seconds * 1e3);
        let ratio = match (slow < limit, fast < limit) {
            (_, false) => "not found".to_owned(),
            (true, true) => format!("{:.1}", slow / fast),
            (false, true) => format!(">{:.1}", slow / fast),
        };
        println!("{name:<44} {:>12} {:>12} {ratio:>8}", milliseconds(slow), milliseconds(fast));
        medians.push((slow, fast));
    }
    let shown: Vec<(f64, f64)> = medians.into_iter().filter(|&(_, fast)| fast < LIMIT.as_secs_f64()).collect();
    let geometric = (shown.iter().map(|(slow, fast)| (slow / fast).ln()).sum::<f64>() / shown.len() as f64).exp();
    let [slow, fast] =
        [|run: &(f64, f64)| run.0, |run: &(f64, f64)| run.1].map(|side| median(shown.iter().map(side).collect()));
    println!(
        "\n{} defects that this machine shows: perturbed they fail {geometric:.1} times as soon (geometric mean of",
        shown.len()
    );
    println!(
        "the ratios, which are lower bounds where the plain run was cut); the median defect takes {:.1} ms and not {:.1}",
        fast * 1e3,
        slow * 1e3
    );
}

/// Builds this bench with perturbation, in a target folder of its own.
fn build() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("stress/ is a folder of the workspace");
    eprintln!("building with perturbation");
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(root)
        .env("RUSTFLAGS", "--cfg jitter")
        .env("CARGO_TARGET_DIR", root.join("target/verify/jitter"));
    command.args("bench --quiet --package stress --bench jitter --no-run --message-format json".split(' '));
    let output = command.stderr(Stdio::inherit()).output().expect("cargo is there");
    assert!(output.status.success(), "failed to build with perturbation");
    let messages = String::from_utf8(output.stdout).expect("JSON is text");
    let mut program = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().filter(|_| message["target"]["name"] == "jitter").map(PathBuf::from)
    });
    program.next().expect("cargo says where it is")
}

/// How many seconds a process takes to the first failure of a defect; the limit, if it finds none.
fn first_failure(program: &Path, check: &Check, seed: u64) -> f64 {
    let mut command = Command::new(program);
    command.args([MEASURE, &check.name(), check.defect.expect("only twins are rare"), &seed.to_string()]);
    let output = command.output().expect("it was just built");
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().unwrap_or_else(|_| {
        panic!("{} took `{text}`: {}", check.subject, String::from_utf8_lossy(&output.stderr));
    })
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

/// Prints what a defect takes in this build.
fn measure(check: &str, defect: &str, seed: u64) {
    perturb(seed);
    let check = catalogue::find(check, Some(defect)).expect("there is such a check");
    let budget = Budget { quick: false, seed, time_limit: LIMIT, shard: (0, 1), tell: false, spurious: false };
    let row = check.run_as(Engine::Threads, budget, |explorer| explorer.executions(u64::MAX));
    let waited = |what: &str| ["deadlock", "leaked"].iter().any(|stuck| what.starts_with(stuck));
    let patience = if row.failure.as_deref().is_some_and(waited) { PATIENCE } else { Duration::ZERO };
    let seconds =
        if row.verdict == Status::Failed { row.seconds - patience.as_secs_f64() } else { LIMIT.as_secs_f64() };
    println!("{}", seconds.min(LIMIT.as_secs_f64()));
}
