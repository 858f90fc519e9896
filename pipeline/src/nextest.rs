//! `cargo ci nextest`: the tests of a user's crate under cargo-nextest.
//!
//! The crate is what `cargo selvedge new` writes, built for Shuttle. What the page for users (`src/docs/own_crate.md`) says of
//! nextest has to hold there:
//!
//! 1. Each test runs in a process of its own.
//! 2. With the crate's bug in the place of what is right, JUnit has the failure, with the file that it is saved in and the
//!    command that runs it again, and that command does.
//! 3. Without it all tests pass, and two partitions run each of them once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use ci::{builds, new};
use cli::{note, process, say};
use quick_junit::{Report, TestCase, TestCaseStatus};

/// The command that installs it, in the version of which all this is known.
pub const INSTALL: &str = "cargo install cargo-nextest --version 0.9.143 --locked";

/// As on the page for users, and with what tests say that pass.
const CONFIGURATION: &str = "[profile.default.junit]\npath = \"junit.xml\"\nstore-success-output = true\n";

/// The file of the crate's tests, the test that fails with the bug, and what of it has to be which for that.
const FILE: &str = "tests/queue.rs";
const TEST: &str = "the_queue_keeps_what_is_pushed";
const RIGHT: &str = "(Queue::pop))";
const WRONG: &str = "(Queue::pop_look_then_wait))";

/// With what nextest ends if a test fails.
const FAILED: i32 = 100;

/// Whether everything is as the page says.
pub fn run() -> anyhow::Result<bool> {
    let found = process::output(builds::cargo().args(["nextest", "--version"]).stderr(Stdio::piped()));
    let found = found.is_ok_and(|output| output.status.success());
    ensure!(found, "cargo-nextest is not installed (`{INSTALL}` installs it)");
    let queue = Crate::write(&builds::target(None).join("nextest"))?;
    let mut as_said = AsSaid(true);

    note!("==> the queue with its bug");
    let test = queue.read(FILE)?;
    ensure!(test.contains(RIGHT), "{FILE} of the crate does not have `{RIGHT}`");
    fs::write(queue.folder.join(FILE), test.replace(RIGHT, WRONG))?;
    let run = queue.run(&["--no-fail-fast"])?;
    let failures = run.failures();
    let (failed, failure) = failures.first().copied().unwrap_or_default();
    as_said.is("one test fails", run.code == Some(FAILED) && failures.len() == 1 && failed == TEST);
    as_said.is("each test runs in a process of its own", run.tests.iter().all(is_alone));
    as_said.is("JUnit has the failure", failure.contains("under shuttle: FAILED at "));
    let again = failure.lines().find_map(|line| line.strip_prefix("again: ")).unwrap_or_default();
    let saved = again.split('\'').nth(1).unwrap_or_default();
    as_said.is("the failure is saved", Path::new(saved).is_file());
    as_said.is("its command runs it again", queue.replay(again)?.contains("under shuttle, again: FAILED at "));

    note!("==> the queue as it is");
    fs::write(queue.folder.join(FILE), test)?;
    let run = queue.run(&[])?;
    as_said.is("all tests pass", run.code == Some(0) && run.failures().is_empty());
    for kind in ["slice", "count"] {
        let (mut names, mut passed) = (Vec::new(), true);
        for part in 1..=2 {
            let part = queue.run(&["--partition", &format!("{kind}:{part}/2")])?;
            passed &= part.code == Some(0);
            names.extend(part.names());
        }
        names.sort();
        let so = passed && names == run.names();
        as_said.is(&format!("two partitions ({kind}) pass, and run each test once"), so);
    }
    Ok(as_said.0)
}

/// Whether all was as it is said to be until now.
struct AsSaid(bool);

impl AsSaid {
    fn is(&mut self, what: &str, so: bool) {
        say!("{}: {what}", if so { "so" } else { "not so" });
        self.0 &= so;
    }
}

/// The crate, written anew.
struct Crate {
    folder: PathBuf,
    target: PathBuf,
}

impl Crate {
    /// Writes it where it always is, so that what it depends on is built once.
    fn write(parent: &Path) -> anyhow::Result<Self> {
        let (folder, target) = (parent.join("bounded_queue"), parent.join("target"));
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("failed to remove {}", folder.display()))?;
        }
        new::write(&folder)?;
        fs::create_dir(folder.join(".config"))?;
        fs::write(folder.join(".config/nextest.toml"), CONFIGURATION)?;
        fs::copy(builds::root().join("examples/bounded_queue/Cargo.lock"), folder.join("Cargo.lock"))?;
        Ok(Crate { folder, target })
    }

    fn read(&self, file: &str) -> anyhow::Result<String> {
        let path = self.folder.join(file);
        fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))
    }

    /// Runs its tests.
    fn run(&self, arguments: &[&str]) -> anyhow::Result<Run> {
        let mut command = builds::cargo();
        command.current_dir(&self.folder);
        builds::with_flags(&mut command, Some("shuttle"))?.env("CARGO_TARGET_DIR", &self.target);
        let status = process::status(command.args(["nextest", "run"]).args(arguments))?;
        let report = Report::deserialize_from_str(&self.read("target/nextest/default/junit.xml")?)?;
        let mut tests: Vec<_> = report.test_suites.into_iter().flat_map(|suite| suite.test_cases).collect();
        tests.sort_by(|one, other| one.name.as_str().cmp(other.name.as_str()));
        Ok(Run { code: status.code(), tests })
    }

    /// Runs the command with which a failure ends, and returns what it prints.
    fn replay(&self, command: &str) -> anyhow::Result<String> {
        let output = process::output(Command::new("sh").args(["-c", command]).env("CARGO_TARGET_DIR", &self.target))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// What JUnit has of a run, by the names of the tests.
struct Run {
    code: Option<i32>,
    tests: Vec<TestCase>,
}

impl Run {
    fn names(&self) -> Vec<String> {
        self.tests.iter().map(|test| test.name.as_str().to_owned()).collect()
    }

    /// The tests that failed, and what is said of each.
    fn failures(&self) -> Vec<(&str, &str)> {
        self.tests.iter().filter_map(|test| Some((test.name.as_str(), failure(test)?))).collect()
    }
}

/// What is said of a test that failed.
fn failure(test: &TestCase) -> Option<&str> {
    match &test.status {
        TestCaseStatus::NonSuccess { description, .. } => Some(description.as_ref().map_or("", |text| text.as_str())),
        TestCaseStatus::Success { .. } | TestCaseStatus::Skipped { .. } => None,
    }
}

/// Whether the process of a test had no other test.
fn is_alone(test: &TestCase) -> bool {
    test.system_out.as_ref().is_some_and(|said| said.as_str().contains("running 1 test\n"))
}
