//! Drives workloads: threads, time, progress, and what is reported.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use selvedge::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use selvedge::sync::{panic, thread};
use serde::Serialize;

use crate::workload::{Entry, Workload};

/// How often the progress is shown.
const REFRESH: Duration = Duration::from_millis(100);
/// Operations between two looks at whether the time is up.
const BURST: u64 = 64;

/// What to run, and how hard.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// For each workload.
    pub duration: Duration,
    /// Threads that operate at once.
    pub threads: usize,
    /// From which each thread's operations are drawn.
    pub seed: u64,
}

/// What came of a workload.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The pattern.
    pub pattern: String,
    /// Operations of all threads.
    pub operations: u64,
    /// How long they took.
    pub seconds: f64,
    /// The seed and the number of threads, with which it is run again.
    pub seed: u64,
    /// Threads that operated at once.
    pub threads: usize,
    /// The invariant that does not hold, if one does not.
    pub violation: Option<String>,
}

/// Runs one workload, and checks its invariants.
pub fn run(entry: &Entry, settings: &Settings, progress: &ProgressBar) -> Outcome {
    let start = Instant::now();
    let operations = AtomicU64::new(0);
    let checked = panic::catch_unwind(AssertUnwindSafe(|| {
        let workload = (entry.start)(settings.threads);
        operate(&*workload, settings, &operations, progress);
        workload.verify()
    }));
    let violation = match checked {
        Ok(Ok(())) => None,
        Ok(Err(violation)) => Some(violation),
        Err(payload) => Some(format!("panicked: {}", panic::message(&*payload))),
    };
    Outcome {
        pattern: entry.pattern.to_owned(),
        operations: operations.load(Ordering::Relaxed),
        seconds: start.elapsed().as_secs_f64(),
        seed: settings.seed,
        threads: settings.threads,
        violation,
    }
}

fn operate(workload: &dyn Workload, settings: &Settings, operations: &AtomicU64, progress: &ProgressBar) {
    /// Stops the others even where one of them panics.
    struct Stop<'a>(&'a AtomicBool);

    impl Drop for Stop<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    let stop = AtomicBool::new(false);
    let deadline = Instant::now() + settings.duration;
    thread::scope(|scope| {
        for index in 0..settings.threads {
            let stop = &stop;
            scope.spawn(move || {
                let _stop = Stop(stop);
                let mut random = fastrand::Rng::with_seed(settings.seed ^ ((index as u64 + 1) << 32));
                while !stop.load(Ordering::Relaxed) {
                    for _ in 0..BURST {
                        workload.operate(index, &mut random);
                    }
                    operations.fetch_add(BURST, Ordering::Relaxed);
                }
            });
        }
        let clock = selvedge::sync::time::Clock::system();
        let _stop = Stop(&stop);
        while !stop.load(Ordering::Relaxed) && Instant::now() < deadline {
            let left = deadline.saturating_duration_since(Instant::now()).min(REFRESH);
            clock.sleep(left);
            progress.inc(left.as_millis() as u64);
            progress.set_message(format!("{} operations", operations.load(Ordering::Relaxed)));
        }
    });
}
