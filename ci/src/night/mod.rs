//! `cargo selvedge night`, and `cargo ci nightly`: one shard of a night, for as long as its budget lasts.
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
//! [`merge`](crate::merge) makes one report of all shards.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::bail;
use cli::process::{self, Ending};
use cli::{arguments, interrupt, say};
use selvedge::check::protocol::{Row, parse_shard};
use selvedge::check::{Environment, Status};

use crate::checks::Cfg;
use crate::{saved, table};
use items::{Item, Kind, Nights};
use shard::Shard;
use slice::{Folder, Slice};
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

/// The flags of a night.
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
pub fn run<N: Nights>(nights: &N, arguments: &Arguments) -> anyhow::Result<bool> {
    // Before hours of work, and not in each of their processes.
    Environment::read().map_err(anyhow::Error::msg)?;
    let environment = |name: &str| env::var(name).ok();
    let shard = Shard::find(arguments.shard, environment)?;
    let filter = arguments.filter.clone();
    filter.as_deref().map_or(Ok(()), |filter| nights.filter(filter))?;
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
        let view = crate::view::View::new();
        let (all, built) = nights.items(&view)?;
        let items = all.wanted(state.night.filter.as_deref());
        if items.is_empty() {
            let filter = state.night.filter.unwrap_or_default();
            bail!("nothing matches `{filter}`; `{} --list` names all checks", nights.command());
        }
        let programs = build(nights, &items, built, &view)?;
        view.end();
        // Whoever merges is to know of a shard that is lost from its beginning on.
        all.write(&arguments.out)?;
        state.write(&arguments.out)?;
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        let jobs = arguments.jobs.map_or_else(cores, usize::from);
        let shift = Shift::new(nights, state, &items, &folder, &programs, jobs);
        state = shift.work()?;
    }
    say!("{}", view::summary(&state));
    if interrupt::came() {
        say!("interrupted: the same command goes on from here");
    }
    let failures: Vec<_> = state.failures().map(|(_, row)| row.clone()).collect();
    for row in &failures {
        say!("\n{} under {}:\n{}", row.check, row.engine, table::failure(row));
    }
    Ok(failures.is_empty())
}

fn describe(night: &Night) -> String {
    let filter = night.filter.as_ref().map(|filter| format!(" of `{filter}`")).unwrap_or_default();
    format!("shard {} of night {}{filter} with a budget of {}", night.shard, night.name, view::round(night.budget))
}

/// What runs items, by their kind and the cfg of their build.
type Programs<B> = BTreeMap<(Kind, Cfg), B>;

/// Builds what items need that is not `built` already, as what lists checks is.
fn build<N: Nights>(
    nights: &N,
    items: &[Item],
    built: BTreeMap<Cfg, N::Built>,
    view: &crate::view::View,
) -> anyhow::Result<Programs<N::Built>> {
    let mut programs = Programs::new();
    for item in items {
        if let Entry::Vacant(missing) = programs.entry((item.kind, item.cfg())) {
            let is_built = built.get(&item.cfg()).filter(|_| matches!(item.kind, Kind::Search | Kind::Samples));
            missing.insert(is_built.map_or_else(|| nights.build_item(item, view), |built| Ok(built.clone()))?);
        }
    }
    Ok(programs)
}

/// One run of a shard: some jobs that take slices until the time is up.
struct Shift<'a, N: Nights> {
    nights: &'a N,
    items: &'a [Item],
    folder: &'a Folder,
    programs: &'a Programs<N::Built>,
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

impl<'a, N: Nights> Shift<'a, N> {
    fn new(
        nights: &'a N,
        state: State,
        items: &'a [Item],
        folder: &'a Folder,
        programs: &'a Programs<N::Built>,
        jobs: usize,
    ) -> Self {
        let each = state.night.budget.mul_f64(jobs as f64 / items.len() as f64) / SLICES;
        let (before, slice) = (state.worked, each.clamp(SHORTEST, LONGEST));
        let view = View::new(&state);
        let work = Mutex::new(Work { state, running: BTreeSet::new(), view, error: None });
        Shift { nights, items, folder, programs, jobs, start: Instant::now(), before, slice, work }
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
        let program = &self.programs[&(item.kind, item.cfg())];
        let row = self.folder.run(self.nights, item, program, slice, &|_| self.tell(item));
        let mut work = self.lock();
        work.running.remove(&at);
        // What was killed on the way is no result, and what had failed before it is.
        let is_result = !interrupt::came() || row.as_ref().is_ok_and(|row| row.verdict == Status::Failed);
        let kept = if is_result { row.and_then(|row| self.keep(&mut work, item, slice, row)) } else { Ok(()) };
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
    use std::path::Path;

    use selvedge::check::protocol::{Cell, Listing, Saved};
    use selvedge::check::{Behaviours, Engine, Expected};

    use super::*;
    use crate::cell;
    use crate::checks::{Asked, Checks};
    use items::Items;

    pub fn night() -> Night {
        let shard = Shard { part: 0, of: 2 };
        Night { name: "test".to_owned(), shard, budget: Duration::from_secs(600), filter: None }
    }

    pub fn item(kind: Kind) -> Item {
        let engine = match kind {
            Kind::Search => Engine::Dpor,
            Kind::Workload { .. } => Engine::Threads,
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
            expected: Expected::Holds,
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
        let row = cell::row(&item(Kind::Samples).cell, Status::Sampled, None, Duration::from_secs_f64(seconds));
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

    /// What is built is what comes of every slice.
    struct Rows;

    impl Checks for Rows {
        type Built = Row;

        fn command(&self) -> &'static str {
            "rows"
        }

        fn list(&self, _: &[Engine], _: &crate::view::View) -> anyhow::Result<(Listing, BTreeMap<Cfg, Row>)> {
            bail!("it has none")
        }

        fn build(&self, _: Cfg, _: &crate::view::View) -> anyhow::Result<Row> {
            bail!("it builds nothing")
        }

        fn run(&self, _: &Asked<'_>, row: &Row, _: &dyn Fn(&str)) -> Row {
            thread::sleep(Duration::from_millis(5));
            row.clone()
        }

        fn replay(&self, _: &Path, _: &Saved, _: &crate::view::View) -> anyhow::Result<(Row, Listing)> {
            bail!("it saves none")
        }

        fn failures(&self) -> PathBuf {
            PathBuf::new()
        }

        fn how_to(&self, _: &Path) -> String {
            String::new()
        }
    }

    impl Nights for Rows {
        fn night(&self) -> &'static str {
            "rows night"
        }

        fn items(&self, _: &crate::view::View) -> anyhow::Result<(Items, BTreeMap<Cfg, Row>)> {
            bail!("it has none")
        }
    }

    #[test]
    fn a_shard_that_is_started_again_goes_on_and_what_breaks_is_left_alone() {
        let out = std::env::temp_dir().join(format!("selvedge-night-shift-{}", std::process::id()));
        let folder = Folder::open(&out).unwrap();
        let (good, mut bad) = (item(Kind::Samples), Item { number: 1, ..item(Kind::Programs) });
        bad.cell.check = "pattern/broken".to_owned();
        let failed = Row { verdict: Status::Failed, ok: false, ..row(0.1, 1, &[]) };
        let programs =
            Programs::from([((good.kind, good.cfg()), row(0.1, 10, &[1, 2])), ((bad.kind, bad.cfg()), failed)]);
        let items = [good, bad];
        let budget = Duration::from_millis(600);
        let shift = |state| Shift::new(&Rows, state, &items, &folder, &programs, 2).work().unwrap();
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
