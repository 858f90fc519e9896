//! Builds the models once for each cfg, each in a target folder of its own, so that going from one
//! engine to another rebuilds nothing.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

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

/// Builds the program, and returns where it is.
pub fn runner(runner: Runner, cfg: Option<&str>) -> anyhow::Result<PathBuf> {
    let (package, program) = match runner {
        Runner::Models => ("models", "models"),
        Runner::Programs => ("proptests", "programs"),
        Runner::Stress => ("stress", "stress"),
    };
    let name = cfg.unwrap_or("real threads");
    eprintln!("building {program} for {name}");
    let mut build = cargo();
    with_cfg(&mut build, cfg).args(["build", "--quiet", "--release", "--package", package, "--bin", program]);
    let status = build.status().context("failed to run cargo")?;
    if !status.success() {
        bail!("failed to build {program} for {name}: cargo ended with {status}");
    }
    Ok(target(cfg).join("release").join(program).with_extension(env::consts::EXE_EXTENSION))
}
