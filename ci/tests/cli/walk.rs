//! A random walk over the command lines of `cargo verify`: SELVEDGE_STEPS of it, or some that take seconds.

use std::path::Path;

use cli::walk::{Walk, steps};

use crate::stub::Stub;

#[test]
fn no_command_line_is_the_end_of_it() {
    let stub = Stub::quick();
    let walk = Walk {
        program: Path::new(env!("CARGO_BIN_EXE_verify")),
        words: &[
            "counter",
            "LoadThenStore",
            "threads",
            "loom",
            "shuttle",
            "dpor",
            "1/2",
            "quick",
            "nightly",
            "1s",
            "1",
            "8",
            "out.json",
            "out.html",
            "folder",
            "/dev/null",
        ],
        progress: &["building ", " checks, ", " under ", "running the litmus programs"],
        environment: &[
            ("CARGO", &["cargo", "/bin/true", "/bin/false"]),
            ("CARGO_TARGET_DIR", &["target"]),
            ("RUSTFLAGS", &["--cfg loom", "--cfg shuttle"]),
            ("SELVEDGE_EXECUTIONS", &["1", "200"]),
            ("GITHUB_ACTIONS", &["true"]),
            ("TMPDIR", &["/tmp", "/no/such/folder"]),
            ("CLICOLOR_FORCE", &["1"]),
        ],
    };
    walk.go(steps(200), |_, command| stub.stands_for_all(command));
}
