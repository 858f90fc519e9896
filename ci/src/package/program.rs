//! A test program: it is asked which checks its tests have, and to run one of them.
//!
//! What it is asked, and its answers, go through the environment and files ([`protocol`](selvedge::check::protocol)), since
//! its command line is that of the test harness.
//!
//! No check is lost where a test fails before it has said which checks it has, or takes its program with it: the others are
//! asked by themselves, and what it is known to have from another build has a row, `CRASHED`. A test that has no checks may fail
//! in an engine's build, where the primitives are no real ones; that it has none is known where it passes in another.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use cli::exit::one_line;
use cli::note;
use cli::process::{self, End};
use selvedge::check::protocol::{Cell, Listing, Row};
use selvedge::check::{Engine, Expected};

use crate::cell;
use crate::checks::Cfg;

/// How long the tests of a program may take to list their checks. Tests without checks are really run then.
const LISTED: Duration = Duration::from_secs(120);
/// The code with which test programs end of which a test has failed.
const FAILED: i32 = 101;
/// What a test program has in it that knows the protocol.
const KNOWS: &[u8] = b"SELVEDGE_LIST";

/// A test program that has checks.
#[derive(Debug)]
pub struct TestProgram {
    path: PathBuf,
    /// The folder of its package, in which cargo would run it.
    folder: PathBuf,
    pub(super) cells: Vec<Cell>,
    /// The tests of which it is not known what checks they have.
    pub(super) lost: Vec<Lost>,
}

/// A test that did not come to its end when it was asked.
#[derive(Debug)]
pub(super) struct Lost {
    pub(super) test: String,
    pub(super) why: String,
    /// It has failed as tests fail, and did not take its program with it.
    has_failed: bool,
}

impl TestProgram {
    /// A program that cargo has built for the tests of the package in `folder`, with the checks that they have; none if it
    /// does not know the protocol.
    pub(super) fn of(path: PathBuf, folder: PathBuf) -> anyhow::Result<Option<Self>> {
        if !fs::read(&path)?.windows(KNOWS.len()).any(|bytes| bytes == KNOWS) {
            return Ok(None);
        }
        let mut program = TestProgram { path, folder, cells: Vec::new(), lost: Vec::new() };
        program.list()?;
        Ok(Some(program))
    }

    pub(super) fn cell(&self, check: &str, defect: Option<&str>, engine: Engine) -> Option<&Cell> {
        let is_it =
            |cell: &&Cell| (cell.check.as_str(), cell.defect.as_deref(), cell.engine) == (check, defect, engine);
        self.cells.iter().find(is_it)
    }

    /// The command as cargo runs it; failures are printed without a backtrace.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.current_dir(&self.folder).env("CARGO_MANIFEST_DIR", &self.folder).env("RUST_BACKTRACE", "0");
        command
    }

    /// The command that runs the test of a cell.
    pub(super) fn test(&self, cell: &Cell) -> Command {
        let mut command = self.command();
        command.args(["--exact", cell.test.as_deref().unwrap_or_default(), "--nocapture"]);
        command.env("SELVEDGE_CHECK", &cell.check).env("SELVEDGE_ENGINE", cell.engine.name());
        match &cell.defect {
            Some(defect) => command.env("SELVEDGE_DEFECT", defect),
            // Which the user may have set.
            None => command.env_remove("SELVEDGE_DEFECT"),
        };
        command
    }

    /// What its checks call it: its file, without what cargo adds to the name.
    pub(super) fn name(&self) -> &str {
        let stem = self.path.file_stem().and_then(OsStr::to_str).unwrap_or_default();
        stem.rsplit_once('-').map_or(stem, |(name, _)| name)
    }

    /// Finds out what checks its tests have; of each test by itself, where not all come to their end.
    fn list(&mut self) -> anyhow::Result<()> {
        let (cells, end) = self.listed(&["--quiet"])?;
        self.cells = cells;
        let Some((why, _)) = failed(&end) else { return Ok(()) };
        let output = process::output(self.command().args(["--list", "--format", "terse"]).stderr(Stdio::piped()))?;
        let names = String::from_utf8_lossy(&output.stdout);
        let tests: Vec<&str> = names.lines().filter_map(|line| line.strip_suffix(": test")).collect();
        if tests.is_empty() {
            bail!("{} was asked which checks it has, and {why}", self.path.display());
        }
        self.cells.clear();
        for test in tests {
            // What it says on its way is why it fails.
            let (cells, end) = self.listed(&["--exact", test, "--nocapture", "--quiet"])?;
            match failed(&end) {
                None => self.cells.extend(cells),
                Some((why, has_failed)) => self.lost.push(Lost { test: test.to_owned(), why, has_failed }),
            }
        }
        Ok(())
    }

    /// What checks the tests say that they have which some words choose, and how they ended.
    fn listed(&self, words: &[&str]) -> anyhow::Result<(Vec<Cell>, End)> {
        let (lines, end) = answers(self.command().args(words), "SELVEDGE_LIST", LISTED, &|_| ())?;
        let cells = |line: &String| {
            Ok(Listing::parse(line).map_err(|error| anyhow!("{}: {error}", self.path.display()))?.cells)
        };
        let cells: Vec<Vec<Cell>> = lines.iter().map(cells).collect::<anyhow::Result<_>>()?;
        Ok((cells.concat(), end))
    }

    /// Runs a command of its own, and returns the row of a cell, if there is one.
    pub(super) fn ask(
        &self,
        command: &mut Command,
        cell: &Cell,
        limit: Duration,
        tell: &dyn Fn(&str),
    ) -> anyhow::Result<(Option<Row>, End)> {
        let (lines, end) = answers(command, "SELVEDGE_ROWS", limit, tell)?;
        let rows = lines.iter().map(|line| serde_json::from_str(line)).collect::<Result<Vec<Row>, _>>();
        let rows = rows.with_context(|| format!("{} told no row", self.path.display()))?;
        Ok((rows.into_iter().find(|row| cell::is_of(row, cell)), end))
    }
}

