//! **Wrong:** the results go through a bounded channel, and `close` waits for the workers while no thread reads the
//! results.
//!
//! **From:** the document's `WorkerPool.Close`.
//!
//! **Shortest interleaving:** the worker fills the results · it waits to send the next one · close
//! waits for the worker.
//!
//! **Seen by** every engine, in every schedule; real threads just hang in it.

use selvedge::sync::channel::{Receiver, Sender, bounded};
use selvedge::sync::thread::{self, JoinHandle};
use selvedge::sync::{Mutex, RwLock};

use crate::worker_pool::Pool;

/// The document's pool, with one size for both of its channels.
#[derive(Debug)]
pub struct CloseWaitsForUndrainedWorkers {
    tasks: RwLock<Option<Sender<u32>>>,
    results: Receiver<u32>,
    workers: Mutex<Vec<JoinHandle<()>>>,
}

impl Pool for CloseWaitsForUndrainedWorkers {
    fn new(workers: usize, queue: usize) -> Self {
        let (tasks, queued) = bounded(queue);
        let (done, results) = bounded(queue);
        let worker = |_| {
            let (queued, done) = (queued.clone(), done.clone());
            thread::spawn(move || {
                for task in queued.iter() {
                    if done.send(task * 2).is_err() {
                        return;
                    }
                }
            })
        };
        let workers = Mutex::new((0..workers).map(worker).collect());
        CloseWaitsForUndrainedWorkers { tasks: RwLock::new(Some(tasks)), results, workers }
    }

    fn submit(&self, task: u32) -> Result<(), u32> {
        match &*self.tasks.read() {
            Some(tasks) => tasks.send(task).map_err(|unsent| unsent.0),
            None => Err(task),
        }
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
