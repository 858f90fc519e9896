//! **Wrong:** a task that panics ends its worker's loop, and no worker takes the next task.
//!
//! **From:** a `recover` around the loop instead of inside of it.
//!
//! **Shortest interleaving:** the only worker meets the bad task, and ends · the good one has no result.
//!
//! **Seen by** every engine, in every schedule: the second task has no result. A pool of more workers
//! than bad tasks hides it.

use selvedge::sync::channel::{Receiver, Sender, unbounded};
use selvedge::sync::panic::catch_unwind;
use selvedge::sync::{Mutex, thread};

use crate::worker_pool::{BAD, Pool};

/// A pool that a task can shrink.
#[derive(Debug)]
pub struct WorkerLostToAPanic {
    tasks: Mutex<Option<Sender<u32>>>,
    results: Receiver<Result<u32, ()>>,
}

impl Pool for WorkerLostToAPanic {
    fn new(workers: usize, _: usize) -> Self {
        let (tasks, queued) = unbounded();
        let (done, results) = unbounded();
        for _ in 0..workers {
            let (queued, done) = (queued.clone(), done.clone());
            thread::spawn(move || {
                let work = || {
                    for task in queued.iter() {
                        let result = if task == BAD { panic!("a bad task") } else { task * 2 };
                        done.send(Ok(result)).expect("the pool keeps the results");
                    }
                };
                if catch_unwind(work).is_err() {
                    done.send(Err(())).expect("the pool keeps the results");
                }
            });
        }
        WorkerLostToAPanic { tasks: Mutex::new(Some(tasks)), results }
    }

    fn submit(&self, task: u32) -> Result<(), u32> {
        self.tasks.lock().as_ref().map_or(Err(task), |tasks| tasks.send(task).map_err(|unsent| unsent.0))
    }

    fn close(&self) {
        *self.tasks.lock() = None;
    }

    fn next_result(&self) -> Option<Result<u32, ()>> {
        self.results.recv().ok()
    }
}
