//! What is set about an exploration.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::config::{Config, YEAR, without_a_value};
use super::engine;
use super::engines::Engine;
use super::orderings::Weakening;
use super::progress::{FailureListener, Listener, Progress};
use super::status::Least;
use super::story::{Divergence, Story};
use super::verdict::{Failure, Report};

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
    pub(super) config: Config,
    /// The test whose check it is, if it is the check of a test.
    pub(super) test: Option<Test>,
}

/// What the test of a check says about it.
#[derive(Clone, Debug)]
pub(super) struct Test {
    pub(super) name: Option<String>,
    pub(super) least: Least,
    pub(super) defect: Option<String>,
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
        Explorer { config: Config::new(engine), test: None }
    }

    /// The least verdict that a [`check`](super::check()) accepts; [`Least::Bounded`] by default.
    ///
    /// # Panics
    ///
    /// If this is not the explorer of a [`check`](super::check()): any other returns its report from [`run`](Self::run), whatever the
    /// verdict.
    pub fn expect(mut self, least: Least) -> Self {
        self.test.as_mut().expect("only a `check` expects something").least = least;
        self
    }

    /// The code under test is broken on purpose, in the way that `defect` names, and a [`check`](super::check()) passes if every engine
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
    /// If this is not the explorer of a [`check`](super::check()).
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
        self.config.executions = executions;
        self
    }

    /// How many bytes the stack of a thread has under Shuttle's engines: 1 MiB by default. Only the part that is used
    /// takes memory. Under loom started threads have as much, and main has 32 KiB.
    pub fn stack(mut self, bytes: usize) -> Self {
        self.config.stack = bytes;
        self
    }

    /// How long to explore, a year at the most. An exploration that is not finished then is `CUT`.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.config.time_limit = limit.min(YEAR);
        self
    }

    /// After how many executions an exhaustive engine gives up; those before it was [resumed](Self::resume) do not
    /// count, nor do [scouts](Self::scouts). An exploration that is not finished then is `CUT`.
    pub fn limit(mut self, executions: u64) -> Self {
        self.config.limit = Some(executions);
        self
    }

    /// How many operations one execution may have; 20,000 by default. One that has more is a livelock if its threads go
    /// round in a circle, and `UNSUPPORTED` if a thread loops without yielding; otherwise the exploration is `CUT`.
    pub fn operations(mut self, operations: usize) -> Self {
        self.config.operations = operations;
        self
    }

    /// Whether a story shows every step of a call, where a [context](crate::sync::context), a
    /// [clock](crate::sync::time) or a [pattern](crate::patterns) is called; otherwise a call that no other thread
    /// interrupts is one row. The default is what `SELVEDGE_UNFOLD` says.
    pub fn unfolded(mut self, unfolded: bool) -> Self {
        self.config.unfolded = unfolded;
        self
    }

    /// Leaves out the schedules that preempt a thread more often than this. Samplers ignore it, and
    /// `dpor` prunes nothing else then. `rc11` has no such bound: with one its verdict is `UNSUPPORTED`.
    pub fn bound(mut self, preemptions: impl Into<Option<usize>>) -> Self {
        self.config.preemption_bound = preemptions.into();
        self
    }

    /// Splits the search of `dpor` or `rc11` over so many threads. The executions are the same. A search
    /// that prunes nothing, or has a bound on preemptions, is not split. If one thread finds out late that who owns
    /// something last makes a difference, which the others would have to know, the search begins anew on one thread.
    ///
    /// # Panics
    ///
    /// If `jobs` is 0.
    pub fn jobs(mut self, jobs: usize) -> Self {
        assert!(jobs > 0, "an exploration needs a thread");
        self.config.jobs = jobs;
        self
    }

    /// Explores one part, counted from 0, of the so many parts of the search of `dpor` or `rc11`: all shards together are the whole,
    /// and no execution is in two of them. A search that [`jobs`](Self::jobs) does not split is run as a whole by every
    /// shard. A shard that finds out late that who owns something last makes a difference, or under `rc11` that something in
    /// a static is used, ends in `CUT`, since other shards may not know.
    ///
    /// # Panics
    ///
    /// If there is no such part.
    pub fn shard(mut self, part: usize, of: usize) -> Self {
        assert!(part < of, "of {of} shards there is no {part}, counted from 0");
        self.config.shard = (part, of);
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
        self.config.resume = Some(file.into());
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
        self.config.parts().filter_map(|part| self.config.resume_file(part)).collect()
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
        self.config.listener = Some(Listener(Arc::new(listener)));
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
        self.config.failure_listener = Some(FailureListener(Arc::new(listener)));
        self
    }

    /// Lets `dpor` run every schedule, equivalent ones too; only starts, joins and ends of threads are run at once
    /// where that cannot be observed. This is what its pruning is checked against. The report counts the equivalent
    /// ones as [`blocked`](Report::blocked).
    pub fn unpruned(mut self) -> Self {
        self.config.unpruned = true;
        self
    }

    /// Whether `dpor` draws executions beside its search, so that a failure which many schedules have comes early; it
    /// does by default. They count only if one fails. Turn them off to compare what the search itself finds.
    pub fn scouts(mut self, scouts: bool) -> Self {
        self.config.scouts = scouts;
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
        self.config.behaviours = Some(salt);
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
        self.config.spurious = spurious;
        self
    }

    /// Whether a failure is reported with the simplest schedule that leads to it, which is looked for once a failure is
    /// found; this is the default. Otherwise it is reported with the schedule that was met first.
    pub fn simplify(mut self, simplify: bool) -> Self {
        self.config.simplify = simplify;
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
        self.config.pct_depth = depth;
        self
    }

    /// Where a sampler starts, and what `dpor` draws [beside its search](Self::scouts). The same seed gives the same
    /// schedules, except on real threads.
    pub fn seed(mut self, seed: u64) -> Self {
        self.config.seed = seed;
        self
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
        engine::replay(&self.config, story, Arc::new(move || without_a_value(&check)))
    }

    /// Lowers each ordering that `check` meets, one at a time, and asks `rc11` whether the check still holds. The engine that
    /// this explorer has does not matter; what it has for a time limit all explorations have together, and an ordering
    /// for which none is left is neither needed nor too strong: its report is `CUT`.
    ///
    /// # Panics
    ///
    /// If `rc11` is not in this build.
    ///
    /// ```
    /// use selvedge::check::{Engine, check};
    /// use selvedge::check::story::Ordering as Written;
    /// use selvedge::sync::UnsafeCell;
    /// use selvedge::sync::atomic::{AtomicBool, Ordering};
    /// use selvedge::sync::thread;
    ///
    /// struct Letter(UnsafeCell<u32>);
    ///
    /// // SAFETY: it is read when the flag says that it was written.
    /// unsafe impl Sync for Letter {}
    ///
    /// impl Letter {
    ///     fn paper(&self) -> &UnsafeCell<u32> {
    ///         &self.0
    ///     }
    /// }
    ///
    /// if Engine::Rc11.is_built() {
    ///     let weakening = check("a letter arrives").weaken(|| {
    ///         let (letter, sent) = (Letter(UnsafeCell::new(0)), AtomicBool::new(false));
    ///         thread::scope(|scope| {
    ///             scope.spawn(|| {
    ///                 // SAFETY: nobody reads it before the flag is set.
    ///                 letter.paper().with_mut(|letter| unsafe { *letter = 42 });
    ///                 sent.store(true, Ordering::SeqCst);
    ///             });
    ///             if sent.load(Ordering::Acquire) {
    ///                 // SAFETY: it was written before the flag was set.
    ///                 assert_eq!(letter.paper().with(|letter| unsafe { *letter }), 42);
    ///             }
    ///         });
    ///     });
    ///     println!("{weakening}");
    ///     let [store, load] = &weakening.orderings[..] else { panic!("there are two") };
    ///     assert_eq!(store.weakest(), [Some(Written::Release)]);
    ///     assert_eq!(load.weakest(), [Some(Written::Acquire)]);
    /// }
    /// ```
    pub fn weaken<F: Fn() + Send + Sync + 'static>(&self, check: F) -> Weakening {
        let (config, check) = self.config.of(check);
        engine::weaken(&config, &check)
    }
}
