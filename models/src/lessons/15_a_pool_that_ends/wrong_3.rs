//! A pool that ends. A wrong answer: the results end when the worker does, and the worker ends when the tasks do.

use selvedge::sync::channel::{Receiver, Sender, bounded};
use selvedge::sync::thread::{self, JoinHandle};

/// What can `program` give? Write down every pair of results that can come, and none that cannot.
pub const PREDICTED: &[(u32, u32)] = &[(2, 4), (4, 2)];

/// A pool of one worker, which doubles what it is given.
#[derive(Debug)]
pub struct Pool {
    tasks: Sender<u32>,
    results: Receiver<u32>,
    worker: JoinHandle<()>,
}

impl Pool {
    /// A pool with a worker and no work.
    pub fn start() -> Self {
        let (tasks, queue) = bounded(3);
        let (done, results) = bounded(1);
        let worker = thread::spawn(move || {
            for task in queue.iter() {
                done.send(task * 2).unwrap();
            }
        });
        Pool { tasks, results, worker }
    }

    /// Hands a task in.
    pub fn submit(&self, task: u32) {
        self.tasks.send(task).unwrap();
    }

    /// Waits until all that was handed in is done, and gives the results.
    pub fn close(self) -> Vec<u32> {
        let all = self.results.iter().collect();
        drop(self.tasks);
        self.worker.join().unwrap();
        all
    }
}

// Leave what follows as it is: it is what you are asked about, and what is checked.

include!("asked.rs");
