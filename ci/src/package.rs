//! The checks in the tests of a package, or of some.
//!
//! Its tests are built once for each cfg. Each test program that has checks is asked for their list, and then run for one
//! test, one check and one engine at a time; what it is asked, and its answers, go through the environment and files
//! ([`protocol`](selvedge::check::protocol)), since its command line is that of the test harness.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{Context, anyhow, bail};
use cli::process::{self, End};
use cli::workspace;
use selvedge::check::Engine;
use selvedge::check::protocol::{Cell, Listing, Row, Saved};
use serde::Deserialize;

use crate::builds::{self, CFGS};
use crate::cell::{self, GRACE, REPLAYED};
use crate::checks::{Asked, Cfg, Checks};
use crate::view::View;

/// What the tests of a program may take to say what checks they have. Those that have none are run, as cargo runs them.
const LISTED: Duration = Duration::from_secs(120);
/// What a test program has in it that knows the protocol.
const KNOWS: &[u8] = b"SELVEDGE_LIST";

/// Which tests are built.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Package {
    /// Only the tests of this package of the workspace; may be given again.
    #[arg(short, long, value_name = "NAME")]
    pub package: Vec<String>,
    /// Only this file of `tests/`; may be given again.
    #[arg(long, value_name = "NAME")]
    pub test: Vec<String>,
    /// Builds with these features, too.
    #[arg(long, value_name = "NAMES")]
    pub features: Vec<String>,
    /// Builds with all features.
    #[arg(long)]
    pub all_features: bool,
    /// Builds without those that are on by default.
    #[arg(long)]
    pub no_default_features: bool,
    /// Builds optimized: that takes longer, and then runs several times as many executions a second.
    #[arg(long)]
    pub release: bool,
    /// The package, if it is not the one of this folder.
    #[arg(long, value_name = "FILE")]
    pub manifest_path: Option<PathBuf>,
}

/// A test program that has checks.
#[derive(Debug)]
pub struct TestProgram {
    path: PathBuf,
    /// The folder of its package, in which cargo would run it.
    folder: PathBuf,
    cells: Vec<Cell>,
}

/// What cargo knows of a workspace.
#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

/// What cargo says of something that it has built.
#[derive(Deserialize)]
struct Artifact {
    executable: Option<PathBuf>,
    manifest_path: PathBuf,
    profile: Profile,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

impl Package {
    /// Works in the workspace of the package from now on.
    ///
    /// # Errors
    ///
    /// If there is none, or cargo cannot read it.
    pub fn enter(&self) -> anyhow::Result<()> {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["metadata", "--no-deps", "--format-version", "1"]).args(self.manifest());
        let output = process::output(cargo.stderr(std::process::Stdio::piped()))?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr).trim_start_matches("error: "));
        }
        let Metadata { workspace_root, target_directory } =
            serde_json::from_slice(&output.stdout).context("cargo does not say where this workspace is")?;
        workspace::enter(workspace_root, target_directory);
        Ok(())
    }

    fn manifest(&self) -> Vec<String> {
        self.manifest_path.iter().flat_map(|path| ["--manifest-path".to_owned(), path.display().to_string()]).collect()
    }

    /// What builds the tests.
    fn cargo(&self, cfg: Cfg) -> anyhow::Result<Command> {
        let mut cargo = builds::cargo();
        // The package is the one of the folder in which the user is.
        cargo.current_dir(env::current_dir()?).env("CARGO_TARGET_DIR", target(cfg));
        builds::with_flags(&mut cargo, cfg).args(["test", "--no-run", "--message-format", "json-render-diagnostics"]);
        cargo.args(self.manifest());
        let lists = [("--package", &self.package), ("--features", &self.features)];
        lists.into_iter().for_each(|(flag, names)| names.iter().for_each(|name| _ = cargo.args([flag, name])));
        match self.test.as_slice() {
            [] => _ = cargo.arg("--tests"),
            names => names.iter().for_each(|name| _ = cargo.args(["--test", name])),
        }
        let switches = [
            ("--all-features", self.all_features),
            ("--no-default-features", self.no_default_features),
            ("--release", self.release),
        ];
        cargo.args(switches.into_iter().filter_map(|(flag, given)| given.then_some(flag)));
        Ok(cargo)
    }
}

