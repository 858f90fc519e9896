//! `cargo ci mutants`: would the tests and checks notice if the patterns or primitives were different?
//!
//! cargo-mutants changes `src/patterns` and `src/sync` in one place at a time. A mutant is killed if a test or a check
//! fails with it, or hangs: takes over four times as long as without it. The passes go from cheap to thorough. Each
//! pass runs over the survivors of the passes before, in the build that its files are part of.
//!
//! 1. The results are saved under `target/mutants`, after each pass and when the next run starts: a run that is killed
//!    is continued by the next.
//! 2. A finished run reports every survivor, and the next run tries those again.
//! 3. A survivor needs a reason in `ci/mutants.toml`, or the run fails.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use ci::builds;
use cli::{arguments, note, process, say};
use serde::{Deserialize, Serialize};

/// The version of cargo-mutants, which determines the mutants and their names.
const VERSION: &str = "27.1.0";
/// How long the tests may take with any mutant, in addition to a multiple of their normal time: on a busy machine, a
/// mutant that does not hang must not look like one that does.
const MINIMUM: Duration = Duration::from_secs(90);

/// How often real threads run a check that does not set it: real threads take long, and most mutants break at once.
const EXECUTIONS: &str = "50";

/// The flags of `cargo ci mutants`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Mutants at once; each builds in a copy of the workspace.
    #[arg(long, value_name = "N", default_value = "1", value_parser = arguments::jobs())]
    jobs: u16,
    /// Only every nth mutant, beginning with the kth: `0/4` to `3/4` for four machines.
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
    /// Only the mutants of these files; may be given again.
    #[arg(long, value_name = "GLOB")]
    file: Vec<String>,
    /// Forgets what is known of the mutants, and tries all again.
    #[arg(long)]
    fresh: bool,
}

/// Some tests of some packages in one build, run for the mutants of some files.
struct Pass {
    name: &'static str,
    cfg: Option<&'static str>,
    packages: &'static [&'static str],
    /// The tests, as arguments of `cargo test`.
    tests: &'static [&'static str],
    files: &'static [&'static str],
    /// A file that this build leaves out.
    except: Option<&'static str>,
}

impl Pass {
    /// Makes `command` one that builds as this pass does.
    fn prepare(&self, command: &mut Command) -> anyhow::Result<()> {
        builds::with_flags(command, self.cfg)?;
        if self.cfg.is_none() {
            command.env("SELVEDGE_EXECUTIONS", EXECUTIONS);
        }
        Ok(())
    }

    /// Where its tests are built without any mutation.
    fn target(&self, folder: &Path) -> PathBuf {
        folder.join("build").join(self.cfg.unwrap_or("plain"))
    }
}

/// Which pauses jitter makes is up to it: no test may depend on that, its benefit is measured.
const JITTER: &str = "src/sync/plain/jitter/**";
const PLAIN: &[&str] = &["src/patterns/**", "src/sync/*.rs", "src/sync/plain/**"];
const ENGINE: &[&str] = &["src/patterns/**", "src/sync/*.rs", "src/sync/engine/**"];
const LOOM: &str = "src/sync/engine/loom.rs";
const SHUTTLE: &str = "src/sync/engine/shuttle.rs";

const UNITS: &[&str] = &["--lib", "--tests"];
const EXPLORERS: &[&str] = &["--test", "conformance", "--test", "api"];
/// The exhaustive cells: in a second they find what the samplers find in a minute.
const CHECKS: &[&str] = &["--test", "cells", "--", "::dpor"];
/// Without the longest searches.
const DPOR: &[&str] = &["--lib", "--test", "dpor", "--", "--skip", "lastzero", "--skip", "generated"];

#[rustfmt::skip]
const PASSES: [Pass; 9] = [
    Pass { name: "plain", cfg: None, packages: &["selvedge", "tests"], tests: UNITS, files: PLAIN, except: None },
    Pass { name: "properties", cfg: None, packages: &["proptests"], tests: UNITS, files: PLAIN, except: None },
    Pass { name: "plain-docs", cfg: None, packages: &["selvedge"], tests: &["--doc"], files: PLAIN, except: None },
    Pass { name: "shuttle-models", cfg: Some("shuttle"), packages: &["models"], tests: CHECKS, files: ENGINE, except: Some(LOOM) },
    Pass { name: "shuttle", cfg: Some("shuttle"), packages: &["tests"], tests: EXPLORERS, files: ENGINE, except: Some(LOOM) },
    Pass { name: "shuttle-dpor", cfg: Some("shuttle"), packages: &["selvedge", "tests-dpor"], tests: DPOR, files: ENGINE, except: Some(LOOM) },
    Pass { name: "plain-models", cfg: None, packages: &["models"], tests: &["--test", "cells"], files: &["src/sync/plain/**"], except: None },
    Pass { name: "loom", cfg: Some("loom"), packages: &["tests"], tests: EXPLORERS, files: ENGINE, except: Some(SHUTTLE) },
    Pass { name: "loom-models", cfg: Some("loom"), packages: &["models"], tests: &["--test", "cells"], files: &[LOOM], except: None },
];

