//! **Wrong:** a task that is handed in after the pool was closed panics where it is handed in.
//!
//! **From:** the document's `WorkerPool.Submit`, which sends on a channel that `Close` has closed.
//!
//! **Shortest interleaving:** the pool is closed · A submits.
//!
//! **Seen by** every engine, in every schedule that submits after the close. Whoever tests a pool by submitting first
//! and closing last never sees it.

use selvedge::sync::channel::{Receiver, Sender, unbounded};
use selvedge::sync::thread::{self, JoinHandle};
use selvedge::sync::{Mutex, RwLock};

use crate::patterns::worker_pool::Pool;

/// A pool that one may not be late for.
#[derive(Debug)]
pub struct SubmitAfterClosePanics {
    tasks: RwLock<Option<Sender<u32>>>,
    results: Receiver<u32>,
    workers: Mutex<Vec<JoinHandle<()>>>,
}

impl Pool for SubmitAfterClosePanics {
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
        SubmitAfterClosePanics { tasks: RwLock::new(Some(tasks)), results, workers }
    }

    fn submit(&self, task: u32) -> Result<(), u32> {
        let tasks = self.tasks.read();
        tasks.as_ref().expect("send on closed channel").send(task).map_err(|unsent| unsent.0)
    }

    fn try_submit(&self, task: u32) -> bool {
        self.submit(task).is_ok()
    }

    fn close(&self) {
        *self.tasks.write() = None;
        for worker in self.workers.lock().drain(..) {
            worker.join().expect("workers do not panic");
        }
    }

    fn next_result(&self) -> Option<Result<u32, ()>> {
        self.results.recv().ok().map(Ok)
    }
}
