//! A random walk over the command lines of `stress`: SELVEDGE_STEPS of it, or some that take seconds.

#![cfg(unix)]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "this is a test of a program")]

use std::path::Path;

use cli::walk::{Walk, steps};

#[test]
fn no_command_line_is_the_end_of_it() {
    let target = tempfile::tempdir().expect("there is room");
    let walk = Walk {
        program: Path::new(env!("CARGO_BIN_EXE_stress")),
        words: &[
            "account",
            "ShardedMap",
            "ChildOutlivesItsParent",
            "store_buffering",
            "2ms",
            "1",
            "3",
            "out.json",
            "folder",
        ],
        progress: &[],
        environment: &[
            ("CARGO_TARGET_DIR", &["target", "folder"]),
            ("CARGO", &["/bin/true", "/bin/false"]),
            ("RUSTFLAGS", &["--cfg jitter"]),
        ],
    };
    walk.go(steps(100), |line, command| {
        let given = |flag: &str| line.iter().any(|word| word.to_string_lossy().starts_with(flag));
        // All that there is takes long, and ten seconds are what is taken otherwise.
        let runs = line.first().is_some_and(|job| ["run", "replay", "litmus"].iter().any(|runs| job == runs));
        if runs && !given("--duration") {
            line.insert(1, "--duration=2ms".into());
        }
        if command.get_envs().all(|(name, _)| name != "CARGO_TARGET_DIR") {
            command.env("CARGO_TARGET_DIR", target.path());
        }
        if command.get_envs().all(|(name, _)| name != "CARGO") {
            command.env("CARGO", "/bin/false");
        }
    });
}
