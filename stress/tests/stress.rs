//! `stress` finds what is broken, says so, and does not say so of what holds.
//!
//! Nothing here waits for luck: the twins that are run break in every schedule, and wrong answers are written into
//! histories by hand. That every twin breaks under its workload is shown by `dpor` (`models/tests/units/workloads.rs`). One test
//! runs at a time, as they watch the threads of their process.

#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "these tests run processes")]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use models::catalogue;
use models::workload::{Entry, Judged, Plan};
use serde_json::{Value, json};
use stress::failure::Failure;
use stress::round::Control;
use stress::run::{Outcome, run};

fn main() {
    // What the threads of a round panic with is what the tests are about.
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let of_a_round = |name: &str| name.starts_with("stress-") || name.starts_with("worker-");
        if !std::thread::current().name().is_some_and(of_a_round) {
            tell(panic);
        }
    }));
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let test = |name: &str, test: fn() -> Result<(), Failed>| Trial::test(name, test);
    let mut trials = vec![
        test("every_pattern_holds", every_pattern_holds),
        test("a_twin_that_is_always_wrong_is_found", a_twin_that_is_always_wrong_is_found),
        test("a_round_that_is_stuck_is_found", a_round_that_is_stuck_is_found),
        test("a_wrong_answer_in_a_history_is_found", a_wrong_answer_in_a_history_is_found),
        test("a_failure_is_saved_and_breaks_again", a_failure_is_saved_and_breaks_again),
        test("what_cannot_be_done_is_one_line", what_cannot_be_done_is_one_line),
        test("a_run_reports_what_it_did", a_run_reports_what_it_did),
        test("a_broken_twin_ends_with_1_and_can_be_replayed", a_broken_twin_ends_with_1_and_can_be_replayed),
        test("something_runs_however_short_the_time", something_runs_however_short_the_time),
        test("a_reader_who_goes_ends_the_run", a_reader_who_goes_ends_the_run),
        test("litmus_programs_are_run_and_told", litmus_programs_are_run_and_told),
    ];
    #[cfg(target_os = "linux")]
    trials.push(test("a_thread_left_behind_is_found", a_thread_left_behind_is_found));
    #[cfg(unix)]
    trials.extend([
        test("the_engines_are_asked_as_one_asks_them", the_engines_are_asked_as_one_asks_them),
        test("an_interrupted_run_says_what_it_found", an_interrupted_run_says_what_it_found),
    ]);
    libtest_mimic::run(&arguments, trials).exit();
}

fn entry(subject: &str) -> Entry {
    catalogue::workloads().into_iter().find(|entry| entry.subject == subject).expect("there is such a structure")
}

/// Short rounds, and so many of them.
fn rounds(entry: &Entry, rounds: u64, patience: Duration) -> Outcome {
    let plan = |round| {
        let plan = entry.plan(7, round, 3);
        Plan { operations: plan.operations.min(100), size: 1, ..plan }
    };
    let control = Control { patience, over: &|ended| ended >= rounds, tell: &|_| () };
    run(entry, plan, &control).expect("the machine has threads to spare")
}

const PATIENCE: Duration = Duration::from_secs(60);

fn every_pattern_holds() -> Result<(), Failed> {
    for entry in catalogue::workloads().into_iter().filter(|entry| !entry.is_twin) {
        let outcome = rounds(&entry, 8, PATIENCE);
        if let Some(failure) = outcome.failure {
            return Err(format!("{entry:?}: {}", failure.what).into());
        }
        assert_eq!(outcome.rounds, 8);
        assert!(outcome.operations > 0 && outcome.latency.max >= outcome.latency.p50 && outcome.latency.p50 > 0);
        assert_eq!(outcome.histories, 6, "{entry:?}");
    }
    Ok(())
}

fn a_twin_that_is_always_wrong_is_found() -> Result<(), Failed> {
    let always = [
        ("SubmitAfterClosePanics", "panicked: send on closed channel"),
        ("TimerOutlivesItsContext", "the number of timers left is"),
        ("ChildOutlivesItsParent", "the cause of a child whose parent is cancelled is None"),
        ("JanitorWithoutStop", "the number of timers left is 1"),
    ];
    for (subject, what) in always {
        let failure = rounds(&entry(subject), 4, PATIENCE).failure.ok_or("it got through")?;
        assert!(failure.what.starts_with(what), "{subject}: {}", failure.what);
    }
    Ok(())
}

