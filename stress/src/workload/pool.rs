//! Worker pools and contexts: as many results as tasks, and every worker stopped.

use std::time::Duration;

use selvedge::patterns::step_runner::run_steps;
use selvedge::patterns::worker_pool::WorkerPool;
use selvedge::sync::atomic::{AtomicU64, Ordering};
use selvedge::sync::context::Context;
use selvedge::sync::thread;
use selvedge::sync::time::Clock;

use super::{Workload, equal};

struct Pool {
    pool: WorkerPool<u64, u64>,
    submitted: AtomicU64,
    sum: AtomicU64,
    results: AtomicU64,
    returned: AtomicU64,
}

pub(super) fn worker_pool(threads: usize) -> Box<dyn Workload> {
    let pool = WorkerPool::new(threads, 64, |task| task * 2).expect("the machine has threads to spare");
    let zero = AtomicU64::default;
    Box::new(Pool { pool, submitted: zero(), sum: zero(), results: zero(), returned: zero() })
}

impl Pool {
    fn collect(&self, result: u64) {
        self.results.fetch_add(1, Ordering::Relaxed);
        self.returned.fetch_add(result, Ordering::Relaxed);
    }
}

impl Workload for Pool {
    fn operate(&self, _: usize, random: &mut fastrand::Rng) {
        let task = random.u64(0..1_000);
        if self.pool.submit(task).is_ok() {
            self.submitted.fetch_add(1, Ordering::Relaxed);
            self.sum.fetch_add(task, Ordering::Relaxed);
        }
        self.pool.results().try_iter().flatten().for_each(|result| self.collect(result));
    }

    fn verify(&self) -> Result<(), String> {
        self.pool.close();
        self.pool.results().iter().flatten().for_each(|result| self.collect(result));
        equal("the number of results", self.results.load(Ordering::Relaxed), self.submitted.load(Ordering::Relaxed))?;
        equal("the sum of the results", self.returned.load(Ordering::Relaxed), 2 * self.sum.load(Ordering::Relaxed))
    }
}

struct Cancellations {
    clock: Clock,
    root: Context,
    broken: AtomicU64,
}

pub(super) fn context(_: usize) -> Box<dyn Workload> {
    let clock = Clock::manual();
    Box::new(Cancellations { root: Context::background(&clock), clock, broken: AtomicU64::new(0) })
}

impl Workload for Cancellations {
    fn operate(&self, _: usize, random: &mut fastrand::Rng) {
        let context = self.root.with_timeout(Duration::from_millis(random.u64(1..20)));
        let child = context.child();
        let outcome = thread::scope(|scope| {
            let worker = scope.spawn(|| run_steps(&child, 3, Duration::from_millis(5), |_| ()));
            if random.bool() {
                context.cancel();
            }
            // Enough for every deadline and every step; other threads' workers see it too.
            while !worker.is_finished() {
                self.clock.advance(Duration::from_millis(5));
                thread::yield_now();
            }
            worker.join()
        });
        let explained = matches!(outcome, Ok(Ok(()))) || child.is_cancelled();
        self.broken.fetch_add(u64::from(!explained), Ordering::Relaxed);
    }

    fn verify(&self) -> Result<(), String> {
        equal("the number of workers that stopped without a cause", self.broken.load(Ordering::Relaxed), 0)?;
        equal("the number of timers left", self.clock.timers(), 0)
    }
}
