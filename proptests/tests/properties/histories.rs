//! The program `histories` as it is run: what it prints, and how it exits.

#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "these are tests of a program")]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const GOOD: &str = "INFO  jepsen.util - 0\t:invoke\t:write\t1\nINFO  jepsen.util - 0\t:ok\t:write\t1\n";
const BAD: &str = "INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 0\t:ok\t:read\t7\n";

fn histories(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_histories")).args(arguments).output().expect("the program is built")
}

fn file(name: &str, text: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).expect("the folder for temporary files can be written to");
    path.display().to_string()
}

#[test]
fn one_that_is_and_one_that_is_not() {
    let (good, bad) = (file("good.log", GOOD), file("bad.log", BAD));
    let output = histories(&["--model", "register", &good]);
    assert_eq!(output.status.code(), Some(0));
    let output = histories(&["--model", "register", "--json", &good, &bad]);
    assert_eq!(output.status.code(), Some(1));
    let results: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(results[0]["file"], good);
    assert_eq!(results[0]["linearizable"], true);
    assert_eq!(results[1]["linearizable"], false);
    assert_eq!(results[1]["operations"], 1);
    assert!(results[1]["seconds"].is_f64());
    let output = histories(&["--model", "register", &bad]);
    let text = String::from_utf8(output.stdout).expect("it is text");
    assert!(text.contains("NOT LINEARIZABLE, 1 operations") && text.contains("process 0: read: 7"), "{text}");
}

/// The files of `tests/logs` are named after their models, and the bad ones have one thing wrong.
#[test]
fn what_jepsen_and_knossos_write() {
    let logs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs");
    for (folder, code, verdict) in [("good", 0, ": linearizable, "), ("bad", 1, ": NOT LINEARIZABLE, ")] {
        let files: Vec<_> =
            fs::read_dir(logs.join(folder)).expect("it is there").map(|file| file.unwrap().path()).collect();
        assert!(files.len() >= 10);
        for file in files {
            let name = file.file_name().and_then(OsStr::to_str).expect("it is text");
            let model = name.split(['-', '.']).next().expect("it has a beginning");
            let output = histories(&["--model", model, file.to_str().expect("it is text")]);
            let text = String::from_utf8(output.stdout).expect("it is text");
            assert_eq!(output.status.code(), Some(code), "{name}: {text}");
            assert!(text.contains(verdict), "{text}");
        }
    }
}

#[test]
fn standard_input_is_a_file_too() {
    let log = File::open(file("stdin.log", GOOD)).expect("it was just written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_histories"));
    let output = command.args(["--model", "cas-register", "-"]).stdin(log).output().expect("the program is built");
    let text = String::from_utf8(output.stdout).expect("it is text");
    assert!(text.starts_with("standard input: linearizable, 1 operations in "), "{text}");
}

#[test]
fn where_nothing_happened_nothing_is_judged() {
    let failed = "0 :invoke :write 1\n0 :fail :write 1\n1 :invoke :read nil\n1 :info :read nil\n";
    for (name, text) in [("empty.log", ""), ("blank.edn", "\n ; nothing\n[]\n"), ("failed.log", failed)] {
        let output = histories(&["--model", "register", &file(name, text)]);
        let text = String::from_utf8(output.stdout).expect("it is text");
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains(": VACUOUS: no operation was answered, so nothing is judged, "), "{text}");
    }
    let output = histories(&["--model", "register", "--json", &file("none.log", "")]);
    let results: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!((&results[0]["verdict"], &results[0]["linearizable"]), (&"vacuous".into(), &serde_json::Value::Null));
}

#[test]
fn a_bad_line_is_not_shown_whole() {
    let line = format!("0 :invoke :write {}x\n", "1".repeat(1_000_000));
    let output = histories(&["--model", "register", &file("long.log", &line)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stderr.len() < 1_000);
}

#[test]
fn many_files_that_cannot_be_read_are_three_lines() {
    let output = histories(&["--model", "set", "/no/a", "/no/b", "/no/c", "/no/d", "/no/e"]);
    let stderr = String::from_utf8(output.stderr).expect("it is text");
    assert_eq!((output.status.code(), stderr.lines().count()), (Some(2), 3), "{stderr}");
    assert!(stderr.ends_with("; and 2 others cannot be read either\n"), "{stderr}");
}

#[test]
fn a_budget_that_does_not_suffice() {
    let output = histories(&["--model", "register", "--json", "--budget", "0", &file("undecided.log", GOOD)]);
    assert_eq!(output.status.code(), Some(1));
    let results: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert!(results[0]["linearizable"].is_null());
}

#[test]
fn what_cannot_be_read() {
    let truncated = file("truncated.log", &GOOD[..60]);
    for (arguments, why) in [
        (&["--model", "register", "/no/such/file"][..], "failed to read /no/such/file".to_owned()),
        (&["--model", "register", truncated.as_str()], format!("{truncated}:2: ")),
        (&["--model", "kv", truncated.as_str()], format!("{truncated}:2: ")),
    ] {
        let output = histories(arguments);
        let stderr = String::from_utf8(output.stderr).expect("it is text");
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.starts_with("error: ") && stderr.contains(&why) && stderr.lines().count() == 1, "{stderr}");
    }
    assert_eq!(histories(&["--model", "magic", &truncated]).status.code(), Some(2));
    assert_eq!(histories(&["--model", "kv"]).status.code(), Some(2));
}
