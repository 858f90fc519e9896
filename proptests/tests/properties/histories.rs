//! The program `histories` as it is run: what it prints, and how it exits.

#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "these are tests of a program")]

use std::fs;
use std::path::PathBuf;
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
        (&["--model", "kv", truncated.as_str()], format!("{truncated}:1: this is no map in braces")),
    ] {
        let output = histories(arguments);
        let stderr = String::from_utf8(output.stderr).expect("it is text");
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(&why) && stderr.lines().count() == 1, "{stderr}");
    }
    assert_eq!(histories(&["--model", "magic", &truncated]).status.code(), Some(2));
    assert_eq!(histories(&["--model", "kv"]).status.code(), Some(2));
}
