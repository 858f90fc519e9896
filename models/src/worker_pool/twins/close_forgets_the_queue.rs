//! **Wrong:** `close` marks the pool as closed, and never closes the channel that the workers wait for.
//!
//! **From:** a `closed` flag that only `Submit` looks at.
//!
//! **Shortest interleaving:** the pool is closed · the worker waits for the next task, and the close for
//! the worker.
//!
//! **Seen by** every engine, in every schedule; real threads just hang in it.

use selvedge::sync::Mutex;
use selvedge::sync::atomic::{AtomicBool, Ordering};
use selvedge::sync::channel::{Receiver, Sender, unbounded};
use selvedge::sync::thread::{self, JoinHandle};

use crate::worker_pool::Pool;

/// A pool that is closed in name.
#[derive(Debug)]
pub struct CloseForgetsTheQueue {
    closed: AtomicBool,
    tasks: Sender<u32>,
    results: Receiver<u32>,
    workers: Mutex<Vec<JoinHandle<()>>>,
}

impl Pool for CloseForgetsTheQueue {
    fn new(workers: usize, _: usize) -> Self {
        let (tasks, queued) = unbounded::<u32>();
        let (done, results) = unbounded();
        let worker = |_| {
            let (queued, done) = (queued.clone(), done.clone());
            thread::spawn(move || {
                for task in queued.iter() {
                    done.send(task * 2).expect("the pool keeps the results");
                }
            })
        };
        let workers = Mutex::new((0..workers).map(worker).collect());
        CloseForgetsTheQueue { closed: AtomicBool::new(false), tasks, results, workers }
    }

    fn submit(&self, task: u32) -> Result<(), u32> {
        if self.closed.load(Ordering::SeqCst) { Err(task) } else { self.tasks.send(task).map_err(|unsent| unsent.0) }
    }

    fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        for worker in self.workers.lock().drain(..) {
            worker.join().expect("workers do not panic");
        }
    }

    fn next_result(&self) -> Option<Result<u32, ()>> {
        self.results.recv().ok().map(Ok)
    }
}
