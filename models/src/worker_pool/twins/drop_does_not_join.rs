//! **Wrong:** a pool that is dropped forgets its workers, which wait for tasks for ever.
//!
//! **From:** a handle kept "for later" keeps the task channel open; nobody closes it.
//!
//! **Shortest interleaving:** the pool is dropped · the worker waits for the next task.
//!
//! **Seen by** every engine, in every schedule, as a leaked worker. A test on real threads passes:
//! the process ends and takes the worker along.

use selvedge::sync::channel::{Receiver, Sender, unbounded};
use selvedge::sync::thread;

use crate::worker_pool::Pool;

/// A pool whose workers hold on to the sending end themselves.
#[derive(Debug)]
pub struct DropDoesNotJoin {
    tasks: Sender<u32>,
    results: Receiver<u32>,
}

impl Pool for DropDoesNotJoin {
    fn new(workers: usize, _: usize) -> Self {
        let (tasks, queued) = unbounded();
        let (done, results) = unbounded();
        for _ in 0..workers {
            let (again, queued, done) = (tasks.clone(), queued.clone(), done.clone());
            thread::spawn(move || {
                let _retry = again;
                while let Ok(task) = queued.recv() {
                    if done.send(task * 2).is_err() {
                        return;
                    }
                }
            });
        }
        DropDoesNotJoin { tasks, results }
    }

    fn submit(&self, task: u32) -> Result<(), u32> {
        self.tasks.send(task).map_err(|unsent| unsent.0)
    }

    fn close(&self) {}

    fn next_result(&self) -> Option<Result<u32, ()>> {
        self.results.recv().ok().map(Ok)
    }
}
