//! `cargo ci sanitize`: the patterns and primitives of real threads under Miri and ThreadSanitizer, and the engines under
//! AddressSanitizer.
//!
//! They look where the engines do not: Miri for undefined behaviour, in an interpreter with weak memory;
//! ThreadSanitizer for data races in the compiled code, including parking_lot's and crossbeam's; AddressSanitizer for
//! memory that is used after it was freed while an engine runs programs with such errors, which it has to stop before.
//! They come with a nightly toolchain, which nothing else here needs. A missing tool is skipped, with a message that says
//! how to install it.

use std::path::Path;
use std::process::{Command, Output};

use ci::builds;
use cli::{note, process};

/// The target whose standard library is built for ThreadSanitizer: with any other, synchronization inside std looks
/// like a race.
const TSAN: &str = "x86_64-unknown-linux-gnutsan";

/// The target of AddressSanitizer, named so that build scripts and macros are not instrumented.
const ASAN: &str = "x86_64-unknown-linux-gnu";

/// A tool of the nightly toolchain.
struct Tool {
    name: &'static str,
    is_there: fn() -> bool,
    /// The command that installs it.
    install: &'static [&'static str],
    /// Where it builds, beside the engines.
    folder: &'static str,
    /// What its process and rustc are told, beside what they are told anyway.
    environment: &'static [(&'static str, &'static str)],
    /// What it runs.
    cargo: &'static [&'static str],
}

const TOOLS: [Tool; 3] = [
    Tool {
        name: "Miri",
        is_there: || nightly(&["cargo", "miri", "--version"]).is_some(),
        install: &["--component", "miri,rust-src"],
        folder: "miri",
        environment: &[],
        // The conformance tests start hundreds of threads, which an interpreter cannot handle.
        cargo: &["miri", "test", "--package", "selvedge", "--lib", "--", "patterns::", "sync::"],
    },
    Tool {
        name: "ThreadSanitizer",
        is_there: || {
            let folder = nightly(&["rustc", "--print", "target-libdir", "--target", TSAN]);
            folder.is_some_and(|folder| Path::new(folder.trim()).is_dir())
        },
        install: &["--target", TSAN],
        folder: "tsan",
        environment: &[],
        cargo: &["test", "-p", "selvedge", "-p", "tests", "--lib", "--test", "conformance", "--target", TSAN],
    },
    Tool {
        name: "AddressSanitizer",
        is_there: || nightly(&["rustc", "--version"]).is_some(),
        install: &[],
        folder: "asan",
        environment: &[
            // Tasks are coroutines, and it takes a switch between their stacks for an error on one of them.
            ("RUSTFLAGS", "--cfg shuttle -Zsanitizer=address -Cllvm-args=-asan-stack=0"),
            // Faults are handled by the library. A failed execution is never unwound, so what it had is leaked.
            ("ASAN_OPTIONS", "detect_leaks=0:detect_stack_use_after_return=0:use_sigaltstack=0:handle_segv=0"),
        ],
        cargo: &["test", "--profile", "checks", "-p", "tests-dpor", "-p", "tests", "--tests", "--target", ASAN],
    },
];

/// Whether no available tool finds anything.
pub fn run() -> anyhow::Result<bool> {
    let mut passed = true;
    for tool in &TOOLS {
        if !(tool.is_there)() {
            let install = [&["rustup toolchain install nightly"], tool.install].concat().join(" ");
            note!("skipped: there is no {} (`{install}` installs it)", tool.name);
            continue;
        }
        note!("==> {}", tool.name);
        let mut command = Command::new("rustup");
        command.args(["run", "nightly", "cargo"]).args(tool.cargo).current_dir(builds::root());
        command.env("CARGO_TARGET_DIR", builds::target(Some(tool.folder))).envs(tool.environment.iter().copied());
        // Both are run, even if the first finds something.
        passed &= process::status(&mut command)?.success();
    }
    Ok(passed)
}

/// The output of a command of the nightly toolchain, if it succeeds.
fn nightly(arguments: &[&str]) -> Option<String> {
    let output = Command::new("rustup").args(["run", "nightly"]).args(arguments).output().ok()?;
    let Output { status, stdout, .. } = output;
    status.success().then(|| String::from_utf8_lossy(&stdout).into_owned())
}
