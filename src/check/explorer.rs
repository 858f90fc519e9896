//! The front door: which engine explores a check, and for how long.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use super::engine;
use super::environment::Environment;
use super::outcomes::Tallies;
use super::programs::AnyPrograms;
use super::progress::{FailureListener, Listener, Progress};
use super::story::{Divergence, Story};
use super::test::{Body, Least, Test};
use super::verdict::{Engine, Failure, Report, Verdict};
#[cfg(shuttle)]
use crate::sync::engine::orderings::Asked;

/// As many executions as there is time for.
pub(super) const UNLIMITED: u64 = u64::MAX;

/// The longest exploration: with more, clocks would overflow, and no user waits so long.
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Explores the executions of a closure.
///
/// ```
/// use selvedge::check::{Engine, Explorer};
/// use selvedge::sync::{Arc, Mutex, thread};
///
/// let engine = Engine::available().next().unwrap();
/// let report = Explorer::new(engine).run(|| {
///     let total = Arc::new(Mutex::new(0));
///     let theirs = Arc::clone(&total);
///     let worker = thread::spawn(move || *theirs.lock() += 1);
///     *total.lock() += 1;
///     worker.join().unwrap();
///     assert_eq!(*total.lock(), 2);
/// });
/// assert!(report.verdict.holds(), "{report}");
/// ```
#[derive(Clone, Debug)]
pub struct Explorer {
    pub(super) engine: Engine,
    pub(super) executions: u64,
    pub(super) time_limit: Duration,
    pub(super) preemption_bound: Option<usize>,
    pub(super) seed: u64,
    pub(super) limit: Option<u64>,
    pub(super) operations: usize,
    pub(super) unpruned: bool,
    pub(super) scouts: bool,
    /// The type of the check, by its name.
    pub(super) check: &'static str,
    pub(super) unfolded: bool,
    pub(super) pct_depth: usize,
    pub(super) stack: usize,
    pub(super) jobs: usize,
    pub(super) shard: (usize, usize),
    pub(super) simplify: bool,
    pub(super) resume: Option<PathBuf>,
    pub(super) listener: Option<Listener>,
    pub(super) failure_listener: Option<FailureListener>,
    pub(super) behaviours: Option<u64>,
    pub(super) spurious: bool,
    /// What is asked about the orderings of the program.
    #[cfg(shuttle)]
    pub(super) orderings: Option<Asked>,
    /// The test whose check it is, if it is the check of a test.
    pub(super) test: Option<Test>,
}

impl Explorer {
    /// Explores with `engine`, which has to be one of [this build's](Engine::available).
    ///
    /// A sampler runs 1,000 executions, and an exhaustive engine all that there are. Either stops after a minute. The
    /// [environment](super::Environment) can change that, unless the code sets it.
    ///
    /// # Panics
    ///
    /// If the environment asks for what cannot be.
    pub fn new(engine: Engine) -> Self {
        let environment = Environment::read().unwrap_or_else(|error| panic!("{error}"));
        Explorer {
            engine,
            executions: environment.executions.unwrap_or(1_000),
            time_limit: environment.time_limit.unwrap_or(Duration::from_secs(60)).min(YEAR),
            preemption_bound: environment.preemptions,
            seed: environment.seed.unwrap_or(0),
            limit: None,
            operations: 20_000,
            unpruned: false,
            scouts: true,
            check: "",
            unfolded: environment.unfold.unwrap_or(false),
            pct_depth: 3,
            stack: 0x10_0000,
            jobs: 1,
            shard: (0, 1),
            simplify: true,
            resume: None,
            listener: None,
            failure_listener: None,
            behaviours: None,
            spurious: environment.spurious.unwrap_or(false),
            #[cfg(shuttle)]
            orderings: None,
            test: None,
        }
    }

    /// The least verdict that a [`check`] accepts; [`Least::Bounded`] by default.
    ///
    /// # Panics
    ///
    /// If this is not the explorer of a [`check`]: any other returns its report from [`run`](Self::run), whatever the
    /// verdict.
    pub fn expect(mut self, least: Least) -> Self {
        self.test.as_mut().expect("only a `check` expects something").least = least;
        self
    }