/// The target folder of a cfg.
fn target(cfg: Cfg) -> PathBuf {
    workspace::target().join("selvedge").join(cfg.unwrap_or("threads"))
}

impl Checks for Package {
    type Built = Arc<Vec<TestProgram>>;

    fn command(&self) -> &'static str {
        "cargo selvedge"
    }

    /// A test may be there for one build alone, so that each is asked.
    fn list(&self, engines: &[Engine], view: &View) -> anyhow::Result<(Listing, BTreeMap<Cfg, Self::Built>)> {
        let (mut cells, mut built) = (Vec::new(), BTreeMap::new());
        for cfg in CFGS.into_iter().filter(|cfg| engines.iter().any(|engine| engine.cfg() == *cfg)) {
            let programs = self.build(cfg, view)?;
            cells.extend(programs.iter().flat_map(|program| program.cells.iter().cloned()));
            built.insert(cfg, programs);
        }
        view.build("");
        if cells.is_empty() {
            bail!("no test has a check; `selvedge::check::verify` in a #[test] is one");
        }
        let key = |cell: &Cell| (cell.check.clone(), cell.defect.clone(), cell.engine);
        cells.sort_by_key(key);
        if let Some(pair) = cells.windows(2).find(|pair| key(&pair[0]) == key(&pair[1])) {
            let of = |cell: &Cell| cell.test.clone().unwrap_or_default();
            let (check, one, other) = (&pair[0].check, of(&pair[0]), of(&pair[1]));
            bail!(
                "a check in {one} and one in {other} are called {check}; rename one, or choose by `--package` and `--test`"
            );
        }
        Ok((Listing::of(cells), built))
    }

    fn build(&self, cfg: Cfg, view: &View) -> anyhow::Result<Self::Built> {
        let words = format!("building tests for {}", cfg.unwrap_or("real threads"));
        let printed = builds::build(&mut self.cargo(cfg)?, &words, view)?;
        view.build("asking the tests which checks they have");
        let artifacts = printed.lines().filter_map(|line| serde_json::from_str::<Artifact>(line).ok());
        let programs = artifacts.filter(|artifact| artifact.profile.test).filter_map(|artifact| {
            let folder = artifact.manifest_path.parent()?.to_owned();
            Some(TestProgram { path: artifact.executable?, folder, cells: Vec::new() })
        });
        let mut known = Vec::new();
        for mut program in programs {
            if fs::read(&program.path)?.windows(KNOWS.len()).any(|bytes| bytes == KNOWS) {
                program.cells = program.list()?;
                known.push(program);
            }
        }
        Ok(Arc::new(known))
    }

    fn run(&self, asked: &Asked<'_>, programs: &Self::Built, tell: &dyn Fn(&str)) -> Row {
        let Asked { cell, arguments, limit, .. } = asked;
        let start = Instant::now();
        let Some(program) = find(programs, &cell.check, cell.defect.as_deref(), cell.engine) else {
            return cell::row(cell, "crashed", Some("it is not in this build".to_owned()), start.elapsed());
        };
        let mut command = program.test(cell);
        let milliseconds = limit.as_millis().max(1);
        command
            .env("SELVEDGE_TIME_LIMIT", format!("{milliseconds}ms"))
            .env("SELVEDGE_SEED", arguments.seed.to_string());
        if env::var_os("SELVEDGE_EXECUTIONS").is_none() {
            command.env("SELVEDGE_EXECUTIONS", arguments.executions(cell.engine).to_string());
        }
        if arguments.weaken {
            command.env("SELVEDGE_WEAKEN", "1");
        }
        if let Some((part, of)) = arguments.shard {
            command.env("SELVEDGE_SHARD", format!("{}/{of}", part + 1));
        }
        if let Some(folder) = arguments.resume.as_ref().filter(|_| cell.engine == Engine::Dpor) {
            let file = std::path::absolute(folder.join(cell::file_name(cell)));
            command.env("SELVEDGE_RESUME", file.expect("the folder is there"));
        }
        match program.ask(&mut command, cell, *limit + GRACE, tell) {
            Ok((Some(row), _)) => row,
            Ok((None, end)) => cell::ended(cell, end, *limit + GRACE, start.elapsed()),
            Err(error) => cell::row(cell, "crashed", Some(format!("{error:#}")), start.elapsed()),
        }
    }

    fn replay(&self, path: &Path, saved: &Saved, view: &View) -> anyhow::Result<(Row, Listing)> {
        let engine = saved.engine().map_err(|error| anyhow!("{}: {error}", path.display()))?;
        let programs = self.build(engine.cfg(), view)?;
        view.end();
        let program = find(&programs, &saved.check, saved.defect.as_deref(), engine);
        let program =
            program.with_context(|| format!("{}: there is no check {} any more", path.display(), saved.check))?;
        let cell = program.cell(&saved.check, saved.defect.as_deref(), engine).expect("it was found by it");
        let mut command = program.test(cell);
        command.env("SELVEDGE_REPLAY", fs::canonicalize(path)?);
        match program.ask(&mut command, cell, REPLAYED, &|_| ())? {
            (Some(row), _) => Ok((row, Listing::of(program.cells.clone()))),
            (None, end) => Err(cell::not_replayed(end)),
        }
    }

    fn failures(&self) -> PathBuf {
        workspace::target().join("selvedge").join("failures")
    }

    fn how_to(&self, path: &Path) -> String {
        let path = path.display();
        format!(
            "  again:          cargo selvedge --replay {path}\n  in a browser:   cargo selvedge --replay {path} --html failure.html"
        )
    }
}