/// The results so far, by the names of the mutants.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Known {
    killed: BTreeSet<String>,
    /// Mutants with which a test took too long: killed, unless the machine was just busy.
    hung: BTreeSet<String>,
    /// Mutants that do not compile.
    unviable: BTreeSet<String>,
    /// Mutants that a pass of this run did not kill.
    survived: BTreeMap<String, BTreeSet<String>>,
}

/// `ci/mutants.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reasons {
    survivors: Vec<Reason>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    file: String,
    mutant: String,
    reason: String,
}

impl Reason {
    /// Whether it is about this mutant, which cargo-mutants calls `file:line:column: mutant`.
    fn matches(&self, name: &str) -> bool {
        let place = name.strip_suffix(&self.mutant).and_then(|place| place.strip_suffix(": "));
        place.and_then(|place| place.split(':').next()) == Some(&self.file)
    }
}

/// Whether every survivor has a reason.
pub fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let source =
        fs::read_to_string(builds::root().join("ci/mutants.toml")).context("failed to read ci/mutants.toml")?;
    let reasons: Reasons = toml::from_str(&source).context("failed to understand ci/mutants.toml")?;
    let program = install()?;
    let folder = builds::target(None).join("mutants");
    if arguments.fresh && folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("failed to remove {}", folder.display()))?;
    }
    let mut known = Known::load(&folder)?;
    let wanted = wanted(&program, arguments)?;
    ensure!(!wanted.is_empty(), "no mutant is in those files and that shard");
    for pass in &PASSES {
        run_pass(pass, &program, &folder, arguments.jobs, &wanted, &mut known)?;
    }
    let whole = arguments.shard.is_none() && arguments.file.is_empty();
    let (report, explained) = report(&wanted, &known, &reasons.survivors, whole);
    fs::write(folder.join("report.txt"), &report).context("failed to write the report")?;
    say!("{report}");
    known.survived.clear();
    known.save(&folder)?;
    Ok(explained)
}

/// cargo-mutants of the right version; if it is missing, it is installed beside the builds.
fn install() -> anyhow::Result<PathBuf> {
    let tools = builds::target(None).join("tools");
    let program = tools.join("bin/cargo-mutants").with_extension(std::env::consts::EXE_EXTENSION);
    let version = Command::new(&program).args(["mutants", "--version"]).output();
    if !version.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim().ends_with(VERSION)) {
        let mut install = builds::cargo();
        install.args(["install", "--quiet", "--locked", "--force", "cargo-mutants", "--version", VERSION, "--root"]);
        let status = process::status(install.arg(&tools))?;
        ensure!(status.success(), "failed to install cargo-mutants {VERSION}: cargo ended with {status}");
    }
    Ok(program)
}

/// cargo-mutants, for the mutants of some files.
fn mutants<'a>(program: &Path, files: impl IntoIterator<Item = &'a str>, except: Option<&str>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(builds::root()).args(["mutants", "--package", "selvedge", "--exclude", JITTER]);
    // Each copy of the workspace has a target folder of its own.
    command.env_remove("CARGO_TARGET_DIR");
    for glob in files {
        command.args(["--file", glob]);
    }
    if let Some(glob) = except {
        command.args(["--exclude", glob]);
    }
    command
}

/// The names of the mutants that `command` would try.
fn list(mut command: Command) -> anyhow::Result<BTreeSet<String>> {
    let output = process::output(command.args(["--list", "--colors", "never"]).stderr(Stdio::piped()))?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(String::from_utf8(output.stdout)?.lines().map(str::to_owned).collect())
}

/// The mutants that this run is about.
fn wanted(program: &Path, arguments: &Arguments) -> anyhow::Result<BTreeSet<String>> {
    let ours = list(mutants(program, PLAIN.iter().chain(ENGINE).copied(), None))?;
    let mut asked = mutants(program, arguments.file.iter().map(String::as_str), None);
    if let Some(shard) = &arguments.shard {
        asked.args(["--sharding", "round-robin", "--shard", shard]);
    }
    Ok(list(asked)?.intersection(&ours).cloned().collect())
}

