//! **Wrong:** a batch is handed in task by task, and a close comes between two of them.
//!
//! **From:** a `submit_all` that is a loop around `submit`: a caller that finds the pool closed hands the batch in
//! elsewhere, and its first tasks are done twice.
//!
//! **Shortest interleaving:** A submits the first task · B closes the pool · A submits the second, and is told so.
//!
//! **Seen by** every engine that stops between the two submits. On real threads the close has to hit that moment.

use selvedge::patterns::worker_pool::WorkerPool;

use crate::worker_pool::{Batches, Pool};

/// A pool that knows single tasks only.
#[derive(Debug)]
pub struct BatchCutByAClose {
    pool: WorkerPool<u32, u32>,
}

impl Batches for BatchCutByAClose {
    fn submit_both(&self, tasks: [u32; 2]) -> bool {
        let mut tasks = tasks.into_iter();
        // The lock is taken anew for each.
        tasks.all(|task| self.submit(task).is_ok())
    }
}

impl Pool for BatchCutByAClose {
    fn new(workers: usize, queue: usize) -> Self {
        BatchCutByAClose { pool: Pool::new(workers, queue) }
    }

    fn submit(&self, task: u32) -> Result<(), u32> {
        Pool::submit(&self.pool, task)
    }

    fn try_submit(&self, task: u32) -> bool {
        Pool::try_submit(&self.pool, task)
    }

    fn close(&self) {
        self.pool.close();
    }

    fn next_result(&self) -> Option<Result<u32, ()>> {
        Pool::next_result(&self.pool)
    }
}