/// The program that has a cell.
fn find<'a>(programs: &'a [TestProgram], check: &str, defect: Option<&str>, engine: Engine) -> Option<&'a TestProgram> {
    programs.iter().find(|program| program.cell(check, defect, engine).is_some())
}

impl TestProgram {
    fn cell(&self, check: &str, defect: Option<&str>, engine: Engine) -> Option<&Cell> {
        let is_it =
            |cell: &&Cell| (cell.check.as_str(), cell.defect.as_deref(), cell.engine) == (check, defect, engine);
        self.cells.iter().find(is_it)
    }

    /// As cargo runs it; what it says where it fails are its words, and no backtrace.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.current_dir(&self.folder).env("CARGO_MANIFEST_DIR", &self.folder).env("RUST_BACKTRACE", "0");
        command
    }

    /// What runs the test of a cell.
    fn test(&self, cell: &Cell) -> Command {
        let mut command = self.command();
        command.args(["--exact", cell.test.as_deref().unwrap_or_default(), "--nocapture"]);
        command.env("SELVEDGE_CHECK", &cell.check).env("SELVEDGE_ENGINE", cell.engine.name());
        command
    }

    /// What checks its tests have. How the others end is none of our business.
    fn list(&self) -> anyhow::Result<Vec<Cell>> {
        let (lines, end) = answers(self.command().arg("--quiet"), "SELVEDGE_LIST", LISTED, &|_| ())?;
        if let End::OutOfTime = end {
            bail!("killed after {LISTED:?}: the tests of {} did not say which checks they have", self.path.display());
        }
        let cells = |line: &String| {
            Ok(Listing::parse(line).map_err(|error| anyhow!("{}: {error}", self.path.display()))?.cells)
        };
        let cells: Vec<Vec<Cell>> = lines.iter().map(cells).collect::<anyhow::Result<_>>()?;
        Ok(cells.concat())
    }

    /// Runs a command of its own, and returns the row of a cell, if that is told.
    fn ask(
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
    // Where nothing was answered there is no file.
    let text = fs::read_to_string(&file).unwrap_or_default();
    Ok((text.lines().map(str::to_owned).collect(), end))
}
