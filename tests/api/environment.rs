//! What the environment asks for is done, or refused in one line.

use std::process::Command;

use selvedge::check::{Engine, verify};

/// Run by the tests below, in a process of its own: no engine finds it right.
#[test]
#[ignore = "it fails, as it should"]
fn what_always_fails() {
    verify(|| panic!("it ran"));
}

/// What `what_always_fails` says in this environment.
fn says(variable: &str, value: &str) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "environment::what_always_fails", "--ignored", "--nocapture"]).env(variable, value);
    let output = command.env("RUST_BACKTRACE", "0").output().unwrap();
    assert!(!output.status.success(), "{variable}={value} was taken");
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

#[test]
fn an_engine_that_is_not_in_the_build_is_an_error() {
    let cfg = Engine::available().next().expect("every build has an engine").cfg();
    for engine in Engine::ALL {
        let said = says("SELVEDGE_ENGINE", engine.name());
        let expected = if engine.cfg() == cfg { "it ran" } else { "is not in this build" };
        assert!(said.contains(expected), "{}: {said}", engine.name());
    }
    let said = says("SELVEDGE_ENGINE", "dpo");
    assert!(said.contains("SELVEDGE_ENGINE=dpo: this is no engine; there are threads, loom"), "{said}");
}

#[test]
fn what_cannot_be_is_refused_in_a_line_that_says_what_can() {
    let cases = [
        ("SELVEDGE_SEED", &["-1", "many", ""][..], "this is no number; give one from 0 on"),
        ("SELVEDGE_PREEMPTIONS", &["-1", "1.5"], "this is no number; give one from 0 on"),
        ("SELVEDGE_TIME_LIMIT", &["0s", "5", "five", ""], "this is no time; give one like 90s"),
        ("SELVEDGE_SHARD", &["0/4", "5/4", "1"], "this is no part; give one like 1/4"),
        ("SELVEDGE_SPURIOUS", &["2", "yes", ""], "this is neither 1, for threads that wake without a reason, nor 0"),
        ("SELVEDGE_WEAKEN", &["", "yes"], "this is neither 1, for orderings that are lowered, nor 0"),
        ("SELVEDGE_REPLAY", &[""], "this is no file"),
        ("SELVEDGE_REPLAY", &["no/such/file"], "SELVEDGE_REPLAY=no/such/file: failed to read it"),
    ];
    for (variable, values, why) in cases {
        for value in values {
            let said = says(variable, value);
            assert!(said.contains(&format!("{variable}={value}: ")) && said.contains(why), "{said}");
        }
    }
}

#[test]
fn no_executions_are_no_budget() {
    for value in ["0", "", "-1", "many", "1e3"] {
        let said = says("SELVEDGE_EXECUTIONS", value);
        assert!(said.contains("this is no number of executions; give one from 1 on"), "{value}: {said}");
    }
}