fn a_round_that_is_stuck_is_found() -> Result<(), Failed> {
    for subject in ["CloseForgetsTheQueue", "CloseWaitsForUndrainedWorkers", "DropDoesNotJoin"] {
        let failure = rounds(&entry(subject), 4, Duration::from_secs(1)).failure.ok_or("it got through")?;
        assert!(failure.what.starts_with("deadlock or endless loop"), "{subject}: {}", failure.what);
    }
    Ok(())
}

/// What two threads say, one after the other.
fn history(calls: &[(&Value, &Value)]) -> Value {
    let call = |(at, (op, ret)): (usize, &(&Value, &Value))| json!({ "thread": at % 2, "op": op, "invoked": 10 * at, "ret": ret, "returned": 10 * at + 5 });
    calls.iter().enumerate().map(call).collect()
}

/// Of each specification: a history with the right answer at its end, and one with a wrong one.
fn a_wrong_answer_in_a_history_is_found() -> Result<(), Failed> {
    let cases = json!([
        ["Account", {"Deposit": [0, 7]}, "Done", {"Balance": 0}, {"Holds": 107}, {"Holds": 100}],
        ["AtomicCounter", {"Add": 3}, null, "Total", 3, 2],
        ["SafeData", {"SetBoth": 3}, null, "Both", [3, 3], [3, 0]],
        ["CopyOnWrite", "Increment", null, "Load", [1, 1], [2, 2]],
        ["ShardedMap", {"Set": [1, 5]}, "Nothing", {"Get": 1}, {"Value": 5}, "Nothing"],
        ["ConcurrentMap", {"Increment": 1}, "Done", {"Remove": 1}, {"Value": 1}, {"Value": 2}],
        ["Cache", {"Set": [1, 5]}, null, {"Get": 1}, 5, null],
        ["WorkerPool", {"Submit": 5}, "Accepted", "NextResult", {"Result": 10}, "Panicked"],
        ["Context", {"On": [0, "Cancel"]}, null, {"On": [0, "Cause"]}, "context cancelled", "it is late"],
    ]);
    for case in cases.as_array().ok_or("there are cases")? {
        let [subject, before, before_answer, op, right, wrong] = case.as_array().ok_or("a case is a row")?.as_slice()
        else {
            return Err("a case has six parts".into());
        };
        let subject = subject.as_str().ok_or("a name is text")?;
        let entry = entry(subject);
        let plan = Plan { recorded: true, ..entry.plan(0, 1, 2) };
        let judge = |answer| entry.judge(&plan, history(&[(before, before_answer), (op, answer)]));
        assert_eq!(judge(right), Ok(Judged::Explained), "{subject}");
        let Ok(Judged::Broken { why, .. }) = judge(wrong) else { return Err(subject.into()) };
        assert!(why.contains("in thread 1 has no place in any order"), "{subject}: {why}");
        assert!(entry.judge(&plan, json!([{ "thread": 0 }])).is_err_and(|error| error.contains("no history")));
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn a_thread_left_behind_is_found() -> Result<(), Failed> {
    let entry = entry("MutexCounter");
    let over = |_| {
        std::thread::spawn(std::thread::park);
        false
    };
    let control = Control { patience: Duration::from_millis(300), over: &over, tell: &|_| () };
    let failure = run(&entry, |round| entry.plan(7, round, 2), &control)?.failure.ok_or("it got through")?;
    assert!(failure.what.ends_with("somebody was left behind"), "{}", failure.what);
    Ok(())
}

/// A folder of the test's own.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("the target folder can be written to");
    folder
}

fn a_failure_is_saved_and_breaks_again() -> Result<(), Failed> {
    let entry = entry("ChildOutlivesItsParent");
    let failure = rounds(&entry, 4, PATIENCE).failure.ok_or("it got through")?;
    let path = failure.save(&folder("saved"))?;
    let read = Failure::read(&path)?;
    assert_eq!((&read.plan, &read.what), (&failure.plan, &failure.what));
    for (number, thread) in read.threads.iter().enumerate() {
        let drawn: Vec<String> = entry.draw(&read.plan, number).take(thread.performed as usize + 1).collect();
        assert!(drawn[..thread.performed as usize].ends_with(&thread.last));
        assert!(thread.next.is_none() || drawn.last() == thread.next.as_ref());
    }
    let control = Control { patience: PATIENCE, over: &|ended| ended > 0, tell: &|_| () };
    let again = run(&read.entry()?, |_| read.plan.clone(), &control)?.failure.ok_or("it did not break again")?;
    assert_eq!(again.what, failure.what);
    Ok(())
}

/// `stress` as a process that finds no engines, and saves in a folder of its own.
fn stress(arguments: &[&str], target: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stress"));
    command.args(arguments).env("CARGO_TARGET_DIR", target).env("CARGO", target.join("no-cargo"));
    command
}

fn output(arguments: &[&str], target: &Path) -> (Output, String, String) {
    let output = stress(arguments, target).output().expect("it was just built");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    (output, out, err)
}

fn what_cannot_be_done_is_one_line() -> Result<(), Failed> {
    let target = folder("one-line");
    let no_failure = target.join("no-failure.json");
    fs::write(&no_failure, "[]")?;
    let no_failure = no_failure.display().to_string();
    let mut plan = serde_json::to_value(entry("ShardedMap").plan(7, 0, 2))?;
    plan["threads"] = json!(1_000_000_000_000_u64);
    let saved = json!({ "schema": 1, "version": "0", "pattern": "sharded_map", "subject": "ShardedMap", "plan": plan,
        "what": "", "threads": [], "history": null, "engines": null });
    let too_large = target.join("too-large.json").display().to_string();
    fs::write(&too_large, saved.to_string())?;
    let cases: [(&[&str], &str); 13] = [
        (&["litmus", "store"], "there is no litmus program store; there are store_buffering/relaxed, "),
        (&["run", "acount"], "there is no pattern acount; there are account, "),
        (&["run", "--threads", "5000"], "5000 threads are too many"),
        (&["run", "--report", "/no/such/folder/report.json"], "failed to write to /no/such/folder/report.json"),
        (&["replay", "/no/such/file"], "failed to read /no/such/file"),
        (&["replay", &no_failure], "is no failure that `stress run` has saved"),
        (&["replay", &too_large], "has a plan that cannot be run: Plan {"),
        (&["run", "--duration", "0s"], "nothing can be done in no time"),
        (&["litmus", "--duration", "0s"], "nothing can be done in no time"),
        (&["replay", "--duration", "0s", &no_failure], "nothing can be done in no time"),
        (&["run", "--duration", "18446744073709551615s"], "a year is the longest"),
        (&["rum"], "unrecognized subcommand 'rum'; tip: a similar subcommand exists: 'run'; `cargo stress --help`"),
        (&[], "it is not said what to do; `cargo stress --help` says more"),
    ];
    for (arguments, error) in cases {
        let (output, out, err) = output(arguments, &target);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {err}");
        assert!(err.starts_with("error: ") && err.contains(error) && err.lines().count() == 1, "{err}");
        assert!(out.is_empty(), "{out}");
    }
    Ok(())
}

fn a_run_reports_what_it_did() -> Result<(), Failed> {
    let target = folder("report");
    let report = target.join("report.json").display().to_string();
    let arguments = ["run", "counter", "--duration", "300ms", "--threads", "2", "--oversubscribe", "2", "--seed", "9"];
    let (output, out, err) = output(&[arguments.as_slice(), &["--report", &report]].concat(), &target);
    assert_eq!(output.status.code(), Some(0), "{out}{err}");
    assert!(out.starts_with("seed 9, 4 threads on ") && out.matches("  holds").count() == 3, "{out}");
    let report: Value = serde_json::from_str(&fs::read_to_string(report)?)?;
    assert_eq!((&report["seed"], &report["threads"], &report["interrupted"]), (&json!(9), &json!(4), &json!(false)));
    let result = &report["results"][0];
    assert_eq!((&result["subject"], &result["failure"]), (&json!("AtomicCounter"), &json!(null)));
    assert!(result["operations"].as_u64() > Some(0) && result["latency"]["p99"].as_u64() > Some(0), "{result}");
    assert_eq!(result["process"].is_null(), !cfg!(target_os = "linux"));
    Ok(())
}

fn a_broken_twin_ends_with_1_and_can_be_replayed() -> Result<(), Failed> {
    let target = folder("twin");
    let (run, out, err) = output(&["run", "ChildOutlivesItsParent", "--duration", "1m"], &target);
    assert_eq!(run.status.code(), Some(1), "{out}{err}");
    for part in
        ["BROKEN", "context/ChildOutlivesItsParent breaks in round 0 of seed 0:", "the engines could not be asked"]
    {
        assert!(out.contains(part), "{part}: {out}");
    }
    let file = target.join("failures/stress-ChildOutlivesItsParent.json").display().to_string();
    let (replay, out, err) = output(&["replay", &file], &target);
    assert_eq!(replay.status.code(), Some(1), "{out}{err}");
    assert!(out.starts_with("it breaks again, at attempt 1:"), "{out}");
    Ok(())
}

/// By a cargo that writes down what it is asked for, and finds nothing.
#[cfg(unix)]
fn the_engines_are_asked_as_one_asks_them() -> Result<(), Failed> {
    use std::os::unix::fs::PermissionsExt;

    let target = folder("asked");
    let (cargo, asked) = (target.join("cargo"), target.join("asked"));
    let results = r#"{"schema":1,"results":[],"programs":[]}"#;
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> {}\nwhile [ $1 != --json ]; do shift; done\necho '{results}' > $2\nexit 1\n",
        asked.display()
    );
    fs::write(&cargo, script)?;
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755))?;
    let _ = fs::remove_file(&asked);
    let run = stress(&["run", "ChildOutlivesItsParent", "--duration", "1m"], &target).env("CARGO", &cargo).output()?;
    let out = String::from_utf8_lossy(&run.stdout);
    assert_eq!(run.status.code(), Some(1), "{out}");
    assert!(out.contains("dpor does not find it in 0 checks; loom does not find it in 0 checks"), "{out}");
    let asked = fs::read_to_string(asked)?;
    let expected =
        ["dpor", "loom"].map(|engine| format!("verify --quick --engine {engine} --filter ChildOutlivesItsParent "));
    assert!(asked.lines().zip(&expected).all(|(line, expected)| line.starts_with(expected)), "{asked}");
    assert_eq!(asked.lines().count(), 2, "{asked}");
    Ok(())
}

