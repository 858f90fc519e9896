//! The front door: which engine explores a check, and for how long.

use std::time::Duration;

use super::engine;
use super::verdict::{Engine, Report, Verdict};

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
}

impl Explorer {
    /// Explores with `engine`, which has to be one of [this build's](Engine::available).
    ///
    /// A sampler runs 1,000 executions, loom as many as there are; either stops after a minute.
    pub fn new(engine: Engine) -> Self {
        Explorer { engine, executions: 1_000, time_limit: Duration::from_secs(60), preemption_bound: None, seed: 0 }
    }

    /// How many executions a sampler runs. An exhaustive engine runs as many as there are.
    pub fn executions(mut self, executions: u64) -> Self {
        self.executions = executions;
        self
    }

    /// How long to explore. What is not finished then is `CUT`.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Leaves out the schedules that preempt a thread more often than this. Samplers ignore it.
    pub fn preemption_bound(mut self, bound: Option<usize>) -> Self {
        self.preemption_bound = bound;
        self
    }

    /// Where a sampler starts. The same seed gives the same schedules, except on real threads.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Explores `check` until it fails, all is explored, or the budget is used up.
    ///
    /// A failing execution is not unwound: its thread of the machine sleeps until the process ends,
    /// and keeps what the execution had allocated.
    ///
    /// # Panics
    ///
    /// If the engine is not one of this build's.
    pub fn run(&self, check: impl Fn() + Send + Sync + 'static) -> Report {
        assert!(
            self.engine.cfg() == engine::CFG,
            "the engine `{}` is not in this build: set RUSTFLAGS=\"{}\"",
            self.engine.name(),
            self.engine.cfg().map(|cfg| format!("--cfg {cfg}")).unwrap_or_default(),
        );
        engine::explore(self, std::sync::Arc::new(check))
    }

    pub(super) fn report(&self, verdict: Verdict, executions: u64, elapsed: Duration) -> Report {
        let seed = self.engine.samples_from_seed().then_some(self.seed);
        Report { engine: self.engine, verdict, executions, seed, elapsed }
    }
}

/// Checks `check` under every engine of this build, with the default budgets.
///
/// # Panics
///
/// If an execution breaks a property, if there was nothing to explore, or if the budget ran out;
/// with the [`Report`].
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
pub fn verify(check: impl Fn() + Send + Sync + 'static) {
    let check = std::sync::Arc::new(check);
    for engine in Engine::available() {
        let check = std::sync::Arc::clone(&check);
        let report = Explorer::new(engine).run(move || check());
        assert!(report.verdict.holds(), "under {}: {report}", engine.name());
    }
}

/// The payload of the panic that [`require`] makes.
pub(super) struct Violation(pub(super) String);

/// States a property of the execution: `what` says, in its words, how it is broken.
///
/// The report opens with `what` itself, where an assertion's would open with `panicked:`.
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
