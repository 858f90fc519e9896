//! An interrupt leaves what was found, and no process.

use std::fs;

use crate::stub::{LAST, Stub, WORKS};
use crate::verify;

#[test]
fn a_build_ends_with_those_whom_cargo_has_started() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let stub = Stub::new(WORKS, "exit 1");
        let (code, stdout, stderr) = stub.interrupt(&mut verify(&stub, &["--engine", "threads"]), signal);
        assert_eq!((code, stdout.as_str()), (Some(130), ""), "{stderr}");
        assert_eq!(stderr, "building models for real threads\ninterrupted\n");
    }
}

#[test]
fn what_was_found_is_told() {
    let run = format!("case \"$*\" in *{LAST}*) {WORKS} ;; *) /bin/cat ${{0%/target/*}}/row.json ;; esac");
    let stub = Stub::new("exit 0", &run);
    let mut verify = verify(&stub, &["--engine", "threads", "--jobs", "1", "--json", "f"]);
    let (code, stdout, stderr) = stub.interrupt(&mut verify, "-INT");
    assert_eq!(code, Some(130), "{stderr}");
    assert!(stdout.contains("EXHAUSTED") && !stdout.contains("CRASHED"), "{stdout}");
    assert_eq!(stderr.lines().last(), Some("interrupted: 1 of 2 checks were run"), "{stderr}");
    let document: serde_json::Value = serde_json::from_str(&fs::read_to_string(stub.path("f")).unwrap()).unwrap();
    assert_eq!(document["incomplete"], true);
}