/// Tries the mutants of `wanted` that are left with one pass, and adds the results to those known.
fn run_pass(
    pass: &Pass,
    program: &Path,
    folder: &Path,
    jobs: u16,
    wanted: &BTreeSet<String>,
    known: &mut Known,
) -> anyhow::Result<()> {
    let mutants = || mutants(program, pass.files.iter().copied(), pass.except);
    let scope = list(mutants())?;
    let (left, done): (BTreeSet<_>, BTreeSet<_>) =
        scope.into_iter().partition(|name| wanted.contains(name) && !known.is_done(name, pass.name));
    if left.is_empty() {
        return Ok(());
    }
    note!("==> {}: {} mutants", pass.name, left.len());
    let out = folder.join(pass.name);
    // What cargo-mutants leaves out with `--iterate`.
    let skipped: String = done.iter().map(|name| format!("{name}\n")).collect();
    fs::create_dir_all(out.join("mutants.out"))?;
    fs::write(out.join("mutants.out/previously_caught.txt"), skipped)?;
    let timeout = baseline(pass, folder)? * 4 + MINIMUM;
    let mut command = mutants();
    pass.prepare(&mut command)?;
    command.arg("--output").arg(&out);
    command.args(["--iterate", "--profile", "mutants", "--test-package", &pass.packages.join(",")]);
    // Its own baseline would run the tests of the mutated package, even if other tests run for the mutants.
    command.args(["--baseline", "skip", "--timeout", &timeout.as_secs().to_string(), "--jobs", &jobs.to_string()]);
    if jobs == 1 {
        // One copy of the workspace at a time: the dependencies are built already.
        command.env("CARGO_TARGET_DIR", pass.target(folder));
    }
    command.arg("--").args(pass.tests);
    let status = process::status(&mut command)?;
    known.absorb(folder)?;
    match status.code() {
        // All caught, some missed, some hung.
        Some(0 | 2 | 3) => Ok(()),
        _ => bail!("cargo-mutants ended with {status} in the pass {}", pass.name),
    }
}

/// How long the tests of a pass take without any mutation.
fn baseline(pass: &Pass, folder: &Path) -> anyhow::Result<Duration> {
    let tests = |build: &[&str]| {
        let mut command = builds::cargo();
        pass.prepare(&mut command)?;
        command.args(["test", "--quiet", "--profile", "mutants"]);
        command.args(build).env("CARGO_TARGET_DIR", pass.target(folder));
        pass.packages.iter().for_each(|package| _ = command.args(["--package", package]));
        let start = Instant::now();
        let output = process::output(command.args(pass.tests).stderr(Stdio::piped()))?;
        if !output.status.success() {
            note!("{}", String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr));
            bail!("the pass {} fails without any mutation", pass.name);
        }
        Ok(start.elapsed())
    };
    // The workspace's artifacts in the folder are built from a copy with a mutant in it, and newer than any source
    // here.
    let mut clean = builds::cargo();
    clean.args(["clean", "--quiet", "--profile", "mutants", "--package", "selvedge"]);
    pass.packages.iter().for_each(|package| _ = clean.args(["--package", package]));
    let cleaned = process::status(clean.env("CARGO_TARGET_DIR", pass.target(folder)))?;
    ensure!(cleaned.success(), "failed to clean {}", pass.target(folder).display());
    // Examples in the docs are built when they run.
    if !pass.tests.contains(&"--doc") {
        tests(&["--no-run"])?;
    }
    tests(&[])
}

