//! The results of a run are reported, wherever that is possible.

use std::fs::{self, File};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::stub::{self, Stub};
use crate::{output, said, saved, verify};

#[test]
fn the_usage_is_what_one_types() {
    let (code, stdout, stderr) = output(&Stub::quick(), &["--help"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(stdout.contains("\nUsage: cargo verify [OPTIONS]\n"), "{stdout}");
}

#[test]
fn everything_holds() {
    let stub = Stub::quick();
    let (code, stdout, stderr) = output(&stub, &["--json", "f", "--jobs", "2"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains("EXHAUSTED") && stdout.ends_with(", 0 failed\n"), "{stdout}");
    let document: Value = serde_json::from_str(&fs::read_to_string(stub.path("f")).unwrap()).unwrap();
    assert!(!document["results"].as_array().unwrap().is_empty() && document["incomplete"].is_null());
}

#[test]
fn orderings_are_asked_about() {
    let weaken = "case \"$*\" in *--weaken*) /bin/cat ${0%/target/*}/weaken.json ;; *) exit 3 ;; esac";
    let stub = Stub::new("exit 0", weaken);
    let mut row: Value = serde_json::from_str(&stub::row()).unwrap();
    row["orderings"] = json!([{
        "place": { "file": "src/a.rs", "line": 3, "column": 7 },
        "source": ["set", "flag.store(true, Ordering::SeqCst);"],
        "access": "store",
        "ordering": "SeqCst",
        "attempts": [
            { "ordering": "Release", "verdict": "exhausted", "executions": 3, "failure": null },
            { "ordering": "Relaxed", "verdict": "failed", "executions": 2, "failure": "a race" },
        ],
    }]);
    fs::write(stub.path("weaken.json"), row.to_string()).unwrap();
    let (code, stdout, stderr) = output(&stub, &["--weaken", "--json", "f"]);
    assert_eq!(code, Some(0), "{stderr}");
    let words: Vec<&str> = stdout.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(words[..4], ["src/a.rs:3:7", "store", "SeqCst", "Release"], "{stdout}");
    let told = "src/a.rs:3:7: store SeqCst, in set: flag.store(true, Ordering::SeqCst);\n  Relaxed: ";
    assert!(stdout.contains(told) && stdout.contains(": a race\n"), "{stdout}");
    let last = "1 orderings, each lowered by itself; 1 could be weaker for all that these checks do\n";
    assert!(stdout.contains(last), "{stdout}");
    let document: Value = serde_json::from_str(&fs::read_to_string(stub.path("f")).unwrap()).unwrap();
    assert_eq!(document["orderings"][0]["weakest"], json!(["Release"]));
}

#[test]
fn a_failure_is_run_again() {
    let stub = Stub::quick();
    fs::write(stub.path("saved.json"), saved().to_string()).unwrap();
    let (code, stdout, stderr) = output(&stub, &["--replay", "saved.json"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains("does not fail any more"), "{stdout}");
}

#[test]
fn a_relative_target_folder_is_where_one_stands() {
    let stub = Stub::quick();
    let output = verify(&stub, &["--engine", "loom"]).env("CARGO_TARGET_DIR", "target").output().unwrap();
    let (code, stdout, stderr) = said(output);
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    assert!(!stdout.contains("CRASHED"), "{stdout}");
}

#[test]
#[cfg(target_os = "linux")]
fn results_are_written_where_standard_output_is_full() {
    let stub = Stub::quick();
    for arguments in [&["--json", "f"][..], &["--list"], &["--help"]] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let (code, _, stderr) = said(verify(&stub, arguments).stdout(full).output().unwrap());
        assert_eq!(code, Some(2), "{stderr}");
        let why = "error: failed to write to standard output: No space left on device (os error 28)";
        assert_eq!(stderr.lines().last(), Some(why), "{stderr}");
    }
    assert!(stub.path("f").exists());
}

#[test]
fn results_are_written_where_nobody_reads_on() {
    let stub = Stub::quick();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let (code, _, stderr) = said(verify(&stub, &["--json", "f"]).stdout(writer).output().unwrap());
    assert_eq!(code, Some(0), "{stderr}");
    assert!(!stderr.contains("error") && stub.path("f").exists(), "{stderr}");
    // The same if standard error cannot be written to.
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    let status = verify(&stub, &["--nonsense"]).stdout(full()).stderr(full()).status().unwrap();
    assert_eq!(status.code(), Some(2));
}

#[test]
fn it_is_said_that_another_cargo_is_waited_for() {
    let cargo = "echo '    Blocking waiting for file lock on build directory' >&2";
    let (code, _, stderr) = output(&Stub::new(cargo, "/bin/cat ${0%/target/*}/row.json"), &["--engine", "threads"]);
    assert_eq!(code, Some(0), "{stderr}");
    let waits = "waiting for another cargo, which builds there, before building models for real threads";
    assert!(stderr.lines().any(|line| line == waits), "{stderr}");
}

#[test]
fn a_build_that_fails_late_loses_nothing() {
    let cargo = "case $CARGO_TARGET_DIR in *loom) exit 101 ;; esac";
    let stub = Stub::new(cargo, "/bin/cat ${0%/target/*}/row.json");
    let (code, stdout, stderr) =
        output(&stub, &["--engine", "threads", "--engine", "loom", "--json", "f", "--html", "page"]);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stdout.contains("EXHAUSTED"), "{stdout}");
    let why = "2 of 4 checks were run\nerror: building models for loom failed: cargo ended with exit status: 101\n";
    assert!(stderr.ends_with(why), "{stderr}");
    let document: Value = serde_json::from_str(&fs::read_to_string(stub.path("f")).unwrap()).unwrap();
    assert_eq!((&document["incomplete"], stub.path("page").exists()), (&Value::Bool(true), false));
}

#[test]
fn what_cargo_says_of_a_build_that_fails_is_told() {
    let stub = Stub::new("echo 'error: no such crate' >&2; exit 101", "exit 1");
    let (code, _, stderr) = output(&stub, &["--engine", "threads"]);
    assert_eq!(code, Some(2), "{stderr}");
    let told =
        "error: no such crate\nerror: building models for real threads failed: cargo ended with exit status: 101\n";
    assert!(stderr.ends_with(told), "{stderr}");
}
