//! `cargo ci sanitize`: the patterns and primitives of real threads under Miri, and under ThreadSanitizer.
//!
//! Both look where the engines do not: Miri for undefined behaviour, in an interpreter with weak memory;
//! ThreadSanitizer for data races in the compiled code, including parking_lot's and crossbeam's. They come with a
//! nightly toolchain, which nothing else here needs. A missing tool is skipped, with a message that says how to install
//! it.

use std::path::Path;
use std::process::{Command, Output};

use ci::builds;
use cli::{note, process};

/// The target whose standard library is built for ThreadSanitizer: with any other, synchronization inside std looks
/// like a race.
const TSAN: &str = "x86_64-unknown-linux-gnutsan";

/// A tool of the nightly toolchain.
struct Tool {
    name: &'static str,
    is_there: fn() -> bool,
    /// The command that installs it.
    install: &'static [&'static str],
    /// Where it builds, beside the engines.
    folder: &'static str,
    /// What it runs.
    cargo: &'static [&'static str],
}

const TOOLS: [Tool; 2] = [
    Tool {
        name: "Miri",
        is_there: || nightly(&["cargo", "miri", "--version"]).is_some(),
        install: &["--component", "miri,rust-src"],
        folder: "miri",
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
        cargo: &["test", "-p", "selvedge", "-p", "tests", "--lib", "--test", "conformance", "--target", TSAN],
    },
];

/// Whether no available tool finds anything.
pub fn run() -> anyhow::Result<bool> {
    let mut passed = true;
    for tool in &TOOLS {
        if !(tool.is_there)() {
            let install = tool.install.join(" ");
            note!("skipped: there is no {} (`rustup toolchain install nightly {install}` installs it)", tool.name);
            continue;
        }
        note!("==> {}", tool.name);
        let mut command = Command::new("rustup");
        command.args(["run", "nightly", "cargo"]).args(tool.cargo).current_dir(builds::root());
        command.env("CARGO_TARGET_DIR", builds::target(Some(tool.folder)));
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
