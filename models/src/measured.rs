//! The programs on which engines are measured: a worker pool, over the facade's channels and over channels made of a
//! mutex and two condition variables; and three programs of atomics that are weaker than SeqCst.
//!
//! The tasks go through a queue of one, the results through a queue of four, and the main thread hands in the tasks,
//! closes, and collects: while the workers run, or after they have ended, which leaves a search less to order. Of atomics
//! each worker does so many turns, which are the tasks.
//! `cargo bench --bench engines` runs them under each engine.

use std::collections::VecDeque;

use selvedge::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use selvedge::sync::{Arc, Condvar, Mutex, channel, thread};

/// A program that is measured.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// Its name on command lines.
    pub name: &'static str,
    /// Runs it once, with so many workers and tasks.
    pub run: fn(workers: usize, tasks: usize),
}

/// All of them.
pub const ALL: [Measured; 6] = [
    Measured { name: "pool-channels", run: over_channels },
    Measured { name: "pool-condvars", run: |workers, tasks| over_condvars(workers, tasks, false) },
    Measured { name: "pool-condvars-joined", run: |workers, tasks| over_condvars(workers, tasks, true) },
    Measured { name: "atomic-counter", run: counter },
    Measured { name: "atomic-neighbours", run: neighbours },
    Measured { name: "atomic-fib", run: fib },
];

/// The program of that name.
///
/// # Errors
///
/// Says which there are, if it is none of them.
pub fn find(name: &str) -> Result<Measured, String> {
    let known = || ALL.map(|measured| measured.name).join(", ");
    let found = ALL.into_iter().find(|measured| measured.name == name);
    found.ok_or_else(|| format!("there is no program {name}; there are {}", known()))
}

fn over_channels(workers: usize, tasks: usize) {
    let (task_sender, task_receiver) = channel::bounded(1);
    let (result_sender, result_receiver) = channel::bounded(4);
    let workers: Vec<_> = (0..workers)
        .map(|_| {
            let (tasks, results) = (task_receiver.clone(), result_sender.clone());
            thread::spawn(move || tasks.iter().try_for_each(|task: usize| results.send(task * 2)))
        })
        .collect();
    drop((task_receiver, result_sender));
    (0..tasks).for_each(|task| task_sender.send(task).expect("the workers wait for tasks"));
    drop(task_sender);
    assert_eq!(result_receiver.iter().sum::<usize>(), tasks * tasks.saturating_sub(1));
    for worker in workers {
        worker.join().expect("no panic leaves a worker").expect("the results are collected");
    }
}

struct Queue {
    state: Mutex<(VecDeque<usize>, usize)>,
    capacity: usize,
    not_full: Condvar,
    not_empty: Condvar,
}

impl Queue {
    fn new(capacity: usize, senders: usize) -> Arc<Self> {
        let state = Mutex::new((VecDeque::new(), senders));
        Arc::new(Queue { state, capacity, not_full: Condvar::new(), not_empty: Condvar::new() })
    }

    fn send(&self, item: usize) {
        let mut state = self.state.lock();
        self.not_full.wait_while(&mut state, |(items, _)| items.len() == self.capacity);
        state.0.push_back(item);
        self.not_empty.notify_one();
    }

    fn receive(&self) -> Option<usize> {
        let mut state = self.state.lock();
        self.not_empty.wait_while(&mut state, |(items, senders)| items.is_empty() && *senders > 0);
        let item = state.0.pop_front();
        self.not_full.notify_one();
        item
    }

    fn close(&self) {
        let mut state = self.state.lock();
        state.1 -= 1;
        if state.1 == 0 {
            self.not_empty.notify_all();
        }
    }
}

fn over_condvars(workers: usize, tasks: usize, joins_first: bool) {
    let (queue, results) = (Queue::new(1, 1), Queue::new(4, workers));
    let mut workers: Vec<_> = (0..workers)
        .map(|_| {
            let (queue, results) = (Arc::clone(&queue), Arc::clone(&results));
            thread::spawn(move || {
                while let Some(task) = queue.receive() {
                    results.send(task * 2);
                }
                results.close();
            })
        })
        .collect();
    (0..tasks).for_each(|task| queue.send(task));
    queue.close();
    let mut join = || workers.drain(..).for_each(|worker| worker.join().expect("no panic leaves a worker"));
    if joins_first {
        join();
    }
    let sum: usize = std::iter::from_fn(|| results.receive()).sum();
    assert_eq!(sum, tasks * tasks.saturating_sub(1));
    join();
}

/// Runs a worker of each number, all at once.
fn all_at_once(workers: usize, work: impl Fn(usize) + Copy + Send + Sync) {
    thread::scope(|scope| (0..workers).for_each(|worker| _ = scope.spawn(move || work(worker))));
}

/// All add to one number.
fn counter(workers: usize, turns: usize) {
    let number = AtomicUsize::new(0);
    // Relaxed: an addition is one step whatever its ordering.
    all_at_once(workers, |_| (0..turns).for_each(|_| _ = number.fetch_add(1, Relaxed)));
    assert_eq!(number.into_inner(), workers * turns);
}

/// Each stores into a number of its own, and looks at the next one's: store buffering, in a ring.
fn neighbours(workers: usize, turns: usize) {
    let numbers: Vec<AtomicUsize> = (0..workers).map(|_| AtomicUsize::new(0)).collect();
    all_at_once(workers, |worker| {
        for turn in 1..=turns {
            // Relaxed: nothing is to be ordered.
            numbers[worker].store(turn, Relaxed);
            assert!(numbers[(worker + 1) % workers].load(Relaxed) <= turns);
        }
    });
}

/// Each adds the next one's number to its own, in three steps: with two workers SV-COMP's fib_bench.
fn fib(workers: usize, turns: usize) {
    let numbers: Vec<AtomicUsize> = (0..workers).map(|_| AtomicUsize::new(1)).collect();
    all_at_once(workers, |worker| {
        for _ in 0..turns {
            // Relaxed: nothing is to be ordered.
            let sum = numbers[worker].load(Relaxed) + numbers[(worker + 1) % workers].load(Relaxed);
            numbers[worker].store(sum, Relaxed);
        }
    });
}
