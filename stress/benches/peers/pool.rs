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

/// A pool, by how it is given numbers and how it gives a result.
struct Tasks<P, S, R> {
    pool: P,
    submit: S,
    result: R,
    length: Duration,
}

impl<P: Sync, S: Fn(&P, Range<u64>) + Sync, R: Fn(&P) -> u64 + Sync> Contender for Tasks<P, S, R> {
    fn worker(&self, _thread: usize) -> Worker<'_> {
        Box::new(|tasks| {
            (self.submit)(&self.pool, 0..tasks);
            let sum: u64 = (0..tasks).map(|_| (self.result)(&self.pool)).sum();
            assert_eq!(sum, tasks * (tasks - 1) / 2, "each task gives one result");
        })
    }

    /// About a millisecond of tasks.
    fn batch(&self) -> u64 {
        (1000 / self.length.as_micros().max(1)) as u64
    }
}

/// A pool beside the channel of its results.
fn tasks<P: Sync>(
    pool: P,
    (done, results): (Sender<u64>, Receiver<u64>),
    submit: impl Fn(&P, Range<u64>, &Sender<u64>) + Sync,
    length: Duration,
) -> impl Contender {
    let submit = move |pool: &(P, Receiver<u64>), numbers: Range<u64>| submit(&pool.0, numbers, &done);
    let result = |pool: &(P, Receiver<u64>)| pool.1.recv().expect("the pool has a sender");
    Tasks { pool: (pool, results), submit, result, length }
}

pub fn cases() -> Vec<Case> {
    let case = |micros| {
        let entries = move || {
            let length = Duration::from_micros(micros);
            vec![
                Entry::ours("WorkerPool", ours(length)),
                Entry::peer("rayon", rayon(length)),
                Entry::peer("threadpool", boxed(length)),
                Entry::peer("crossbeam-channel by hand", by_hand(length)),
            ]
        };
        Case::new("WorkerPool", format!("2 workers, tasks of {micros} µs"), &[1], 1.0, LIMIT, entries)
    };
    [0, 1, 100].map(case).into()
}

type Ours = WorkerPool<u64, u64>;

fn ours(length: Duration) -> impl Contender {
    let pool = WorkerPool::new(WORKERS, QUEUE, move |number| work(number, length)).expect("the machine has threads");
    let submit = |pool: &Ours, numbers| pool.submit_all(numbers).expect("it is open");
    let result = |pool: &Ours| pool.results().recv().expect("it is open").expect("no task panics");
    Tasks { pool, submit, result, length }
}

fn rayon(length: Duration) -> impl Contender {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(WORKERS).build().expect("the machine has threads");
    let submit = move |pool: &rayon::ThreadPool, numbers: Range<u64>, done: &Sender<u64>| {
        for (number, done) in numbers.map(|number| (number, done.clone())) {
            pool.spawn(move || done.send(work(number, length)).expect("the pool keeps its results"));
        }
    };
    tasks(pool, unbounded(), submit, length)
}

fn boxed(length: Duration) -> impl Contender {
    let pool = parking_lot::Mutex::new(threadpool::ThreadPool::new(WORKERS));
    let submit = move |pool: &parking_lot::Mutex<threadpool::ThreadPool>, numbers: Range<u64>, done: &Sender<u64>| {
        let pool = pool.lock();
        for (number, done) in numbers.map(|number| (number, done.clone())) {
            pool.execute(move || done.send(work(number, length)).expect("the pool keeps its results"));
        }
    };
    tasks(pool, unbounded(), submit, length)
}

/// Threads that end with their queue.
fn by_hand(length: Duration) -> impl Contender {
    let (tasks, queued) = bounded::<u64>(QUEUE);
    let (done, results) = unbounded();
    for _ in 0..WORKERS {
        let (queued, done) = (queued.clone(), done.clone());
        // Ended by the end of the queue, with the contender.
        thread::spawn(move || queued.iter().try_for_each(|number| done.send(work(number, length))));
    }
    type Ends = (Sender<u64>, Receiver<u64>);
    let submit = |pool: &Ends, numbers: Range<u64>| {
        numbers.for_each(|number| pool.0.send(number).expect("the workers are there"));
    };
    let result = |pool: &Ends| pool.1.recv().expect("the workers are there");
    Tasks { pool: (tasks, results), submit, result, length }
}
