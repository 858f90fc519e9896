//! `cargo ci` as a program, with a [`stub`] in the place of cargo: interrupted, and in a random walk over its command lines, of
//! SELVEDGE_STEPS steps or of some that take seconds.

#![cfg(unix)]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "this is a test of a program")]

use std::path::Path;
use std::process::Command;

use cli::walk::{Walk, steps};

#[path = "../../ci/tests/cli/stub.rs"]
mod stub;

#[test]
fn an_interrupt_ends_a_step_with_all_that_it_has_started() {
    let stub = stub::Stub::new(stub::WORKS, "exit 1");
    let mut command = Command::new(env!("CARGO_BIN_EXE_pipeline"));
    stub.stands_for_all(&mut command);
    let (code, stdout, stderr) = stub.interrupt(&mut command, "-TERM");
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (Some(130), "", "==> format\ninterrupted\n"));
}

#[test]
fn no_command_line_is_the_end_of_it() {
    let stub = stub::Stub::quick();
    let walk = Walk {
        program: Path::new(env!("CARGO_BIN_EXE_pipeline")),
        words: &[
            "tests",
            "verify",
            "stress",
            "account",
            "1/2",
            "1s",
            "200ms",
            "1",
            "2",
            "out.json",
            "out.html",
            "folder",
            "night",
            "a-night",
            "src/sync/mutex.rs",
        ],
        progress: &["==> ", "building ", " checks, ", " under ", "running the litmus programs"],
        environment: &[
            ("CARGO", &["cargo", "/bin/true", "/bin/false"]),
            ("JOB_COMPLETION_INDEX", &["0", "1"]),
            ("JOB_COMPLETIONS", &["2"]),
            ("SLURM_ARRAY_TASK_ID", &["0", "1"]),
            ("SLURM_ARRAY_TASK_COUNT", &["2"]),
            ("SLURM_ARRAY_TASK_MIN", &["0", "1"]),
            ("GITHUB_RUN_ID", &["7"]),
        ],
    };
    walk.go(steps(150), |_, command| stub.stands_for_all(command));
}