/// The program that has a cell.
pub(super) fn find<'a>(
    programs: &'a [TestProgram],
    check: &str,
    defect: Option<&str>,
    engine: Engine,
) -> Option<&'a TestProgram> {
    programs.iter().find(|program| program.cell(check, defect, engine).is_some())
}

/// Why tests did not come to their end, and whether that is only since one has failed.
fn failed(end: &End) -> Option<(String, bool)> {
    match end {
        End::Line(_) | End::Crashed { code: Some(0), .. } => None,
        End::Crashed { why, code } => Some((why.clone(), *code == Some(FAILED))),
        End::OutOfTime => Some((format!("was killed after {LISTED:?}"), false)),
    }
}

/// What is to be run for the tests of which it is not known what checks they have: those that they have in another build; and
/// where none says that they have none, one of their own name.
pub(super) fn lost(engines: &[Engine], built: &BTreeMap<Cfg, Arc<Vec<TestProgram>>>) -> Vec<Cell> {
    let all = built.iter().flat_map(|(cfg, programs)| programs.iter().map(move |program| (*cfg, program)));
    let all = all.flat_map(|(cfg, program)| program.lost.iter().map(move |lost| (cfg, program, lost)));
    let mut cells = Vec::new();
    for (cfg, program, Lost { test, why, has_failed }) in all {
        let is_it = |other: &&TestProgram| (&other.folder, other.name()) == (&program.folder, program.name());
        let others: Vec<&TestProgram> = built.values().filter_map(|programs| programs.iter().find(is_it)).collect();
        let of_it = |cell: &&Cell| cell.test.as_ref() == Some(test);
        let mut known: Vec<&Cell> = others.iter().flat_map(|other| other.cells.iter().filter(of_it)).collect();
        let name = |cell: &&Cell| (cell.check.clone(), cell.defect.clone());
        known.sort_by_key(name);
        known.dedup_by_key(|cell| name(cell));
        let mut asked = engines.iter().copied().filter(|engine| engine.cfg() == cfg);
        if !known.is_empty() {
            let under = |engine| known.iter().map(move |&cell| Cell { engine, ..cell.clone() });
            cells.extend(asked.flat_map(under));
            continue;
        }
        let check = format!("{}/{test}", program.name());
        let has_none = others.iter().any(|other| other.lost.iter().all(|lost| lost.test != *test));
        // The primitives of an engine are none outside of a check.
        let may_have_none = *has_failed && cfg.is_some() && !built.contains_key(&None);
        if may_have_none && !has_none {
            note!("what checks {check} has is not known: it {}", one_line(why));
        }
        if !may_have_none && !has_none {
            cells.push(Cell {
                check,
                pattern: program.name().to_owned(),
                subject: test.clone(),
                defect: None,
                property: "it says which checks it has".to_owned(),
                engine: asked.next().expect("it was built for one"),
                expected: Expected::Holds,
                test: Some(test.clone()),
            });
        }
    }
    cells
}

/// Runs a command that answers in the file which a variable names: the lines of that, and how the command ended.
fn answers(
    command: &mut Command,
    variable: &str,
    limit: Duration,
    tell: &dyn Fn(&str),
) -> anyhow::Result<(Vec<String>, End)> {
    let folder = tempfile::tempdir().context("failed to make a folder for answers")?;
    let file = folder.path().join("answers");
    let end = process::run(command.env(variable, &file), limit, tell)?;
    // Without an answer there is no file.
    let text = fs::read_to_string(&file).unwrap_or_default();
    Ok((text.lines().map(str::to_owned).collect(), end))
}
