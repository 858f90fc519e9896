//! Builds the models once for each cfg, each in a target folder of its own, so that going from one
//! engine to another rebuilds nothing.

use std::env;
use std::ffi::OsString;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// The cfgs of the engines' builds, in the order in which they are built: what is built soonest first, and last what takes
/// least to run.
pub const CFGS: [Option<&str>; 3] = [None, Some("loom"), Some("shuttle")];

/// The root of the workspace: two folders above this file when it was compiled.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("ci/ is a folder of the workspace")
}

/// `cargo`, the one that started this program, in the root of the workspace.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The target folder of a cfg; that of the plain build is the workspace's own.
pub fn target(cfg: Option<&str>) -> PathBuf {
    let workspaces = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    match cfg {
        None => workspaces,
        Some(cfg) => workspaces.join("verify").join(cfg),
    }
}

/// Makes `command` one that builds with a cfg, in the target folder of that cfg.
pub fn with_cfg<'a>(command: &'a mut Command, cfg: Option<&str>) -> &'a mut Command {
    with_flags(command, cfg).env("CARGO_TARGET_DIR", target(cfg))
}

/// Makes `command` one that builds with a cfg, wherever it builds.
pub fn with_flags<'a>(command: &'a mut Command, cfg: Option<&str>) -> &'a mut Command {
    if let Some(cfg) = cfg {
        for variable in ["RUSTFLAGS", "RUSTDOCFLAGS"] {
            let mut flags = env::var_os(variable).unwrap_or_default();
            flags.push(OsString::from(format!(" --cfg {cfg}")));
            command.env(variable, flags);
        }
    }
    command
}

/// A program that runs in a process of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Runner {
    /// `models`, for a check or the programs that are enumerated.
    Models,
    /// `programs` of the property tests, for programs that are drawn.
    Programs,
    /// `stress`, for workloads and litmus programs on real threads.
    Stress,
}

impl Runner {
    /// The package that has it, and its name.
    fn program(self) -> (&'static str, &'static str) {
        match self {
            Runner::Models => ("models", "models"),
            Runner::Programs => ("proptests", "programs"),
            Runner::Stress => ("stress", "stress"),
        }
    }

    /// What is built for a cfg, in words.
    pub fn words(self, cfg: Option<&str>) -> String {
        format!("building {} for {}", self.program().1, cfg.unwrap_or("real threads"))
    }
}

/// Builds the program, and returns where it is. Meanwhile `tell` is given how far that is.
pub fn runner(runner: Runner, cfg: Option<&str>, tell: impl Fn(&str)) -> anyhow::Result<PathBuf> {
    let (package, program) = runner.program();
    let words = runner.words(cfg);
    tell(&words);
    let mut build = cargo();
    with_cfg(&mut build, cfg).args(["build", "--release", "--package", package, "--bin", program]);
    // Where nobody looks at it, cargo says nothing of how far it is unless it is told to.
    build.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "100");
    let mut child = build.stderr(Stdio::piped()).spawn().context("failed to run cargo")?;
    let said = follow(child.stderr.take().expect("it is piped"), |far| tell(&format!("{words}: {far}")))?;
    let status = child.wait()?;
    if !status.success() {
        eprint!("{said}");
        bail!("failed to build {program} for {}: cargo ended with {status}", cfg.unwrap_or("real threads"));
    }
    if said.contains("warning: ") {
        eprint!("{said}");
    }
    Ok(target(cfg).join("release").join(program).with_extension(env::consts::EXE_EXTENSION))
}

/// Reads what cargo says to its end, and tells how far it is. Returns the lines that say something else.
fn follow(output: impl Read, tell: impl Fn(&str)) -> anyhow::Result<String> {
    let mut said = String::new();
    let mut line = Vec::new();
    for byte in BufReader::new(output).bytes() {
        let byte = byte?;
        line.push(byte);
        // Progress is a line that is written over, and no newline comes while a crate takes long.
        if matches!(byte, b'\r' | b'\n') {
            let text = String::from_utf8_lossy(&line);
            match progress(&text) {
                Some(far) => tell(&far),
                None => said += text.trim_start(),
            }
            line.clear();
        }
    }
    Ok(said)
}

/// `12 of 77 crates` of cargo's `Building [=>   ] 12/77: serde, libc`.
fn progress(line: &str) -> Option<String> {
    let (done, rest) = line.trim().strip_prefix("Building [")?.split_once("] ")?.1.split_once('/')?;
    let (all, names) = rest.split_once(": ")?;
    Some(format!("{done} of {all} crates, now {names}"))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn what_cargo_says_is_told_from_how_far_it_is() {
        let said = "   Compiling libc v0.2.1\n    Building [=>   ] 1/77: serde, libc   \rwarning: a thing\n    Building [==> ] 2/77: libc\r";
        let told = RefCell::new(Vec::new());
        let kept = follow(said.as_bytes(), |far| told.borrow_mut().push(far.to_owned())).expect("it is text");
        assert_eq!(kept, "Compiling libc v0.2.1\nwarning: a thing\n");
        assert_eq!(told.into_inner(), ["1 of 77 crates, now serde, libc", "2 of 77 crates, now libc"]);
    }
}
