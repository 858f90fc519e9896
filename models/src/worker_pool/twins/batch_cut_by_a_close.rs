//! **Wrong:** a batch is handed in task by task, and a close comes between two of them.
//!
//! **From:** a `submit_all` that is a loop around `submit`: a caller that finds the pool closed hands the batch in
//! elsewhere, and its first tasks are done twice.
//!
//! **Shortest interleaving:** A submits the first task · B closes the pool · A submits the second, and is told so.
//!
//! **Seen by** every engine that stops between the two submits. On real threads the close has to hit that moment.

use selvedge::patterns::worker_pool::WorkerPool;

use crate::worker_pool::Batches;

/// Batches for a pool that knows single tasks only.
#[derive(Debug)]
pub enum BatchCutByAClose {}

impl Batches for BatchCutByAClose {
    fn submit_both(pool: &WorkerPool<u32, u32>, tasks: [u32; 2]) -> bool {
        // The lock is taken anew for each.
        tasks.into_iter().all(|task| pool.submit(task).is_ok())
    }
}
