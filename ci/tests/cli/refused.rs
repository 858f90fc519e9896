//! Impossible requests get one line and exit code 2, before anything is built.

use std::fs;

use serde_json::{Value, json};

use crate::stub::Stub;
use crate::{output, said, saved, verify};

/// A stub whose cargo fails, so that a build would be noticed.
fn without_cargo() -> Stub {
    Stub::new("echo it was built >&2; exit 1", "exit 1")
}

#[track_caller]
fn assert_refused(stub: &Stub, arguments: &[&str], why: &str) {
    let (code, stdout, stderr) = output(stub, arguments);
    assert_eq!(code, Some(2), "{arguments:?}: {stderr}");
    assert!(stderr.starts_with("error: ") && stderr.contains(why), "{arguments:?}: {stderr}");
    assert_eq!((stderr.lines().count(), stdout.as_str()), (1, ""), "{arguments:?}: {stderr}");
}

#[test]
fn flags_that_cannot_be() {
    let stub = without_cargo();
    let cases: &[(&[&str], &str)] = &[
        (&["--engine", "magic"], "there is no engine `magic`; there are threads, loom, shuttle, shuttle-pct"),
        (&["--filter", "no such check"], "no check matches `no such check`; `--list` names them all"),
        (&["--time-limit", "18446744073709551615s"], "a year is the longest"),
        (&["--time-limit", "0s"], "nothing can be done in no time"),
        (&["--jobs", "65535"], "65535 is not in 1..=1024"),
        (&["--jobs", "0"], "0 is not in 1..=1024"),
        (&["--shard", "1/2"], "`--shard` needs `--engine dpor`"),
        (
            &["--weaken", "--engine", "dpor"],
            "only rc11 knows weaker orderings: `--weaken` needs `--engine rc11`, or no engine",
        ),
        (&["--weaken", "--html", "f"], "'--weaken' cannot be used with '--html <FILE>'"),
        (&["--weaken", "--draw", "quick"], "'--weaken' cannot be used with '--draw <EFFORT>'"),
        (&["--shard", "3/2"], "a shard is K/N, with K from 1 to N"),
        (&["--shard", "1/18446744073709551615"], "and N to 1048576 at the most"),
        (&["--quik"], "tip: a similar argument exists: '--quick'; `cargo verify --help` says more"),
        (&["ttl_cache"], "unexpected argument 'ttl_cache' found"),
        (&["--list", "--json", "f"], "'--list' cannot be used with '--json <FILE>'"),
        (&["--list", "--jobs", "2"], "'--list' cannot be used with '--jobs <N>'"),
        (&["--replay", "f", "--time-limit", "1s"], "'--replay <FILE>' cannot be used with '--time-limit <DURATION>'"),
        (&["--replay", "f", "--seed", "0"], "'--replay <FILE>' cannot be used with '--seed <N>'"),
        (&["--replay", "f", "--jobs", "2"], "'--replay <FILE>' cannot be used with '--jobs <N>'"),
        (&["--replay", "f", "--resume", "d"], "'--replay <FILE>' cannot be used with '--resume <DIR>'"),
    ];
    for (arguments, why) in cases {
        assert_refused(&stub, arguments, why);
    }
}

#[test]
fn an_environment_that_cannot_be() {
    let stub = without_cargo();
    for executions in ["0", "2/1", "-1", ""] {
        let (code, _, stderr) = said(verify(&stub, &[]).env("SELVEDGE_EXECUTIONS", executions).output().unwrap());
        assert_eq!(code, Some(2), "{stderr}");
        assert_eq!(
            stderr,
            format!("error: SELVEDGE_EXECUTIONS={executions}: this is no number of executions; give one from 1 on\n")
        );
    }
}

#[test]
fn files_that_cannot_be_written() {
    let stub = without_cargo();
    for flag in ["--json", "--html", "--junit"] {
        for file in ["/no/such/folder/report", "no/such/dir/f", "f/", "."] {
            assert_refused(&stub, &[flag, file], &format!("failed to write to {file}"));
        }
    }
    assert_refused(&stub, &["--json", "a", "--html", "a"], "--json and --html name the same file, a");
    assert_refused(&stub, &["--html", "a", "--junit", "./a"], "--html and --junit name the same file, ./a");
    assert_refused(&stub, &["--save", "cargo/d"], "failed to make the folder cargo/d");
    assert_refused(&stub, &["--resume", "cargo"], "failed to make the folder cargo");
    let left: Vec<_> = fs::read_dir(stub.path("")).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("part")), "{left:?}");
}

/// Changes a saved failure, and expects the message that says what is wrong with it.
#[track_caller]
fn assert_damaged(stub: &Stub, why: &str, damage: impl FnOnce(&mut Value)) {
    let mut saved = saved();
    damage(&mut saved);
    fs::write(stub.path("damaged.json"), saved.to_string()).unwrap();
    assert_refused(stub, &["--replay", "damaged.json"], why);
}

#[test]
fn failures_that_are_none() {
    let stub = without_cargo();
    assert_refused(&stub, &["--replay", "no/such/file.json"], "failed to read no/such/file.json");
    assert_refused(&stub, &["--replay", "list.json"], "list.json: this is no saved failure");
    assert_refused(&stub, &["--replay", "/dev/zero"], "/dev/zero is larger than 256 MiB");
    assert_damaged(&stub, "unknown variant `magic`", |saved| saved["engine"] = json!("magic"));
    assert_damaged(&stub, "there is no check account/nothing", |saved| saved["check"] = json!("account/nothing"));
    assert_damaged(&stub, "opposite_transfers_end with No", |saved| saved["defect"] = json!("No"));
    assert_damaged(&stub, "thread 0 of a story with 0 threads", |saved| saved["story"]["threads"] = json!([]));
    assert_damaged(&stub, "thread 1000000000 of a story", |saved| {
        saved["story"]["steps"][0]["thread"] = json!(1e9 as u64)
    });
    assert_damaged(&stub, "arm 1000000000 of a select", |saved| {
        saved["story"]["steps"][0]["choice"] = json!(1e9 as u64)
    });
    assert_damaged(&stub, "object 1000000000 of a story", |saved| {
        saved["story"]["steps"][1]["object"] = json!(1e9 as u64)
    });
    assert_damaged(&stub, "object 77 of a story", |saved| saved["story"]["steps"][1]["mutex"] = json!(77));
    assert_damaged(&stub, "object 77 of a story", |saved| {
        saved["story"]["steps"][0]["changes"] = json!([{ "object": 77, "state": "" }]);
    });
    assert_damaged(&stub, "thread 77 of a story", |saved| saved["story"]["waits"][0]["holder"] = json!(77));
    assert_damaged(&stub, "object 77 of a story", |saved| saved["story"]["waits"][0]["object"] = json!(77));
    fs::write(stub.path("saved.json"), saved().to_string()).unwrap();
    let over = ["--replay", "saved.json", "--json", "./saved.json"];
    assert_refused(&stub, &over, "--json would write over the failure, saved.json");
}