    /// The code under test is broken on purpose, in the way that `defect` names, and a [`check`] passes if every engine
    /// but real threads finds the defect: a check that cannot fail proves nothing.
    ///
    /// ```
    /// use selvedge::check::check;
    /// use selvedge::sync::atomic::{AtomicU32, Ordering::SeqCst};
    /// use selvedge::sync::thread;
    ///
    /// check("no update is lost").defect("LoadThenStore").run(|| {
    ///     let total = AtomicU32::new(0);
    ///     thread::scope(|scope| {
    ///         for _ in 0..2 {
    ///             scope.spawn(|| total.store(total.load(SeqCst) + 1, SeqCst));
    ///         }
    ///     });
    ///     assert_eq!(total.load(SeqCst), 2);
    /// });
    /// ```
    ///
    /// # Panics
    ///
    /// If this is not the explorer of a [`check`].
    pub fn defect(mut self, defect: impl Into<String>) -> Self {
        self.test.as_mut().expect("only a `check` has a defect").defect = Some(defect.into());
        self
    }

    /// How many executions a sampler runs, real threads included. With [`u64::MAX`] real threads run as many as there is time
    /// for, and are not `CUT` by that. An exhaustive engine runs as many as there are.
    ///
    /// # Panics
    ///
    /// If `executions` is 0.
    pub fn executions(mut self, executions: u64) -> Self {
        assert!(executions > 0, "a sampler runs one execution at least");
        self.executions = executions;
        self
    }

    /// How many bytes the stack of a thread has under Shuttle's engines: 1 MiB by default. Only the part that is used
    /// takes memory. Under loom started threads have as much, and main has 32 KiB.
    pub fn stack(mut self, bytes: usize) -> Self {
        self.stack = bytes;
        self
    }

