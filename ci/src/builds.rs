//! Builds once for each cfg, each in a target folder of its own, so that going from one engine to another rebuilds
//! nothing.

use std::io::{self, BufReader, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, bail};
use cargo_config2::Config;
use cli::process::Running;
use cli::{note, workspace};

pub use cli::workspace::{cargo, root};

use crate::view::View;

/// The cfgs of the engines' builds, in build order: the quickest build first, and last the one whose cells run
/// quickest.
pub const CFGS: [Option<&str>; 3] = [None, Some("loom"), Some("shuttle")];

/// With which profile of cargo's an engine's build is made; the plain one is optimized as a whole, for real threads.
const ENGINE_PROFILE: &str = "checks";

/// The profile of a cfg's build, which is the name of the folder of its programs.
pub fn profile(cfg: Option<&str>) -> &'static str {
    if cfg.is_some() { ENGINE_PROFILE } else { "release" }
}

/// The target folder of a cfg; that of the plain build is the workspace's own.
pub fn target(cfg: Option<&str>) -> PathBuf {
    match cfg {
        None => workspace::target(),
        Some(cfg) => workspace::target().join("verify").join(cfg),
    }
}

/// Makes `command` one that builds with a cfg, in the target folder of that cfg.
///
/// # Errors
///
/// As [`with_flags`].
pub fn with_cfg<'a>(command: &'a mut Command, cfg: Option<&str>) -> anyhow::Result<&'a mut Command> {
    Ok(with_flags(command, cfg)?.env("CARGO_TARGET_DIR", target(cfg)))
}

/// Makes `command`, a cargo, one that builds with a cfg, wherever it builds, and with the flags that it would build with besides.
/// Cargo takes them from one place of several, the environment before its configuration, so that they are all put into the first.
///
/// # Errors
///
/// If cargo's configuration cannot be read.
pub fn with_flags<'a>(command: &'a mut Command, cfg: Option<&str>) -> anyhow::Result<&'a mut Command> {
    let Some(cfg) = cfg else { return Ok(command) };
    let read = || {
        let config = match command.get_current_dir() {
            Some(folder) => Config::load_with_cwd(folder)?,
            None => Config::load()?,
        };
        // Where there are several targets, cargo gives each its own: what is set here is for all.
        let target = config.build_target_for_config(None::<&str>)?.remove(0);
        anyhow::Ok([("RUSTFLAGS", config.rustflags(&target)?), ("RUSTDOCFLAGS", config.rustdocflags(&target)?)])
    };
    for (variable, flags) in read().context("failed to find out with which flags cargo builds")? {
        let mut flags = flags.unwrap_or_default();
        flags.push("--cfg");
        flags.push(cfg);
        // This one goes before the other, and a flag may have spaces in it.
        command.env(format!("CARGO_ENCODED_{variable}"), flags.encode()?).env_remove(variable);
    }
    Ok(command)
}

/// Runs a cargo command that builds what `words` say, and shows its progress. Returns its output.
pub fn build(cargo: &mut Command, words: &str, view: &View) -> anyhow::Result<String> {
    view.build(words);
    // Without a terminal cargo reports no progress unless it is told to.
    cargo.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "100");
    let mut child = Running::start(cargo.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let (stdout, stderr) = child.pipes();
    let (printed, said) = thread::scope(|scope| {
        let printed = scope.spawn(|| io::read_to_string(stdout.expect("it is piped")));
        let said = follow(stderr.expect("it is piped"), |heard| match heard {
            Heard::Progress(far) => view.build(&format!("{words}: {far}")),
            Heard::Waits => view.build(&format!("waiting for another cargo, which builds there, before {words}")),
        });
        (printed.join().expect("reading does not panic"), said)
    });
    let (printed, said, status) = (printed?, said?, child.wait()?);
    if !status.success() || said.contains("warning: ") {
        note!("{}", said.trim_end());
    }
    if !status.success() {
        bail!("{words} failed: cargo ended with {status}");
    }
    Ok(printed)
}

/// A message of cargo's about the current state.
#[derive(Debug, PartialEq, Eq)]
enum Heard {
    /// How far it is.
    Progress(String),
    /// It waits for another cargo that is running.
    Waits,
}

/// Reads cargo's messages to the end, and passes on those about the current state. Returns the other lines.
fn follow(output: impl Read, tell: impl Fn(Heard)) -> anyhow::Result<String> {
    let mut said = String::new();
    let mut line = Vec::new();
    for byte in BufReader::new(output).bytes() {
        let byte = byte?;
        line.push(byte);
        // A line of progress is overwritten, so no newline comes while a crate takes long.
        if matches!(byte, b'\r' | b'\n') {
            let text = String::from_utf8_lossy(&line);
            match heard(&text) {
                Some(heard) => tell(heard),
                None => said += text.trim_start(),
            }
            line.clear();
        }
    }
    Ok(said)
}

/// `12 of 77 crates` of cargo's `Building [=>   ] 12/77: serde, libc`.
fn heard(line: &str) -> Option<Heard> {
    let line = line.trim();
    if line.starts_with("Blocking waiting for file lock") {
        return Some(Heard::Waits);
    }
    let (done, rest) = line.strip_prefix("Building [")?.split_once("] ")?.1.split_once('/')?;
    let (all, names) = rest.split_once(": ")?;
    Some(Heard::Progress(format!("{done} of {all} crates, now {names}")))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn what_cargo_says_is_told_from_how_far_it_is() {
        let said = "    Blocking waiting for file lock on build directory\n   Compiling libc v0.2.1\n    Building [=>   ] 1/77: serde, libc   \rwarning: a thing\n    Building [==> ] 2/77: libc\r";
        let told = RefCell::new(Vec::new());
        let kept = follow(said.as_bytes(), |heard| told.borrow_mut().push(heard)).expect("it is text");
        assert_eq!(kept, "Compiling libc v0.2.1\nwarning: a thing\n");
        let far = |far: &str| Heard::Progress(far.to_owned());
        assert_eq!(
            told.into_inner(),
            [Heard::Waits, far("1 of 77 crates, now serde, libc"), far("2 of 77 crates, now libc")]
        );
    }
}
