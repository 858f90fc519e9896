//! The checks in the tests of a package, or of some.
//!
//! Its tests are built once for each cfg. Each test program that has checks is asked for their list, and then run
//! for one test, one check and one engine at a time.

mod program;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{Context, bail};
use cli::{process, workspace};
use selvedge::check::protocol::{Cell, Listing, Row, Saved};
use selvedge::check::{Engine, Status};
use serde::Deserialize;

use self::program::{TestProgram, find, lost};
use crate::arguments::Arguments;
use crate::builds::{self, CFGS};
use crate::cell::{self, GRACE, REPLAYED};
use crate::checks::{Asked, Cfg, Checks};
use crate::night::items::{Items, Kind, Nights, of_checks};
use crate::view::View;

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
    /// How long real threads are stressed by all checks together, as many executions of each as there is time for.
    #[arg(skip)]
    pub stress: Option<Duration>,
}

/// What cargo knows of a workspace.
#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

/// cargo's message about something that it has built.
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
        let output = process::output(cargo.stderr(Stdio::piped()))?;
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

    /// The command that builds the tests.
    fn cargo(&self, cfg: Cfg) -> anyhow::Result<Command> {
        let mut cargo = builds::cargo();
        // The package is that of the user's current folder.
        cargo.current_dir(env::current_dir()?).env("CARGO_TARGET_DIR", target(cfg));
        builds::with_flags(&mut cargo, cfg)?.args(["test", "--no-run", "--message-format", "json-render-diagnostics"]);
        cargo.args(self.flags());
        match self.test.as_slice() {
            [] => _ = cargo.arg("--tests"),
            names => names.iter().for_each(|name| _ = cargo.args(["--test", name])),
        }
        Ok(cargo)
    }

    /// What says to cargo which packages are built, and how.
    fn flags(&self) -> Vec<String> {
        let lists = [("--package", &self.package), ("--features", &self.features)];
        let lists = lists.into_iter().flat_map(|(flag, names)| names.iter().flat_map(move |name| [flag, name]));
        let switches = [
            ("--all-features", self.all_features),
            ("--no-default-features", self.no_default_features),
            ("--release", self.release),
        ];
        let switches = switches.into_iter().filter_map(|(flag, given)| given.then_some(flag));
        self.manifest().into_iter().chain(lists.chain(switches).map(str::to_owned)).collect()
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

    /// A test may exist in one build only, so each build is asked.
    fn list(&self, engines: &[Engine], view: &View) -> anyhow::Result<(Listing, BTreeMap<Cfg, Self::Built>)> {
        let (mut cells, mut built) = (Vec::new(), BTreeMap::new());
        for cfg in CFGS.into_iter().filter(|cfg| engines.iter().any(|engine| engine.cfg() == *cfg)) {
            let programs = self.build(cfg, view)?;
            cells.extend(programs.iter().flat_map(|program| program.cells.iter().cloned()));
            built.insert(cfg, programs);
        }
        view.build("");
        cells.extend(lost(engines, &built));
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
        let mut known = Vec::new();
        for artifact in artifacts.filter(|artifact| artifact.profile.test) {
            let (Some(path), Some(folder)) = (artifact.executable, artifact.manifest_path.parent()) else { continue };
            let program = TestProgram::of(path, folder.to_owned());
            known.extend(program.with_context(|| format!("in the build for {}", cfg.unwrap_or("real threads")))?);
        }
        Ok(Arc::new(known))
    }

    fn limit(&self, _: &Cell, cells: &[Cell], arguments: &Arguments) -> Duration {
        self.stress.map_or_else(|| arguments.limit(), |all| all / u32::try_from(cells.len()).unwrap_or(u32::MAX))
    }

    fn run(&self, asked: &Asked<'_>, programs: &Self::Built, tell: &dyn Fn(&str)) -> Row {
        let Asked { cell, arguments, limit, .. } = asked;
        let start = Instant::now();
        let Some(program) = find(programs, &cell.check, cell.defect.as_deref(), cell.engine) else {
            let lost =
                programs.iter().filter(|program| program.name() == cell.pattern).flat_map(|program| &program.lost);
            let why = lost.filter(|lost| Some(&lost.test) == cell.test.as_ref()).map(|lost| &lost.why).next();
            let asked = |why| format!("its test was asked which checks it has, and {why}");
            let why = why.map_or("it is not in this build".to_owned(), asked);
            return cell::row(cell, Status::Crashed, Some(why), start.elapsed());
        };
        let mut command = program.test(cell);
        let milliseconds = limit.as_millis().max(1);
        command
            .env("SELVEDGE_TIME_LIMIT", format!("{milliseconds}ms"))
            .env("SELVEDGE_SEED", arguments.seed.to_string());
        if self.stress.is_some() {
            command.env("SELVEDGE_EXECUTIONS", "unlimited");
        } else if env::var_os("SELVEDGE_EXECUTIONS").is_none() {
            command.env("SELVEDGE_EXECUTIONS", arguments.executions(cell.engine).to_string());
        }
        let switches = [
            ("SELVEDGE_SPURIOUS", arguments.spurious),
            ("SELVEDGE_BEHAVIOURS", asked.behaviours),
            ("SELVEDGE_WEAKEN", arguments.weaken),
        ];
        command.envs(switches.into_iter().filter(|(_, on)| *on).map(|(name, _)| (name, "1")));
        if let Some((part, of)) = arguments.shard {
            command.env("SELVEDGE_SHARD", format!("{}/{of}", part + 1));
        }
        if let Some(folder) = arguments.resume.as_ref().filter(|_| cell.engine.has_parts()) {
            let file = std::path::absolute(folder.join(cell::file_name(cell)));
            command.env("SELVEDGE_RESUME", file.expect("the folder is there"));
        }
        match program.ask(&mut command, cell, *limit + GRACE, tell) {
            Ok((Some(row), _)) => row,
            Ok((None, end)) => cell::ended(cell, end, *limit + GRACE, start.elapsed()),
            Err(error) => cell::row(cell, Status::Crashed, Some(format!("{error:#}")), start.elapsed()),
        }
    }

    fn replay(&self, path: &Path, saved: &Saved, view: &View) -> anyhow::Result<(Row, Listing)> {
        let engine = saved.engine;
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
        let flags: String = self.flags().iter().map(|flag| format!("{flag} ")).collect();
        let again = format!("cargo selvedge {flags}--replay {}", path.display());
        format!("  again:          {again}\n  in a browser:   {again} --html failure.html")
    }
}

impl Nights for Package {
    fn night(&self) -> &'static str {
        "cargo selvedge night"
    }

    /// One build has all engines that go on from slice to slice, or start from a seed; besides there are real threads.
    fn items(&self, view: &View) -> anyhow::Result<(Items, BTreeMap<Cfg, Self::Built>)> {
        let engines: Vec<Engine> = Engine::ALL.into_iter().filter(|&engine| engine != Engine::Loom).collect();
        let (listing, built) = self.list(&engines, view)?;
        let threads = |cell: &&Cell| cell.engine == Engine::Threads && cell.defect.is_none();
        let threads = listing.cells.iter().filter(threads).map(|cell| (cell.clone(), Kind::Samples));
        let items = of_checks(&listing.cells).into_iter().chain(threads).collect();
        Ok((Items::new(items, listing)?, built))
    }
}
