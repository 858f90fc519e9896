//! **Wrong:** to hand in a task after the pool was closed panics.
//!
//! **From:** the document's `WorkerPool.Submit`, which sends on a channel that `Close` has closed.
//!
//! **Shortest interleaving:** the pool is closed · A submits.
//!
//! **Seen by** every engine, in every schedule that submits after the close. A test that submits first and closes last
//! never sees it.

use selvedge::patterns::worker_pool::WorkerPool;

use crate::worker_pool::Pool;

/// A pool that must not be used after its close.
#[derive(Debug)]
pub struct SubmitAfterClosePanics {
    pool: WorkerPool<u32, u32>,
}

impl Pool for SubmitAfterClosePanics {
    fn new(workers: usize, queue: usize) -> Self {
        SubmitAfterClosePanics { pool: Pool::new(workers, queue) }
    }

    fn submit(&self, task: u32) -> Result<(), u32> {
        self.pool.submit(task).expect("send on closed channel");
        Ok(())
    }

    fn close(&self) {
        self.pool.close();
    }

    fn next_result(&self) -> Option<Result<u32, ()>> {
        Pool::next_result(&self.pool)
    }
}
