//! Bad input gets one clear line and a non-zero exit, before anything is built.

#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "these are tests of a program")]

use std::process::{Command, Output};

fn verify(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_verify")).args(arguments).output().expect("the program is built")
}

#[track_caller]
fn assert_refused(arguments: &[&str], why: &str) {
    let output = verify(arguments);
    let stderr = String::from_utf8(output.stderr).expect("it is text");
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains(why), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

#[test]
fn an_unknown_engine() {
    assert_refused(&["--engine", "magic"], "there is no engine `magic`; there are threads, loom, shuttle, shuttle-pct");
}

#[test]
fn a_file_that_cannot_be_written() {
    for flag in ["--json", "--html", "--junit"] {
        assert_refused(&[flag, "/no/such/folder/report"], "failed to write to /no/such/folder/report");
    }
}

#[test]
fn a_failure_that_is_not_there_or_is_none() {
    assert_refused(&["--replay", "no/such/file.json"], "failed to read no/such/file.json");
    assert_refused(&["--replay", "Cargo.toml"], "Cargo.toml: this is no saved failure");
}