fn something_runs_however_short_the_time() -> Result<(), Failed> {
    let (run, out, err) = output(&["run", "ChildOutlivesItsParent", "--duration", "1ns"], &folder("short"));
    assert_eq!(run.status.code(), Some(1), "{out}{err}");
    assert!(out.contains("BROKEN"), "{out}");
    Ok(())
}

fn a_reader_who_goes_ends_the_run() -> Result<(), Failed> {
    let mut child =
        stress(&["run", "--duration", "10m"], &folder("head")).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut out = BufReader::new(child.stdout.take().ok_or("its output is a pipe")?);
    out.read_line(&mut String::new())?;
    drop(out);
    let ended = child.wait_with_output()?;
    assert_eq!((ended.status.code(), ended.stderr.as_slice()), (Some(0), &b""[..]));
    Ok(())
}

fn litmus_programs_are_run_and_told() -> Result<(), Failed> {
    let target = folder("litmus");
    let report = target.join("litmus.json").display().to_string();
    let arguments = ["litmus", "coherence", "store_buffering/seq_cst", "--duration", "100ms", "--report", &report];
    let (output, out, err) = output(&arguments, &target);
    assert_eq!(output.status.code(), Some(0), "{out}{err}");
    assert!(out.contains("coherence/relaxed: x = 1; x = 2 | r0 = x; r1 = x"), "{out}");
    assert!(out.starts_with("store_buffering/seq_cst: x = 1; r0 = y | y = 1; r1 = x"), "{out}");
    assert!(out.ends_with("forbidden outcomes seen: 0\n"), "{out}");
    let report: Value = serde_json::from_str(&fs::read_to_string(report)?)?;
    assert_eq!(
        (&report[0]["name"], &report[1]["name"]),
        (&json!("store_buffering/seq_cst"), &json!("coherence/relaxed"))
    );
    assert!(report[0]["rows"][0]["count"].is_u64(), "{report}");
    Ok(())
}

/// Told to end after its first line, where it is sure to listen.
#[cfg(unix)]
fn an_interrupted_run_says_what_it_found() -> Result<(), Failed> {
    let target = folder("interrupted");
    let mut child = stress(&["run", "counter", "--duration", "10m"], &target).stdout(Stdio::piped()).spawn()?;
    let mut out = BufReader::new(child.stdout.take().ok_or("its output is a pipe")?);
    let mut text = String::new();
    out.read_line(&mut text)?;
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status()?.success());
    out.read_to_string(&mut text)?;
    assert_eq!(child.wait()?.code(), Some(130), "{text}");
    assert!(text.contains("counter/AtomicCounter") && text.contains("  holds\ninterrupted: "), "{text}");
    assert!(!text.contains("MutexCounter"), "{text}");
    Ok(())
}