    /// How long to explore, a year at the most. An exploration that is not finished then is `CUT`.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit.min(YEAR);
        self
    }

    /// After how many executions an exhaustive engine gives up; those before it was [resumed](Self::resume) do not
    /// count, nor do [scouts](Self::scouts). An exploration that is not finished then is `CUT`.
    pub fn limit(mut self, executions: u64) -> Self {
        self.limit = Some(executions);
        self
    }

    /// How many operations one execution may have; 20,000 by default. One that has more is a livelock if its threads go
    /// round in a circle, and `UNSUPPORTED` if a thread loops without yielding; otherwise the exploration is `CUT`.
    pub fn operations(mut self, operations: usize) -> Self {
        self.operations = operations;
        self
    }

    /// Whether a story shows every step of a call, where a [context](crate::sync::context), a
    /// [clock](crate::sync::time) or a [pattern](crate::patterns) is called; otherwise a call that no other thread
    /// interrupts is one row. The default is what `SELVEDGE_UNFOLD` says.
    pub fn unfolded(mut self, unfolded: bool) -> Self {
        self.unfolded = unfolded;
        self
    }

    /// Leaves out the schedules that preempt a thread more often than this. Samplers ignore it, and
    /// `dpor` prunes nothing else then. `rc11` has no such bound: with one its verdict is `UNSUPPORTED`.
    pub fn bound(mut self, preemptions: impl Into<Option<usize>>) -> Self {
        self.preemption_bound = preemptions.into();
        self
    }

    /// Splits the search of `dpor` or `rc11` over so many threads. The executions are the same. A search
    /// that prunes nothing, or has a bound on preemptions, is not split.
    ///
    /// # Panics
    ///
    /// If `jobs` is 0.
    pub fn jobs(mut self, jobs: usize) -> Self {
        assert!(jobs > 0, "an exploration needs a thread");
        self.jobs = jobs;
        self
    }

    /// Explores one part, counted from 0, of the so many parts of the search of `dpor` or `rc11`: all shards together are the whole,
    /// and no execution is in two of them. A search that [`jobs`](Self::jobs) does not split is run as a whole by every
    /// shard.
    ///
    /// # Panics
    ///
    /// If there is no such part.
    pub fn shard(mut self, part: usize, of: usize) -> Self {
        assert!(part < of, "of {of} shards there is no {part}, counted from 0");
        self.shard = (part, of);
        self
    }

    /// Goes on from `file`, where an exploration of `dpor`'s or `rc11`'s was cut or killed, with the same counts in the
    /// end as in one run. The file is written every few seconds, and removed when the exploration is
    /// complete or has failed; each of several parts has a file of its own, named after this one.
    ///
    /// A file that cannot be used, or cannot be written, ends the exploration as `CUT`, with the reason. A damaged file
    /// cannot be used, nor can one that another program wrote: after a change the earlier results may no longer hold.
    ///
    /// ```
    /// use selvedge::check::{Engine, Explorer, Verdict};
    /// use selvedge::sync::{Arc, Mutex, thread};
    ///
    /// let file = std::env::temp_dir().join(format!("selvedge-resume-{}", std::process::id()));
    /// let engine = Engine::available().last().unwrap();
    /// let explore = || Explorer::new(engine).resume(&file).limit(10).run(|| {
    ///     let total = Arc::new(Mutex::new(0));
    ///     let workers = [1, 2, 3, 4].map(|n| {
    ///         let total = Arc::clone(&total);
    ///         thread::spawn(move || *total.lock() += n)
    ///     });
    ///     workers.into_iter().for_each(|worker| worker.join().unwrap());
    /// });
    /// if engine == Engine::Dpor {
    ///     assert!(matches!(explore().verdict, Verdict::Cut { .. }));
    ///     explore();
    ///     let report = explore();
    ///     assert_eq!((report.verdict, report.executions), (Verdict::Exhausted, 24));
    /// }
    /// ```
    pub fn resume(mut self, file: impl Into<PathBuf>) -> Self {
        self.resume = Some(file.into());
        self
    }

    /// The files from which this process [goes on](Self::resume), one for each of its parts.
    ///
    /// ```
    /// use selvedge::check::{Engine, Explorer};
    /// use std::path::Path;
    ///
    /// let whole = Explorer::new(Engine::Dpor).resume("search");
    /// assert_eq!(whole.resume_files(), [Path::new("search")]);
    /// assert_eq!(whole.shard(1, 3).resume_files(), [Path::new("search.2-of-3")]);
    /// ```
    pub fn resume_files(&self) -> Vec<PathBuf> {
        self.parts().filter_map(|part| self.resume_file(part)).collect()
    }

    /// The parts of the search that this process explores, counted from 0 among those of all shards.
    pub(super) fn parts(&self) -> Range<usize> {
        let (jobs, (shard, _)) = self.split();
        shard * jobs..(shard + 1) * jobs
    }

    /// How many parts all shards have together.
    pub(super) fn parts_of_all(&self) -> usize {
        let (jobs, (_, shards)) = self.split();
        shards * jobs
    }

    /// The jobs of this process, and which shard it is. A search that prunes nothing has no parts: each would run the whole.
    fn split(&self) -> (usize, (usize, usize)) {
        let splits =
            matches!(self.engine, Engine::Dpor | Engine::Rc11) && !self.unpruned && self.preemption_bound.is_none();
        if splits { (self.jobs, self.shard) } else { (1, (0, 1)) }
    }

    /// Where a part is saved.
    pub(super) fn resume_file(&self, part: usize) -> Option<PathBuf> {
        let mut name = self.resume.clone()?.into_os_string();
        let of = self.parts_of_all();
        if of > 1 {
            name.push(format!(".{}-of-{of}", part + 1));
        }
        Some(PathBuf::from(name))
    }

    /// Tells `listener` once a second how far the exploration is, all its jobs together.
    ///
    /// ```
    /// use selvedge::check::{Engine, Explorer};
    ///
    /// let explorer = Explorer::new(Engine::available().last().unwrap());
    /// explorer.progress(|progress| eprintln!("{progress}"));
    /// ```
    pub fn progress(mut self, listener: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.listener = Some(Listener(std::sync::Arc::new(listener)));
        self
    }

    /// Tells `listener` that an execution fails, before the [simplest form](Self::simplify) of the failure is looked
    /// for, which may take two seconds.
    ///
    /// ```
    /// use selvedge::check::{Engine, Explorer};
    ///
    /// let explorer = Explorer::new(Engine::available().last().unwrap());
    /// explorer.on_failure(|failure| eprintln!("{}", failure.headline));
    /// ```
    pub fn on_failure(mut self, listener: impl Fn(&Failure) + Send + Sync + 'static) -> Self {
        self.failure_listener = Some(FailureListener(std::sync::Arc::new(listener)));
        self
    }

    #[cfg(any(loom, shuttle))]
    pub(super) fn tell_failure(&self, report: &Report) {
        if let (Verdict::Failed(failure), Some(FailureListener(listener))) = (&report.verdict, &self.failure_listener) {
            listener(failure);
        }
    }

    /// Lets `dpor` run every schedule, equivalent ones too; only starts, joins and ends of threads are run at once
    /// where that cannot be observed. This is what its pruning is checked against. The report counts the equivalent
    /// ones as [`blocked`](Report::blocked).
    pub fn unpruned(mut self) -> Self {
        self.unpruned = true;
        self
    }

    /// Whether `dpor` draws executions beside its search, so that a failure which many schedules have comes early; it
    /// does by default. They count only if one fails. Turn them off to compare what the search itself finds.
    pub fn scouts(mut self, scouts: bool) -> Self {
        self.scouts = scouts;
        self
    }

    /// Counts the different [behaviours](super::Behaviours) that executions have, where the
    /// [engine can](Engine::counts_behaviours). `salt` is a number for the program: merged behaviours of two programs
    /// with the same salt count equal executions once.
    ///
    /// ```
    /// use selvedge::check::{Engine, Explorer};
    /// use selvedge::sync::{Arc, Mutex, thread};
    ///
    /// let engine = Engine::available().last().unwrap();
    /// let report = Explorer::new(engine).behaviours(0).run(|| {
    ///     let total = Arc::new(Mutex::new(0));
    ///     let theirs = Arc::clone(&total);
    ///     let worker = thread::spawn(move || *theirs.lock() += 1);
    ///     *total.lock() += 1;
    ///     worker.join().unwrap();
    /// });
    /// if let Some(behaviours) = report.behaviours {
    ///     assert_eq!(behaviours.traces.count(), 2);
    /// }
    /// ```
    pub fn behaviours(mut self, salt: u64) -> Self {
        self.behaviours = Some(salt);
        self
    }

    /// Whether what may happen without a reason does: a wait on a condition variable ends that nobody has notified, and a
    /// thread that is parked goes on. Each is a choice then, which a thread makes once at the same line and object. Weak
    /// exchanges fail spuriously in any case under Shuttle's engines, and under loom if it is asked for. Real threads do what
    /// the machine does.
    ///
    /// ```
    /// use selvedge::check::{Engine, Explorer};
    /// use selvedge::sync::{Arc, Condvar, Mutex, thread};
    ///
    /// let engine = Engine::available().last().unwrap();
    /// let report = Explorer::new(engine).spurious(true).run(|| {
    ///     let shared = Arc::new((Mutex::new(false), Condvar::new()));
    ///     let theirs = Arc::clone(&shared);
    ///     let waiter = thread::spawn(move || {
    ///         let mut ready = theirs.0.lock();
    ///         while !*ready {
    ///             theirs.1.wait(&mut ready);
    ///         }
    ///     });
    ///     *shared.0.lock() = true;
    ///     shared.1.notify_one();
    ///     waiter.join().unwrap();
    /// });
    /// assert!(report.verdict.holds(), "{report}");
    /// ```
    pub fn spurious(mut self, spurious: bool) -> Self {
        self.spurious = spurious;
        self
    }

    /// Whether a failure is reported with the simplest schedule that leads to it, which is looked for once a failure is
    /// found; this is the default. Otherwise it is reported with the schedule that was met first.
    pub fn simplify(mut self, simplify: bool) -> Self {
        self.simplify = simplify;
        self
    }

    /// How many ordering constraints `shuttle-pct` expects a defect to need; 3 by default. Its guarantee holds for
    /// defects of at most this depth, and for none that is deeper.
    ///
    /// # Panics
    ///
    /// If it is 0: every defect needs one.
    pub fn pct_depth(mut self, depth: usize) -> Self {
        assert!(depth > 0, "a defect has a depth of 1 at least");
        self.pct_depth = depth;
        self
    }

    /// Where a sampler starts, and what `dpor` draws [beside its search](Self::scouts). The same seed gives the same
    /// schedules, except on real threads.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Explores `check` until it fails, everything is explored, or the budget is used up.
    ///
    /// A failing execution is not unwound: its thread of the machine sleeps until the process ends,
    /// and keeps what the execution had allocated.
    ///
    /// The explorer of a [`check`] explores under one engine after the other, and returns the last report. If the
    /// environment asks for another check, or only for the list of checks, nothing is explored: the report is `CUT`,
    /// and says so.
    ///
    /// # Panics
    ///
    /// If the engine is not one of this build's. The explorer of a [`check`] also panics if a verdict is less than
    /// expected.
    #[track_caller]
    pub fn run<F: Fn() + Send + Sync + 'static>(&self, check: F) -> Report {
        let check: engine::Check = std::sync::Arc::new(move || without_a_value(&check));
        let explorer = Explorer { check: std::any::type_name::<F>(), ..self.clone() };
        match &self.test {
            Some(test) => test.run(&explorer, Body::Closure(&check)),
            None => explorer.run_alone(&check),
        }
    }

    /// Explores under `dpor` every program of up to so many threads, with up to so many operations each. It is a
    /// [`check`], and has nothing to do in another build than that of `dpor`.
    ///
    /// # Panics
    ///
    /// As [`run`](Self::run) does. If it is no check.
    #[track_caller]
    pub fn programs(&self, programs: &dyn AnyPrograms, threads: usize, operations: usize) -> Report {
        let body = Body::Programs { programs, threads, operations, engine: Engine::Dpor };
        self.test.as_ref().expect("only a `check` has programs").run(self, body)
    }

    /// Runs [rounds](super::programs::Programs::stress) of so many real threads, with up to so many operations each, of which
    /// each has a history that is judged. It is a [`check`], and has nothing to do in another build than that of real threads.
    ///
    /// # Panics
    ///
    /// As [`run`](Self::run) does. If it is no check.
    #[track_caller]
    pub fn stress(&self, programs: &dyn AnyPrograms, threads: usize, operations: usize) -> Report {
        let body = Body::Programs { programs, threads, operations, engine: Engine::Threads };
        self.test.as_ref().expect("only a `check` has programs").run(self, body)
    }

    /// Explores under its one engine.
    #[track_caller]
    pub(super) fn run_alone(&self, check: &engine::Check) -> Report {
        self.explore(std::sync::Arc::clone(check)).0
    }

    /// Explores under its one engine, and counts the values of a check that returns the number of a value.
    #[track_caller]
    pub(super) fn explore(&self, check: engine::Check) -> (Report, Tallies) {
        self.assert_available();
        engine::explore(self, check)
    }

    /// Runs the schedule of a failure again: thread by thread and operation by operation under Shuttle's
    /// engines; under loom, which cannot follow a given schedule, the same search up to the same failure. The report's
    /// verdict is `Failed` if it fails again, and `Sampled` if it no longer does.
    ///
    /// The second part says where the story could not be followed, if it could not: the program has changed, or the
    /// engine cannot follow a given schedule.
    ///
    /// # Panics
    ///
    /// If the engine is not one of this build's.
    ///
    /// ```
    /// use selvedge::check::{Engine, Explorer, Verdict};
    /// use selvedge::sync::atomic::{AtomicU32, Ordering::SeqCst};
    /// use selvedge::sync::thread;
    ///
    /// fn lost_update() {
    ///     let total = AtomicU32::new(0);
    ///     thread::scope(|scope| {
    ///         for _ in 0..2 {
    ///             scope.spawn(|| total.store(total.load(SeqCst) + 1, SeqCst));
    ///         }
    ///     });
    ///     assert_eq!(total.load(SeqCst), 2);
    /// }
    ///
    /// let explorer = Explorer::new(Engine::available().last().unwrap());
    /// // Real threads may not meet the failure, and tell no story of it.
    /// if let Some(story) = explorer.run(lost_update).verdict.story() {
    ///     let (report, diverged) = explorer.replay(story, lost_update);
    ///     assert!(matches!(report.verdict, Verdict::Failed(_)) && diverged.is_none());
    /// }
    /// ```
    pub fn replay(&self, story: &Story, check: impl Fn() + Send + Sync + 'static) -> (Report, Option<Divergence>) {
        self.replay_alone(story, std::sync::Arc::new(move || without_a_value(&check)))
    }

    #[track_caller]
    pub(super) fn replay_alone(&self, story: &Story, check: engine::Check) -> (Report, Option<Divergence>) {
        self.assert_available();
        let explorer = self.clone().spurious(self.spurious || story.is_spurious());
        engine::replay(&explorer, story, check)
    }

    #[track_caller]
    pub(super) fn assert_available(&self) {
        assert!(
            self.engine.is_built(),
            "the engine `{}` is not in this build: set RUSTFLAGS=\"{}\"",
            self.engine.name(),
            self.engine.cfg().map(|cfg| format!("--cfg {cfg}")).unwrap_or_default(),
        );
    }

    pub(super) fn report(&self, verdict: Verdict, executions: u64, elapsed: Duration) -> Report {
        let seed = self.engine.samples_from_seed().then_some(self.seed);
        Report {
            engine: self.engine,
            verdict,
            executions,
            blocked: 0,
            sc_suffices: None,
            weak: BTreeSet::new(),
            behaviours: None,
            seed,
            elapsed,
            remarks: Vec::new(),
        }
    }
}

