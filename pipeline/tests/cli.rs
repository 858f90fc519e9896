//! Bad input gets one clear line and a non-zero exit, before anything is built.

#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "these are tests of a program")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn ci(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pipeline")).args(arguments).output().expect("the program is built")
}

#[track_caller]
fn assert_refused(arguments: &[&str], why: &str) {
    let output = ci(arguments);
    let stderr = String::from_utf8(output.stderr).expect("it is text");
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains(why), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

#[test]
fn an_unknown_step() {
    assert_refused(&["--skip", "lunch"], "there is no step `lunch`; there are format, lints");
}

#[test]
fn a_night_that_cannot_be() {
    // No user can make a folder below a file.
    let night = ["nightly", "--budget", "1s", "--out", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml/night")];
    let with = |more: &[&'static str]| [&night[..], more].concat();
    assert_refused(&with(&["--filter", "no such check"]), "no check matches `no such check`");
    assert_refused(&with(&["--filter", "account"]), "failed to open the folder ");
}

#[test]
fn a_night_that_was_begun_with_other_flags() {
    let folder = std::env::temp_dir().join(format!("selvedge-cli-night-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("there is room");
    let state = r#"{"schema":1,"night":{"name":"a","shard":{"part":0,"of":2},"budget":{"secs":60,"nanos":0},
        "filter":null},"began":0,"worked":{"secs":1,"nanos":0},"slices":0,"finished":false,"items":{},"behaviours":{}}"#;
    fs::write(folder.join("state.json"), state).expect("there is room");
    let out = folder.to_str().expect("it is text");
    assert_refused(
        &["nightly", "--budget", "2m", "--out", out, "--shard", "1/2"],
        "holds shard 1/2 of night a with a budget of 1m, and not shard 1/2 of night a with a budget of 2m",
    );
    let merged = ci(&["merge", out]);
    let stdout = String::from_utf8(merged.stdout).expect("it is text");
    assert_eq!(merged.status.code(), Some(1), "{stdout}");
    assert!(stdout.contains("shard 1/2: it is unfinished: it has worked 1s of 1m"), "{stdout}");
    assert!(stdout.contains("shard 2/2: it is missing"), "{stdout}");
    fs::remove_dir_all(&folder).expect("it is there");
}

#[test]
fn a_bench_that_cannot_be() {
    assert_refused(&["bench", "--json", "/no/such/folder/bench.json"], "failed to write to /no/such/folder/bench");
    assert_refused(&["bench", "--against", "no/such/file.json"], "failed to read no/such/file.json");
    assert_refused(&["bench", "--against", "Cargo.toml"], "Cargo.toml is no document of `cargo ci bench --json`");
}

#[test]
fn nothing_to_merge() {
    let output = ci(&["merge", "/no/such/folder"]);
    let stderr = String::from_utf8(output.stderr).expect("it is text");
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("no folder holds a night: all shards are missing"), "{stderr}");
}

#[test]
#[cfg(unix)]
fn a_nextest_that_is_not_installed() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pipeline"));
    // It says of nothing that it is there.
    let output = command.arg("nextest").env("CARGO", "false").output().expect("the program is built");
    let stderr = String::from_utf8(output.stderr).expect("it is text");
    let install = pipeline::nextest::INSTALL;
    assert_eq!(stderr, format!("error: cargo-nextest is not installed (`{install}` installs it)\n"));
    assert_eq!(output.status.code(), Some(2));
}

/// Runs `cargo ci sanitize` with a `rustup` that is a script.
#[cfg(unix)]
fn sanitize(name: &str, rustup: &str) -> (bool, String) {
    use std::os::unix::fs::PermissionsExt;

    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("there is room");
    let file = folder.join("rustup");
    fs::write(&file, format!("#!/bin/sh\n{rustup}\n")).expect("there is room");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let mut command = Command::new(env!("CARGO_BIN_EXE_pipeline"));
    let output = command.args(["sanitize"]).env("PATH", folder).output().expect("the program is built");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("it is text"));
    (output.status.success(), said.concat())
}

#[test]
#[cfg(unix)]
fn a_sanitizer_that_is_not_there_is_skipped_and_said() {
    let (passed, said) = sanitize("absent", "exit 1");
    assert!(passed, "{said}");
    let lines: Vec<&str> = said.lines().collect();
    let install = "rustup toolchain install nightly";
    let tools = ["Miri", "ThreadSanitizer", "AddressSanitizer"];
    assert_eq!(lines.len(), tools.len(), "{said}");
    for (line, tool) in lines.into_iter().zip(tools) {
        assert!(line.starts_with(&format!("skipped: there is no {tool} (`{install}")), "{said}");
    }
}

#[test]
#[cfg(unix)]
fn a_sanitizer_that_finds_something_fails_and_the_others_are_run() {
    // The script is asked what is installed, and then has to run `cargo test` or `cargo miri test`.
    let found = "case \"$*\" in *--print*) echo /;; *--version) ;; *' test '*) echo \"ran $*\"; exit 1;; esac";
    let (passed, said) = sanitize("found", found);
    assert!(!passed, "{said}");
    assert!(said.contains("ran run nightly cargo miri test --package selvedge"), "{said}");
    assert!(said.contains("ran run nightly cargo test -p selvedge"), "{said}");
    assert!(said.contains("ran run nightly cargo test --profile checks -p tests-dpor"), "{said}");
    assert!(!said.contains("skipped"), "{said}");
}
