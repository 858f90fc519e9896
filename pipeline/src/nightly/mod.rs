//! `cargo ci nightly`: one shard of a night, for as long as its budget lasts.
//!
//! [`items`] says what there is to do, [`schedule`] which item is next, [`mod@slice`] runs it in a process of its own,
//! and [`state`] keeps the results. A night is identified by its name, its [`shard`]s, its budget and its filter; these
//! alone determine the [`seeds`].
//!
//! 1. A killed shard continues where it was, with the rest of its budget, when it is started again with the same
//!    folder. Only the time in which it works counts.
//! 2. No seed is used twice, in no shard, and no two shards search the same part.
//! 3. An item that fails is saved, and not run again; the night goes on.
//!
//! `cargo ci merge` makes one report of all shards.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::bail;
use ci::repository::Runner;
use ci::saved;
use cli::process::{self, Ending};
use cli::{arguments, interrupt, say};
use selvedge::check::protocol::{Row, parse_shard};

use items::{Item, Slice};
use shard::Shard;
use slice::Folder;
use state::{Night, State};
use view::View;

pub mod items;
pub mod schedule;
pub mod seeds;
pub mod shard;
pub mod slice;
pub mod state;
pub mod view;

/// How many slices each item would have if all had equally many.
const SLICES: u32 = 10;
/// The shortest slice: short enough to learn soon whether another one is worth it, and long enough to learn anything.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);
/// A rest of the budget that is not worth a process.
const NOTHING: Duration = Duration::from_millis(100);
/// How long a job waits that has nothing to do while others work.
const PAUSE: Duration = Duration::from_millis(50);

/// The flags of `cargo ci nightly`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How long to work, like `6h`; what was worked before it was killed counts.
    #[arg(long, value_name = "DURATION", value_parser = arguments::duration)]
    budget: Duration,
    /// Where the state, the searches and the failures are kept; where a night was begun, it goes on.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The K-th of N parts, one a machine. By default what Kubernetes (JOB_COMPLETION_INDEX, JOB_COMPLETIONS) or Slurm
    /// (SLURM_ARRAY_TASK_ID, SLURM_ARRAY_TASK_COUNT) says, or all.
    #[arg(long, value_name = "K/N", value_parser = parse_shard)]
    shard: Option<(usize, usize)>,
    /// From which seeds are made, the same for all shards; by default the job of Slurm or GitHub, or today's date.
    #[arg(long, value_name = "NAME", value_parser = name)]
    night: Option<String>,
    /// Processes at once; as many as there are cores by default.
    #[arg(long, value_name = "N", value_parser = arguments::jobs())]
    jobs: Option<u16>,
    /// Only what has this in its name or its pattern's.
    #[arg(long, value_name = "SUBSTRING")]
    filter: Option<String>,
}

/// The name of a night is that of a file, too.
fn name(text: &str) -> Result<String, String> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    match text.chars().all(fits) && !text.is_empty() && !text.starts_with('.') {
        true => Ok(text.to_owned()),
        false => Err("a night's name has letters, digits, `-`, `_` and `.`".to_owned()),
    }
}

/// Whether nothing broke, in this run or before it.
pub fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let environment = |name: &str| env::var(name).ok();
    let shard = Shard::find(arguments.shard, environment)?;
    let filter = arguments.filter.clone();
    let all = items::all();
    let items: Vec<Item> = all.into_iter().filter(|item| items::wanted(item, filter.as_deref())).collect();
    if items.is_empty() {
        bail!("nothing matches `{}`; `cargo verify --list` names all checks", filter.unwrap_or_default());
    }
    let folder = Folder::open(&arguments.out)?;
    let now = SystemTime::now();
    let mut state = match State::read(&arguments.out)? {
        Some(state) => state,
        None => {
            let name = arguments.night.clone().unwrap_or_else(|| shard::night(environment, now));
            let began = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
            State::new(Night { name, shard, budget: arguments.budget, filter: filter.clone() }, began)
        }
    };
    let name = arguments.night.clone().unwrap_or_else(|| state.night.name.clone());
    let asked = Night { name, shard, budget: arguments.budget, filter };
    if state.night != asked {
        bail!(
            "{} holds {}, and not {}: go on with the same flags, or choose another --out",
            arguments.out.display(),
            describe(&state.night),
            describe(&asked),
        );
    }
    if !state.finished {
        let programs = build(&items)?;
        // A merge must know of this shard even if it is lost at once.
        state.write(&arguments.out)?;
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        let jobs = arguments.jobs.map_or_else(cores, usize::from);
        let shift = Shift::new(state, &items, &folder, &programs, jobs);
        state = shift.work()?;
    }
    say!("{}", view::summary(&state));
    if interrupt::came() {
        say!("interrupted: the same command goes on from here");
        return Ok(true);
    }
    let failures: Vec<_> = state.failures().map(|(_, row)| row.clone()).collect();
    for row in &failures {
        say!("\n{} under {}:\n{}", row.check, row.engine, ci::table::failure(row));
    }
    Ok(failures.is_empty())
}