/// Runs a check whose values are not counted.
pub(super) fn without_a_value(check: impl Fn()) -> Option<usize> {
    check();
    None
}

/// Explores `check` under the engine that `SELVEDGE_ENGINE` names, or else under the most thorough one
/// of this build: `dpor` with `--cfg shuttle`, `loom` with `--cfg loom`, `threads` in a plain one.
///
/// # Panics
///
/// If there is no engine of that name in this build, or the environment asks for what cannot be.
///
/// ```
/// use selvedge::check::{Verdict, explore};
/// use selvedge::sync::{Arc, Mutex, thread};
///
/// let report = explore(|| {
///     let total = Arc::new(Mutex::new(0));
///     let theirs = Arc::clone(&total);
///     let worker = thread::spawn(move || *theirs.lock() += 1);
///     *total.lock() += 1;
///     worker.join().unwrap();
/// });
/// assert!(report.verdict.holds(), "{report}");
/// ```
pub fn explore(check: impl Fn() + Send + Sync + 'static) -> Report {
    let explorer = any();
    let engine = Environment::read().unwrap_or_else(|error| panic!("{error}")).engine;
    Explorer { engine: engine.unwrap_or(explorer.engine), ..explorer }.run(check)
}

/// A check as a test, by its name: [`run`](Explorer::run) explores it under every engine of this build, or under the one
/// that the environment names, and panics if a verdict is less than [expected](Explorer::expect).
///
/// A failure whose execution the engine can tell is saved under `target/selvedge/`, and the panic names the command
/// that runs it again. A pass prints its verdict, which `cargo test` shows with `--nocapture`. The rest is set by the
/// [environment](super::Environment).
///
/// ```
/// use selvedge::check::{Least, check};
/// use selvedge::sync::{channel, thread};
///
/// check("what is sent arrives").bound(3).limit(100_000).expect(Least::Bounded).run(|| {
///     let (sender, receiver) = channel::bounded(0);
///     let worker = thread::spawn(move || sender.send(42).unwrap());
///     assert_eq!(receiver.recv(), Ok(42));
///     worker.join().unwrap();
/// });
/// ```
///
/// # Panics
///
/// If the environment asks for what cannot be.
pub fn check(name: impl Into<String>) -> Explorer {
    Explorer { test: Some(Test::new(Some(name.into()))), ..any() }
}

