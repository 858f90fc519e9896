//! Rounds of one workload, one after another, until something breaks or it is over.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use models::workload::{Entry, Plan};
use serde::Serialize;

use crate::failure::Failure;
use crate::process::{self, Watch};
use crate::round::{self, Control};

/// The longest latency that is told from longer ones.
const LONGEST: u64 = 3_600_000_000_000;
/// The process is looked at no more often than this.
const LOOK: Duration = Duration::from_millis(20);

/// What came of a workload.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// The module of the pattern.
    pub pattern: String,
    /// The type that operations were performed on.
    pub subject: String,
    /// Whether it is a broken twin.
    pub is_twin: bool,
    /// From which everything was drawn.
    pub seed: u64,
    /// Threads that operated at once.
    pub threads: usize,
    /// Rounds.
    pub rounds: u64,
    /// Histories that were judged.
    pub histories: u64,
    /// Those of them that the checker gave up on.
    pub undecided: u64,
    /// Operations of all threads.
    pub operations: u64,
    /// How long it took.
    pub seconds: f64,
    /// What an operation takes.
    pub latency: Latency,
    /// What the process had; nothing where it is not watched.
    pub process: Option<Watch>,
    /// What broke, if something did.
    pub failure: Option<Failure>,
}

/// Nanoseconds, by the share of operations that took no longer.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Latency {
    /// Half of them.
    pub p50: u64,
    /// 99 %.
    pub p99: u64,
    /// 99.9 %.
    pub p999: u64,
    /// All of them.
    pub max: u64,
}

impl Latency {
    fn of(histogram: &Histogram<u64>) -> Self {
        let at = |quantile| histogram.value_at_quantile(quantile);
        Latency { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: histogram.max() }
    }
}

/// Runs the rounds that `plan` makes of their numbers.
///
/// # Errors
///
/// If the machine refuses a thread.
pub fn run(entry: &Entry, plan: impl Fn(u64) -> Plan, control: &Control<'_>) -> anyhow::Result<Outcome> {
    let start = Instant::now();
    let mut latencies = Histogram::new_with_bounds(1, LONGEST, 3).expect("the bounds are valid");
    let mut watch = process::read().map(Watch::new);
    let first = plan(0);
    let mut outcome = Outcome {
        pattern: entry.pattern.to_owned(),
        subject: entry.subject.to_owned(),
        is_twin: entry.is_twin,
        seed: first.seed,
        threads: first.threads,
        rounds: 0,
        histories: 0,
        undecided: 0,
        operations: 0,
        seconds: 0.0,
        latency: Latency::default(),
        process: None,
        failure: None,
    };
    let mut next_look = start;
    // Once at least: in no round everything holds.
    while outcome.failure.is_none() && (outcome.rounds == 0 || !(control.over)(outcome.rounds)) {
        let plan = plan(outcome.rounds);
        let before = outcome.operations;
        let tell = |operations| (control.tell)(before + operations);
        let ran = round::run(entry, &plan, outcome.rounds, &Control { tell: &tell, ..*control })?;
        outcome.rounds += 1;
        outcome.operations += ran.performed.iter().sum::<u64>();
        outcome.histories += u64::from(ran.judged.is_some());
        outcome.undecided += u64::from(ran.judged == Some(false));
        ran.latencies.iter().for_each(|&latency| latencies.saturating_record(latency));
        let grown = match &mut watch {
            Some(watch) if ran.broken.is_none() && Instant::now() >= next_look => {
                next_look = Instant::now() + LOOK;
                watch.look(process::read, control.patience).err()
            }
            _ => None,
        };
        if let Some(what) = ran.broken.or(grown) {
            outcome.failure = Some(Failure::new(entry, plan, what, &ran.performed, ran.history));
        }
    }
    outcome.seconds = start.elapsed().as_secs_f64();
    outcome.latency = Latency::of(&latencies);
    outcome.process = watch;
    Ok(outcome)
}