fn describe(night: &Night) -> String {
    let filter = night.filter.as_ref().map(|filter| format!(" of `{filter}`")).unwrap_or_default();
    format!("shard {} of night {}{filter} with a budget of {}", night.shard, night.name, view::round(night.budget))
}

/// The programs that items need, by kind and by the cfg of their build.
type Programs = BTreeMap<(Runner, Option<&'static str>), PathBuf>;

fn build(items: &[Item]) -> anyhow::Result<Programs> {
    let needed: BTreeSet<_> = items.iter().map(|item| (item.runner(), item.cfg())).collect();
    let view = ci::view::View::new();
    let program = |(runner, cfg): (Runner, _)| runner.build(cfg, &view);
    needed.into_iter().map(|key| Ok((key, program(key)?))).collect()
}

/// One run of a shard: some jobs that take slices until the time is up.
struct Shift<'a> {
    items: &'a [Item],
    folder: &'a Folder,
    programs: &'a Programs,
    jobs: usize,
    /// When it began, and how long earlier runs had worked.
    start: Instant,
    before: Duration,
    /// How long a slice is.
    slice: Duration,
    work: Mutex<Work>,
}

/// What the jobs share.
struct Work {
    state: State,
    /// The items that have a slice now, by their numbers among the items.
    running: BTreeSet<usize>,
    view: View,
    error: Option<anyhow::Error>,
}

impl<'a> Shift<'a> {
    fn new(state: State, items: &'a [Item], folder: &'a Folder, programs: &'a Programs, jobs: usize) -> Self {
        let each = state.night.budget.mul_f64(jobs as f64 / items.len() as f64) / SLICES;
        let (before, slice) = (state.worked, each.clamp(SHORTEST, LONGEST));
        let view = View::new(&state);
        let work = Mutex::new(Work { state, running: BTreeSet::new(), view, error: None });
        Shift { items, folder, programs, jobs, start: Instant::now(), before, slice, work }
    }

    /// Works until the time is up, there is nothing left to do, or it is interrupted. Returns the state then.
    fn work(self) -> anyhow::Result<State> {
        thread::scope(|scope| {
            for _ in 0..self.jobs {
                scope.spawn(|| while self.step() {});
            }
        });
        let worked = self.worked();
        let Work { mut state, view, error, .. } = self.work.into_inner().expect("no panic under this lock");
        view.end();
        if let Some(error) = error {
            return Err(error);
        }
        state.worked = worked;
        state.finished = !interrupt::came();
        state.write(self.folder.path())?;
        Ok(state)
    }

    fn worked(&self) -> Duration {
        self.before + self.start.elapsed()
    }