/// [`check`]s `check` by the name of its test.
///
/// # Panics
///
/// If an execution breaks a property, if there was nothing to explore, or if the budget ran out;
/// with the [`Report`]. If the environment asks for what cannot be.
///
/// ```
/// use selvedge::sync::{channel, thread};
///
/// selvedge::check::verify(|| {
///     let (sender, receiver) = channel::bounded(0);
///     let worker = thread::spawn(move || sender.send(42).unwrap());
///     assert_eq!(receiver.recv(), Ok(42));
///     worker.join().unwrap();
/// });
/// ```
#[track_caller]
pub fn verify(check: impl Fn() + Send + Sync + 'static) {
    Explorer { test: Some(Test::new(None)), ..any() }.run(check);
}

/// An explorer with the most thorough engine of this build, until another is chosen.
fn any() -> Explorer {
    Explorer::new(Engine::available().last().expect("every build has an engine"))
}

/// The payload of the panic that [`require`] makes.
pub(super) struct Violation(pub(super) String);

/// States a property of the execution: `what` says, in the check's own words, how it is broken.
///
/// The report opens with `what` itself, where an assertion's would open with `panicked:`. Lines after its first
/// are details.
///
/// # Panics
///
/// If `holds` is false.
#[track_caller]
pub fn require(holds: bool, what: impl FnOnce() -> String) {
    if !holds {
        std::panic::panic_any(Violation(what()));
    }
}
