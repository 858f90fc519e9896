//! Builds the crate of the originals: which tests there are, and which do not compile.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};
use ci::builds;
use cli::{note, process};
use serde::Deserialize;

use super::Engine;

/// All tests, file by file.
#[derive(Debug)]
pub(super) struct Built {
    pub tests: Vec<Test>,
}

/// A test of a file, or an example.
#[derive(Debug)]
pub(super) struct Test {
    pub file: String,
    pub name: String,
    /// What runs it; where it does not compile, why.
    pub program: Result<PathBuf, String>,
    pub is_example: bool,
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.file, self.name)
    }
}

/// A message of cargo's.
#[derive(Deserialize)]
#[serde(tag = "reason")]
enum Message {
    #[serde(rename = "compiler-artifact")]
    Artifact { target: Target, executable: Option<PathBuf> },
    #[serde(rename = "compiler-message")]
    Diagnostic { target: Target, message: Diagnostic },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    rendered: Option<String>,
}

/// Builds all files of the crate in this folder that compile.
pub(super) fn build(folder: &Path, engine: Engine) -> anyhow::Result<Built> {
    let home = folder.join("crate");
    let mut cargo = builds::cargo();
    builds::with_flags(cargo.current_dir(&home), engine.cfg())?.env("CARGO_TARGET_DIR", folder.join("build"));
    cargo.args(["build", "--quiet", "--tests", "--examples", "--keep-going", "--message-format", "json"]);
    let output = process::output(cargo.stderr(Stdio::piped()))?;
    let mut programs: BTreeMap<(String, bool), Result<PathBuf, String>> = BTreeMap::new();
    let mut others = String::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let is_example = |target: &Target| target.kind.iter().any(|kind| kind == "example");
        let is_ours = |target: &Target| is_example(target) || target.kind.iter().any(|kind| kind == "test");
        match serde_json::from_str(line).context("failed to understand cargo's messages")? {
            Message::Artifact { target, executable: Some(program) } if is_ours(&target) => {
                let is_example = is_example(&target);
                programs.insert((target.name, is_example), Ok(program));
            }
            Message::Diagnostic { target, message } if message.level == "error" => {
                let error = message.rendered.unwrap_or_default();
                if is_ours(&target) {
                    let is_example = is_example(&target);
                    programs.entry((target.name, is_example)).or_insert(Err(error));
                } else {
                    others += &error;
                }
            }
            _ => (),
        }
    }
    if !others.is_empty() || programs.is_empty() {
        note!("{others}{}", String::from_utf8_lossy(&output.stderr));
        bail!("failed to build what the originals are run over");
    }
    let mut tests = Vec::new();
    for ((file, is_example), program) in programs {
        let names = match &program {
            _ if is_example => vec!["main".to_owned()],
            Ok(program) => listed(program)?,
            Err(_) => written(&home.join("tests").join(&file).with_extension("rs"))?,
        };
        let test = |name| Test { file: file.clone(), name, program: program.clone(), is_example };
        tests.extend(names.into_iter().map(test));
    }
    Ok(Built { tests })
}

/// The tests that a program says it has.
fn listed(program: &Path) -> anyhow::Result<Vec<String>> {
    let output = process::output(Command::new(program).args(["--list", "--format", "terse"]))?;
    ensure!(output.status.success(), "failed to list the tests of {}", program.display());
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
}

/// The tests in a file that does not compile.
fn written(file: &Path) -> anyhow::Result<Vec<String>> {
    let text = fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))?;
    let names = text.split("#[test]").skip(1).filter_map(|test| test.split_once("fn ")?.1.split_once('('));
    Ok(names.map(|(name, _)| name.to_owned()).collect())
}
