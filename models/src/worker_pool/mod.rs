//! The worker pool: one result for each task, a close that returns, and no worker lost or leaked.

mod checks;
pub mod operations;
pub mod twins;
mod workload;

use selvedge::patterns::worker_pool::WorkerPool;

use crate::room::Room;

pub(crate) const ROOM: Room =
    Room { checks: checks::checks, structures: operations::structures, workloads: workload::entries };

/// The task that panics.
pub(crate) const BAD: u32 = 13;

/// Workers that double numbers.
pub trait Pool: Send + Sync + Sized {
    /// A pool of so many workers, with a queue of so many tasks.
    fn new(workers: usize, queue: usize) -> Self;
    /// Hands a task in; it comes back if the pool is closed.
    fn submit(&self, task: u32) -> Result<(), u32>;
    /// Ends when every accepted task has its result and every worker has ended.
    fn close(&self);
    /// The next result, `Err` for a task that panicked; `None` when the pool is closed and drained.
    fn next_result(&self) -> Option<Result<u32, ()>>;
}

pub(crate) type Real = WorkerPool<u32, u32>;

impl Pool for Real {
    fn new(workers: usize, queue: usize) -> Self {
        let double = |task| if task == BAD { panic!("a bad task") } else { task * 2 };
        WorkerPool::new(workers, queue, double).expect("the machine has threads to spare")
    }

    fn submit(&self, task: u32) -> Result<(), u32> {
        self.submit(task).map_err(|error| error.into_task())
    }

    fn close(&self) {
        self.close();
    }

    fn next_result(&self) -> Option<Result<u32, ()>> {
        self.results().recv().ok().map(|outcome| outcome.map_err(|_| ()))
    }
}

/// Hands tasks in together.
pub trait Batches {
    /// Hands two tasks in, and returns whether they were accepted.
    fn submit_both(pool: &WorkerPool<u32, u32>, tasks: [u32; 2]) -> bool;
}

/// The pool's own.
#[derive(Debug)]
pub enum OwnBatches {}

impl Batches for OwnBatches {
    fn submit_both(pool: &WorkerPool<u32, u32>, tasks: [u32; 2]) -> bool {
        pool.submit_all(tasks).is_ok()
    }
}
