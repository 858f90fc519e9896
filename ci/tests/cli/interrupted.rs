//! An interrupt leaves what was found, and no process.

use std::fs;

use crate::stub::{LAST, Stub, WORKS};
use crate::verify;

#[test]
fn a_build_ends_with_those_whom_cargo_has_started() {
    // SIGHUP, which ends nothing under `nohup`.
    let hangs_up = !cli::interrupt::is_ignored(1);
    for signal in ["-INT", "-TERM"].into_iter().chain(hangs_up.then_some("-HUP")) {
        let stub = Stub::new(WORKS, "exit 1");
        let (code, stdout, stderr) = stub.interrupt(&mut verify(&stub, &["--engine", "threads"]), signal);
        assert_eq!((code, stdout.as_str()), (Some(130), ""), "{stderr}");
        assert_eq!(stderr, "building models for real threads\ninterrupted\n");
    }
}

/// A run whose first check comes to what `row` prints, and which is interrupted in its second.
fn interrupted(row: &str) -> (Stub, (Option<i32>, String, String)) {
    let run = format!("case \"$*\" in *{LAST}*) {WORKS} ;; *) {row} ;; esac");
    let stub = Stub::new("exit 0", &run);
    let mut verify = verify(&stub, &["--engine", "threads", "--jobs", "1", "--json", "f"]);
    let said = stub.interrupt(&mut verify, "-INT");
    (stub, said)
}

#[test]
fn a_failure_that_was_found_is_one() {
    let fails = r#"/bin/sed 's/"verdict":"exhausted"/"verdict":"failed"/; s/"ok":true/"ok":false/'"#;
    let (_stub, (code, stdout, stderr)) = interrupted(&format!("{fails} ${{0%/target/*}}/row.json"));
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stdout.contains("FAILED at") && stdout.ends_with(", 1 failed\n"), "{stdout}");
    assert_eq!(stderr.lines().last(), Some("interrupted: 1 of 2 checks were run"), "{stderr}");
}

#[test]
fn what_was_found_is_told() {
    let (stub, (code, stdout, stderr)) = interrupted("/bin/cat ${0%/target/*}/row.json");
    assert_eq!(code, Some(130), "{stderr}");
    assert!(stdout.contains("EXHAUSTED") && !stdout.contains("CRASHED"), "{stdout}");
    assert_eq!(stderr.lines().last(), Some("interrupted: 1 of 2 checks were run"), "{stderr}");
    let document: serde_json::Value = serde_json::from_str(&fs::read_to_string(stub.path("f")).unwrap()).unwrap();
    assert_eq!(document["incomplete"], true);
}
