//! Contenders that do the same, and their throughput: in turn, slot by slot, so that a slow moment of the machine hits
//! all of them.

use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use models::contest::{self, Role};

/// How often a contender is disturbed.
const DISTURBED_EVERY: Duration = Duration::from_millis(1);

/// What a thread does: so many operations, going on where it was.
pub type Worker<'a> = Box<dyn FnMut(u64) + 'a>;

/// A structure under one setting.
pub trait Contender: Sync {
    /// What the `thread`th of the threads does.
    fn worker(&self, thread: usize) -> Worker<'_>;

    /// Operations between two looks at whether the slot is over.
    fn batch(&self) -> u64 {
        64
    }

    /// Whether `worker` is what an operation takes in instructions.
    fn is_countable(&self) -> bool {
        true
    }

    /// How many of the gets found something; none where they all should.
    fn hit_ratio(&self) -> Option<f64> {
        None
    }

    /// Done once a millisecond beside the workers, as by a writer that comes now and then.
    fn disturb(&self) {}

    /// Operations a second of so many threads, measured for `slot`.
    fn rate(&self, threads: usize, slot: Duration) -> f64 {
        let (ready, stop) = (Barrier::new(threads + 1), AtomicBool::new(false));
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|thread| {
                    let (ready, stop, batch) = (&ready, &stop, self.batch());
                    scope.spawn(move || {
                        pin(thread);
                        let mut work = self.worker(thread);
                        let mut done = 0_u64;
                        // Caches and predictors are warm when it counts, and locks know what is done with them.
                        let start = Instant::now();
                        while start.elapsed() < slot / 4 {
                            work(batch);
                        }
                        ready.wait();
                        // Relaxed: what was counted comes with the join.
                        while !stop.load(Ordering::Relaxed) {
                            work(batch);
                            done += batch;
                        }
                        done
                    })
                })
                .collect();
            ready.wait();
            let start = Instant::now();
            while start.elapsed() < slot {
                thread::sleep(DISTURBED_EVERY.min(slot));
                self.disturb();
            }
            // Relaxed: see above.
            stop.store(true, Ordering::Relaxed);
            let elapsed = start.elapsed();
            let done: u64 = workers.into_iter().map(|worker| worker.join().expect("a worker does not panic")).sum();
            done as f64 / elapsed.as_secs_f64()
        })
    }
}

/// Keeps this thread on a core that it shares with as few others as can be: a slot is too short for the scheduler to
/// spread them, and two that share a core never meet. Where the system knows no such wish, it decides.
#[cfg_attr(not(target_os = "linux"), allow(unused_variables))]
fn pin(thread: usize) {
    #[cfg(target_os = "linux")]
    {
        use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

        let Ok(allowed) = sched_getaffinity(None) else { return };
        let cores: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|&core| allowed.is_set(core)).collect();
        let mut one = CpuSet::new();
        one.set(cores[thread % cores.len()]);
        // Refused, it runs where it is.
        let _ = sched_setaffinity(None, &one);
    }
}

/// A structure, and what its workers do.
struct Working<S, W>(S, W);

impl<S: Sync, W: for<'a> Fn(&'a S, usize) -> Worker<'a> + Sync> Contender for Working<S, W> {
    fn worker(&self, thread: usize) -> Worker<'_> {
        (self.1)(&self.0, thread)
    }
}

/// A structure of which each worker is made by its number.
pub fn working<S: Sync>(structure: S, worker: impl for<'a> Fn(&'a S, usize) -> Worker<'a> + Sync) -> impl Contender {
    Working(structure, worker)
}

/// A structure whose workers all do the same over and over.
pub fn over_and_over<S: Sync>(structure: S, operation: impl Fn(&S) + Copy + Sync + 'static) -> impl Contender {
    working(structure, move |structure, _| {
        Box::new(move |operations| (0..operations).for_each(|_| operation(black_box(structure))))
    })
}

/// A contender by name.
pub struct Entry {
    pub name: &'static str,
    pub role: Role,
    pub contender: Box<dyn Contender>,
    /// What it takes for an entry, where it has entries.
    pub bytes: Option<f64>,
}

impl Entry {
    pub fn ours(name: &'static str, contender: impl Contender + 'static) -> Entry {
        Entry { name, role: Role::Ours, contender: Box::new(contender), bytes: None }
    }

    pub fn peer(name: &'static str, contender: impl Contender + 'static) -> Entry {
        Entry { name, role: Role::Peer, contender: Box::new(contender), bytes: None }
    }

    /// The contender before its first round.
    fn contender(&self) -> contest::Contender {
        contest::Contender {
            name: self.name.to_owned(),
            role: self.role,
            rates: Vec::new(),
            hit_ratio: None,
            bytes: self.bytes,
            countable: self.contender.is_countable(),
            instructions: None,
        }
    }
}

/// An operation under a setting, and who does it. The structures are made when it is its turn.
pub struct Case {
    pub pattern: &'static str,
    pub name: String,
    pub threads: Vec<usize>,
    pub goal: f64,
    /// What keeps ours from the goal on two cores, and what was tried; empty where it is met.
    pub limit: &'static str,
    pub entries: Box<dyn Fn() -> Vec<Entry>>,
}

impl Case {
    pub fn new(
        pattern: &'static str,
        name: impl Into<String>,
        threads: &[usize],
        goal: f64,
        limit: &'static str,
        entries: impl Fn() -> Vec<Entry> + 'static,
    ) -> Case {
        Case { pattern, name: name.into(), threads: threads.to_vec(), goal, limit, entries: Box::new(entries) }
    }
}

/// What every contender did in so many rounds. Each round has structures of its own: where their keys and lines lie differs
/// from round to round, as it does from run to run, and a ratio is to say so.
pub fn interleaved(case: &Case, threads: usize, rounds: usize, slot: Duration) -> Vec<contest::Contender> {
    let mut contenders: Vec<contest::Contender> = Vec::new();
    for round in 0..rounds {
        for (at, entry) in (case.entries)().into_iter().enumerate() {
            if round == 0 {
                contenders.push(entry.contender());
            }
            let contender = &mut contenders[at];
            contender.rates.push(entry.contender.rate(threads, slot));
            contender.hit_ratio = entry.contender.hit_ratio();
        }
    }
    contenders
}

/// So many operations of one worker: what valgrind counts, which looks for this function by its name.
#[inline(never)]
pub fn counted_operations(worker: &mut Worker<'_>, operations: u64) {
    black_box(worker)(operations);
}
