//! Worker pools: tasks handed in together by one thread, worked on by two, and their results collected by the one.

use std::hint;
use std::ops::Range;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use selvedge::patterns::worker_pool::WorkerPool;

use crate::harness::{Case, Contender, Entry, Worker};

const WORKERS: usize = 2;
/// Tasks that wait at once, where that is bounded.
const QUEUE: usize = 1024;

const LIMIT: &str = "An outcome is two words, for a panic, where that of the channels by hand is one; and three threads share \
two cores, so that whoever is a little slower sleeps more often: the rounds differ by a factor of two. At 100 µs two cores do \
20,000 a second at most. Tried: outcomes of two words instead of three, and one lock for tasks that come together; a biased \
lock gains nothing more. Workers that take several tasks at once would let a task wait for one that waits for it.";

/// A task takes so long, and gives its number.
fn work(number: u64, length: Duration) -> u64 {
    if !length.is_zero() {
        let start = Instant::now();
        while start.elapsed() < length {
            hint::spin_loop();
        }
    }
    number
}

/// A pool whose results come through a channel, or as one.
trait Pool: Sync {
    fn submit(&self, numbers: Range<u64>);
    fn result(&self) -> u64;
}

struct Tasks<P> {
    pool: P,
    length: Duration,
}

impl<P: Pool> Contender for Tasks<P> {
    fn worker(&self, _thread: usize) -> Worker<'_> {
        Box::new(|tasks| {
            self.pool.submit(0..tasks);
            let sum: u64 = (0..tasks).map(|_| self.pool.result()).sum();
            assert_eq!(sum, tasks * (tasks - 1) / 2, "each task gives one result");
        })
    }

    /// About a millisecond of tasks.
    fn batch(&self) -> u64 {
        (1000 / self.length.as_micros().max(1)) as u64
    }
}

pub fn cases() -> Vec<Case> {
    [0, 1, 100]
        .map(|micros| Case {
            pattern: "WorkerPool",
            name: format!("2 workers, tasks of {micros} µs"),
            threads: vec![1],
            goal: 1.0,
            limit: LIMIT,
            entries: Box::new(move || {
                let length = Duration::from_micros(micros);
                vec![
                    Entry::ours("WorkerPool", Tasks { pool: ours(length), length }),
                    Entry::peer("rayon", Tasks { pool: Rayon::new(length), length }),
                    Entry::peer("threadpool", Tasks { pool: Boxed::new(length), length }),
                    Entry::peer("crossbeam-channel by hand", Tasks { pool: ByHand::new(length), length }),
                ]
            }),
        })
        .into()
}

fn ours(length: Duration) -> WorkerPool<u64, u64> {
    WorkerPool::new(WORKERS, QUEUE, move |number| work(number, length)).expect("the machine has threads")
}

impl Pool for WorkerPool<u64, u64> {
    fn submit(&self, numbers: Range<u64>) {
        self.submit_all(numbers).expect("it is open");
    }

    fn result(&self) -> u64 {
        self.results().recv().expect("it is open").expect("no task panics")
    }
}

struct Rayon {
    pool: rayon::ThreadPool,
    length: Duration,
    done: Sender<u64>,
    results: Receiver<u64>,
}

impl Rayon {
    fn new(length: Duration) -> Rayon {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(WORKERS).build().expect("the machine has threads");
        let (done, results) = unbounded();
        Rayon { pool, length, done, results }
    }
}

impl Pool for Rayon {
    fn submit(&self, numbers: Range<u64>) {
        for number in numbers {
            let (done, length) = (self.done.clone(), self.length);
            self.pool.spawn(move || done.send(work(number, length)).expect("the pool keeps its results"));
        }
    }

    fn result(&self) -> u64 {
        self.results.recv().expect("the pool has a sender")
    }
}

struct Boxed {
    pool: parking_lot::Mutex<threadpool::ThreadPool>,
    length: Duration,
    done: Sender<u64>,
    results: Receiver<u64>,
}

impl Boxed {
    fn new(length: Duration) -> Boxed {
        let (done, results) = unbounded();
        Boxed { pool: parking_lot::Mutex::new(threadpool::ThreadPool::new(WORKERS)), length, done, results }
    }
}

impl Pool for Boxed {
    fn submit(&self, numbers: Range<u64>) {
        let pool = self.pool.lock();
        for number in numbers {
            let (done, length) = (self.done.clone(), self.length);
            pool.execute(move || done.send(work(number, length)).expect("the pool keeps its results"));
        }
    }

    fn result(&self) -> u64 {
        self.results.recv().expect("the pool has a sender")
    }
}

/// Threads that end with their queue.
struct ByHand {
    tasks: Sender<u64>,
    results: Receiver<u64>,
}

impl ByHand {
    fn new(length: Duration) -> ByHand {
        let (tasks, queued) = bounded::<u64>(QUEUE);
        let (done, results) = unbounded();
        for _ in 0..WORKERS {
            let (queued, done) = (queued.clone(), done.clone());
            // Ended by the end of the queue, with the contender.
            thread::spawn(move || queued.iter().try_for_each(|number| done.send(work(number, length))));
        }
        ByHand { tasks, results }
    }
}

impl Pool for ByHand {
    fn submit(&self, numbers: Range<u64>) {
        numbers.for_each(|number| self.tasks.send(number).expect("the workers are there"));
    }

    fn result(&self) -> u64 {
        self.results.recv().expect("the workers are there")
    }
}
