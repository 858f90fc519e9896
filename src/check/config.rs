//! What travels down to an engine: the settings of an exploration, and the check.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::engines::Engine;
use super::environment::{Environment, UNLIMITED};
use super::progress::{FailureListener, Listener};
use super::verdict::{Report, Verdict};
#[cfg(shuttle)]
use crate::sync::engine::orderings::Asked;

/// The longest exploration: with more, clocks would overflow, and no user waits so long.
pub(super) const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A check: called once an execution. Where values are counted it gives the number of its own.
pub(super) type Check = Arc<dyn Fn() -> Option<usize> + Send + Sync>;

/// Runs a check whose values are not counted.
pub(super) fn without_a_value(check: impl Fn()) -> Option<usize> {
    check();
    None
}

/// The settings of an exploration; [`Explorer`](super::Explorer) describes each.
#[derive(Clone, Debug)]
pub(super) struct Config {
    pub(super) engine: Engine,
    pub(super) executions: u64,
    pub(super) time_limit: Duration,
    pub(super) preemption_bound: Option<usize>,
    pub(super) seed: u64,
    pub(super) limit: Option<u64>,
    pub(super) operations: usize,
    pub(super) unpruned: bool,
    pub(super) scouts: bool,
    /// Whether the first executions are run again, to see whether they are the same.
    #[cfg_attr(not(any(loom, shuttle)), expect(dead_code, reason = "real threads do nothing again"))]
    pub(super) repeats: bool,
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
}

impl Config {
    /// What is the default for an engine, or said by the environment.
    ///
    /// # Panics
    ///
    /// If the environment asks for what cannot be.
    pub(super) fn new(engine: Engine) -> Self {
        let environment = Environment::read().unwrap_or_else(|error| panic!("{error}"));
        Config {
            engine,
            executions: environment.executions.unwrap_or(1_000),
            time_limit: environment.time_limit.unwrap_or(Duration::from_secs(60)).min(YEAR),
            preemption_bound: environment.preemptions,
            seed: environment.seed.unwrap_or(0),
            limit: None,
            operations: 20_000,
            unpruned: false,
            scouts: true,
            repeats: true,
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
        }
    }

    /// The same for a closure, with the closure as an engine takes it.
    pub(super) fn of<F: Fn() + Send + Sync + 'static>(&self, check: F) -> (Config, Check) {
        let config = Config { check: std::any::type_name::<F>(), ..self.clone() };
        (config, Arc::new(move || without_a_value(&check)))
    }

    /// How sampling ends after so many executions, if it does: as many were asked for, or the time is over.
    pub(super) fn enough(&self, executions: u64, elapsed: Duration) -> Option<Verdict> {
        match self.executions {
            asked if executions == asked => Some(Verdict::Sampled),
            _ if elapsed < self.time_limit => None,
            UNLIMITED => Some(Verdict::Sampled),
            _ => Some(Verdict::Cut { limit: format!("the time limit of {:?}", self.time_limit) }),
        }
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
        let splits = self.engine.has_parts() && !self.unpruned && self.preemption_bound.is_none();
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

    #[cfg(any(loom, shuttle))]
    pub(super) fn tell_failure(&self, report: &Report) {
        if let (Verdict::Failed(failure), Some(FailureListener(listener))) = (&report.verdict, &self.failure_listener) {
            listener(failure);
        }
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
            beside: 0,
            sc_suffices: None,
            weak: BTreeSet::new(),
            behaviours: None,
            seed,
            elapsed,
            remarks: Vec::new(),
        }
    }
}