impl Known {
    fn load(folder: &Path) -> anyhow::Result<Known> {
        let path = folder.join("known.json");
        let mut known = match fs::read(&path) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).with_context(|| format!("failed to understand {}", path.display()))?
            }
            Err(_) => Known::default(),
        };
        // The last run may have been killed before it came to this.
        known.absorb(folder)?;
        Ok(known)
    }

    fn save(&self, folder: &Path) -> anyhow::Result<()> {
        fs::create_dir_all(folder)?;
        let part = folder.join("known.json.part");
        fs::write(&part, serde_json::to_vec_pretty(self)?)?;
        fs::rename(part, folder.join("known.json")).context("failed to save what is known of the mutants")
    }

    fn is_done(&self, name: &str, pass: &str) -> bool {
        let survived = self.survived.get(pass).is_some_and(|names| names.contains(name));
        survived || [&self.killed, &self.hung, &self.unviable].iter().any(|names| names.contains(name))
    }

    /// Takes over the results that cargo-mutants has written line by line. Its files are removed once they are saved.
    fn absorb(&mut self, folder: &Path) -> anyhow::Result<()> {
        let mut read = Vec::new();
        for pass in &PASSES {
            let mut take = |file: &str, names: &mut BTreeSet<String>| {
                let path = folder.join(pass.name).join("mutants.out").join(file);
                if let Ok(text) = fs::read_to_string(&path) {
                    names.extend(text.lines().map(str::to_owned));
                    read.push(path);
                }
            };
            take("caught.txt", &mut self.killed);
            take("timeout.txt", &mut self.hung);
            take("unviable.txt", &mut self.unviable);
            take("missed.txt", self.survived.entry(pass.name.to_owned()).or_default());
        }
        self.save(folder)?;
        for path in read {
            fs::remove_file(&path).with_context(|| format!("failed to remove {}", path.display()))?;
        }
        Ok(())
    }
}

/// The results as text, and whether every survivor has a reason. If the run is over the `whole`, unneeded reasons are
/// listed too.
fn report(wanted: &BTreeSet<String>, known: &Known, reasons: &[Reason], whole: bool) -> (String, bool) {
    let killed = wanted.intersection(&known.killed).count();
    let hung: Vec<_> = wanted.intersection(&known.hung).collect();
    let unviable = wanted.intersection(&known.unviable).count();
    let done = [&known.killed, &known.hung, &known.unviable];
    let survivors: Vec<_> = wanted.iter().filter(|name| !done.iter().any(|names| names.contains(*name))).collect();
    let mut text = String::new();
    let mut unexplained = 0;
    for name in &survivors {
        match reasons.iter().find(|reason| reason.matches(name)) {
            Some(reason) => text += &format!("{name}\n    {}\n", reason.reason),
            None => {
                unexplained += 1;
                text += &format!("{name}\n    NO REASON: write the check that is missing, or the reason\n");
            }
        }
    }
    for stale in reasons.iter().filter(|reason| whole && !survivors.iter().any(|name| reason.matches(name))) {
        text += &format!("ci/mutants.toml explains what does not survive: {}: {}\n", stale.file, stale.mutant);
    }
    for name in &hung {
        text += &format!("{name}\n    hung: nothing failed, but the time was over\n");
    }
    let viable = wanted.len() - unviable;
    let killed = killed + hung.len();
    let percent = 100.0 * killed as f64 / viable.max(1) as f64;
    let survived = survivors.len();
    text += &format!(
        "{killed} of {viable} mutants killed ({percent:.1} %), {} of them by time; {survived} survived, {unexplained} of \
         them without a reason; {unviable} more do not compile\n",
        hung.len(),
    );
    (text, unexplained == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_holds_for_a_mutant_on_whatever_line_of_its_file() {
        let reason = |file: &str, mutant: &str| Reason {
            file: file.to_owned(),
            mutant: mutant.to_owned(),
            reason: "equivalent".to_owned(),
        };
        let name = "src/sync/time.rs:52:9: replace Clock::now -> Instant with Default::default()";
        let mutant = "replace Clock::now -> Instant with Default::default()";
        assert!(reason("src/sync/time.rs", mutant).matches(name));
        assert!(!reason("src/sync/select.rs", mutant).matches(name));
        assert!(!reason("src/sync/time.rs", "replace Clock::now").matches(name));
    }

    #[test]
    fn a_survivor_without_a_reason_fails_the_run() {
        let wanted: BTreeSet<String> = ["a.rs:1:1: dies", "a.rs:2:1: lives"].map(str::to_owned).into();
        let known = Known { killed: ["a.rs:1:1: dies".to_owned()].into(), ..Known::default() };
        let (text, explained) = report(&wanted, &known, &[], true);
        assert!(
            !explained && text.contains("1 of 2 mutants killed (50.0 %), 0 of them by time; 1 survived, 1 of"),
            "{text}"
        );
        let reasons = ["lives", "dies"].map(|mutant| Reason {
            file: "a.rs".to_owned(),
            mutant: mutant.to_owned(),
            reason: "it does not matter".to_owned(),
        });
        let (text, explained) = report(&wanted, &known, &reasons, true);
        assert!(explained && text.contains("explains what does not survive: a.rs: dies"), "{text}");
    }
}