    fn lock(&self) -> MutexGuard<'_, Work> {
        self.work.lock().expect("no panic under this lock")
    }

    /// Runs the next slice, if there is one. Returns whether there may be another after it.
    fn step(&self) -> bool {
        let (at, slice) = {
            let mut work = self.lock();
            let left = work.state.night.budget.saturating_sub(self.worked());
            if left < NOTHING || work.error.is_some() || interrupt::came() {
                return false;
            }
            let Some(at) = schedule::next(self.items, &work.state, |at| !work.running.contains(&at)) else {
                let others = !work.running.is_empty();
                drop(work);
                thread::sleep(PAUSE);
                return others;
            };
            work.running.insert(at);
            let (item, night) = (&self.items[at], &work.state.night);
            let number = work.state.of(item).map_or(0, |progress| progress.slices);
            let seed = seeds::seed(&night.name, item.number, number, night.shard);
            (at, Slice { seed, time: self.slice.min(left), shard: night.shard })
        };
        let item = &self.items[at];
        let program = &self.programs[&(item.runner(), item.cfg())];
        let row = self.folder.run(item, program, slice, |_| self.tell(item));
        let mut work = self.lock();
        work.running.remove(&at);
        // A slice that was killed is no result.
        let kept = if interrupt::came() { Ok(()) } else { row.and_then(|row| self.keep(&mut work, item, slice, row)) };
        if let Err(error) = kept {
            work.error = Some(error);
            process::end(Ending::AtOnce);
        }
        drop(work);
        self.tell(item);
        true
    }

    /// Adds the result of a slice, in memory and on disk.
    fn keep(&self, work: &mut Work, item: &Item, slice: Slice, row: Row) -> anyhow::Result<()> {
        work.state.add(item, item.has_seed().then_some(slice.seed), row);
        if let Some(row) = work.state.of(item).and_then(|progress| progress.failure.as_ref()) {
            work.view.fail(&item.name(), row);
            saved::save(std::slice::from_ref(row), &BTreeMap::new(), &self.folder.failures(), false)?;
        }
        work.state.worked = self.worked();
        work.state.write(self.folder.path())
    }

    fn tell(&self, item: &Item) {
        let mut work = self.lock();
        work.state.worked = self.worked();
        let Work { state, view, .. } = &mut *work;
        view.tell(state, &item.name());
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use selvedge::check::protocol::Cell;
    use selvedge::check::{Behaviours, Engine};

    use super::items::Kind;
    use super::*;
    use ci::cell;

    pub fn night() -> Night {
        let shard = Shard { part: 0, of: 2 };
        Night { name: "test".to_owned(), shard, budget: Duration::from_secs(600), filter: None }
    }

    pub fn item(kind: Kind) -> Item {
        let engine = match kind {
            Kind::Search => Engine::Dpor,
            Kind::Workload(_) => Engine::Threads,
            Kind::Samples | Kind::Programs => Engine::Pos,
        };
        let text = |text: &str| text.to_owned();
        let cell = Cell {
            check: text("pattern/property"),
            pattern: text("pattern"),
            subject: text("Pattern"),
            defect: None,
            property: text("it holds"),
            engine,
            expected: text("holds"),
            test: None,
        };
        Item { number: 0, cell, kind }
    }

    /// The row of a slice that met some traces.
    pub fn row(seconds: f64, executions: u64, traces: &[u64]) -> Row {
        let mut behaviours = Behaviours::default();
        let shard = Shard { part: 0, of: 1 };
        // As good as random, and different for different numbers.
        let hash = |&trace: &u64| seeds::seed("", (trace >> 32) as usize, trace as u32, shard);
        traces.iter().for_each(|trace| behaviours.traces.insert(hash(trace)));
        let row = cell::row(&item(Kind::Samples).cell, "sampled", None, Duration::from_secs_f64(seconds));
        Row { executions, behaviours: Some(behaviours), ..row }
    }

    #[test]
    fn the_name_of_a_night_is_that_of_a_file() {
        for good in ["2026-01-01", "slurm-17", "a_b.c"] {
            assert!(name(good).is_ok(), "{good}");
        }
        for bad in ["", "..", "a/b", "ä", "a b"] {
            assert!(name(bad).is_err(), "{bad}");
        }
    }

    /// A program that prints a row, whatever it is asked for.
    #[cfg(unix)]
    fn program(folder: &std::path::Path, name: &str, row: &Row) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;

        let path = folder.join(name);
        let text = serde_json::to_string(row).unwrap();
        std::fs::write(&path, format!("#!/bin/sh\necho '{text}'\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    #[cfg(unix)]
    fn a_shard_that_is_started_again_goes_on_and_what_breaks_is_left_alone() {
        let out = std::env::temp_dir().join(format!("selvedge-night-shift-{}", std::process::id()));
        std::fs::create_dir_all(&out).unwrap();
        let folder = Folder::open(&out).unwrap();
        let (good, mut bad) = (item(Kind::Samples), Item { number: 1, ..item(Kind::Programs) });
        bad.cell.check = "pattern/broken".to_owned();
        let failed = Row { verdict: "failed".to_owned(), ok: false, ..row(0.1, 1, &[]) };
        let programs = Programs::from([
            ((good.runner(), good.cfg()), program(&out, "good.sh", &row(0.1, 10, &[1, 2]))),
            ((bad.runner(), bad.cfg()), program(&out, "bad.sh", &failed)),
        ]);
        let items = [good, bad];
        let budget = Duration::from_millis(600);
        let shift = |state| Shift::new(state, &items, &folder, &programs, 2).work().unwrap();
        // As if it had been killed after half of the time.
        let mut state = State::new(Night { budget, ..night() }, 0);
        state.worked = budget / 2;
        shift(state);
        let mut killed = State::read(&out).unwrap().unwrap();
        assert!(killed.finished && killed.worked >= budget - NOTHING);
        (killed.finished, killed.worked) = (false, budget / 2);
        let (slices, seeds) = (killed.slices, killed.of(&items[0]).unwrap().seeds.clone());
        let state = shift(killed);
        assert!(state.slices > slices);
        let all = &state.of(&items[0]).unwrap().seeds;
        assert!(all.starts_with(&seeds));
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        let broken = state.of(&items[1]).unwrap();
        assert_eq!((broken.slices, state.failures().count(), state.traces()), (1, 1, 2));
        std::fs::remove_dir_all(&out).unwrap();
    }
}
