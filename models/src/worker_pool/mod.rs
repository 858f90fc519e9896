//! The worker pool: one result for each task, a close that returns, and no worker lost or leaked.

pub mod operations;
pub mod twins;
mod workload;

use selvedge::check::require;
use selvedge::patterns::worker_pool::WorkerPool;
use selvedge::sync::thread;

use self::twins::{
    BatchCutByAClose, CloseForgetsTheQueue, CloseWaitsForUndrainedWorkers, DropDoesNotJoin, SubmitAfterClosePanics,
    WorkerLostToAPanic,
};
use crate::check::Check;
use crate::room::Room;
use crate::threads::together;

pub(crate) const ROOM: Room = Room { checks, structures: operations::structures, workloads: workload::entries };

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

fn drain<P: Pool>(pool: &P) -> Vec<u32> {
    let mut results: Vec<u32> = std::iter::from_fn(|| pool.next_result()).flatten().collect();
    results.sort_unstable();
    results
}

fn each_task_one_result<P: Pool>() {
    let pool = P::new(2, 1);
    for task in [1, 2] {
        require(pool.submit(task).is_ok(), || "an open pool refused a task".to_owned());
    }
    pool.close();
    let results = drain(&pool);
    require(results == [2, 4], || format!("tasks 1 and 2 gave {results:?}"));
}

/// Two submitters of two tasks each, and a queue that has room for one.
fn two_submitters_lose_nothing<P: Pool>() {
    let pool = P::new(1, 1);
    let submit = |tasks: [u32; 2]| tasks.iter().all(|&task| pool.submit(task).is_ok());
    let accepted = together(|| submit([1, 2]), || submit([3, 4]));
    require(accepted == (true, true), || "an open pool refused a task".to_owned());
    pool.close();
    let results = drain(&pool);
    require(results == [2, 4, 6, 8], || format!("tasks 1 to 4 gave {results:?}"));
}

/// A task before the close has a result, and a task after it is given back.
fn close_between_two_submitters<P: Pool>() {
    let pool = P::new(1, 1);
    let answers = thread::scope(|scope| {
        let submitters = [1, 2].map(|task| {
            let pool = &pool;
            scope.spawn(move || pool.submit(task))
        });
        scope.spawn(|| pool.close());
        submitters.map(|submitter| submitter.join().expect("no panic leaves a thread of a check"))
    });
    let accepted = [1, 2].into_iter().zip(answers).filter(|(_, answer)| answer.is_ok());
    let expected: Vec<u32> = accepted.map(|(task, _)| task * 2).collect();
    let results = drain(&pool);
    require(results == expected, || format!("the submitters were told {answers:?}, and the results are {results:?}"));
}

/// The document's deadlock: no thread reads results while the pool is closed.
fn close_with_undrained_results<P: Pool>() {
    let pool = P::new(1, 1);
    let accepted = (1..=3).filter(|&task| pool.submit(task).is_ok()).count();
    pool.close();
    let results = drain(&pool);
    require(results.len() == accepted, || format!("{accepted} tasks gave {} results", results.len()));
}

fn submit_after_close_gives_task_back<P: Pool>() {
    let pool = P::new(1, 1);
    let (submitted, ()) = together(|| pool.submit(1), || pool.close());
    let again = pool.submit(2);
    require(again == Err(2), || format!("a closed pool answered {again:?}"));
    let results = drain(&pool);
    require(results.len() == usize::from(submitted.is_ok()), || {
        format!("submit said {submitted:?}, and the results are {results:?}")
    });
}

fn panicking_task_costs_no_worker<P: Pool>() {
    let pool = P::new(1, 1);
    for task in [BAD, 1] {
        require(pool.submit(task).is_ok(), || "an open pool refused a task".to_owned());
    }
    let results = [pool.next_result(), pool.next_result()];
    require(results == [Some(Err(())), Some(Ok(2))], || format!("a bad task and a good one gave {results:?}"));
    pool.close();
    require(pool.next_result().is_none(), || "a result too many".to_owned());
}

fn drop_leaks_nobody<P: Pool>() {
    let pool = P::new(2, 1);
    let accepted = pool.submit(1);
    require(accepted.is_ok(), || "an open pool refused a task".to_owned());
    drop(pool);
}

/// With the only worker held up, the queue takes what it is built for, and no more.
fn full_queue_pushes_back() {
    let pool = <Real as Pool>::new(1, 1);
    thread::scope(|scope| {
        let submitter = scope.spawn(|| (1..=3).filter(|&task| pool.try_submit(task).is_ok()).count());
        let accepted = submitter.join().expect("no panic leaves a thread of a check");
        require(accepted >= 1, || "an empty queue refused a task".to_owned());
        pool.close();
        let results = drain(&pool);
        require(results.len() == accepted, || format!("{accepted} tasks gave {} results", results.len()));
    });
}

/// A close may come between the two tasks.
fn batch_is_accepted_whole<B: Batches>() {
    let pool = <Real as Pool>::new(1, 1);
    let (accepted, ()) = together(|| B::submit_both(&pool, [1, 2]), || pool.close());
    let expected = if accepted { vec![2, 4] } else { Vec::new() };
    let results = drain(&pool);
    require(results == expected, || format!("of a batch that was accepted: {accepted}, the results are {results:?}"));
}

fn checks() -> Vec<Check> {
    let new = |property, claim| Check::new("worker_pool", property, claim);
    let undrained = new("close_with_undrained_results", "close ends, drained or not")
        .on("WorkerPool", close_with_undrained_results::<Real>);
    let dropped = new("drop_leaks_nobody", "a pool that is dropped leaves nobody behind")
        .on("WorkerPool", drop_leaks_nobody::<Real>)
        .loom_bound(3);
    let panicking = new("panicking_task_costs_no_worker", "a panic becomes a result and costs no worker")
        .on("WorkerPool", panicking_task_costs_no_worker::<Real>);
    let after_close =
        new("submit_after_close_gives_task_back", "a submit meets a close: accepted with a result, or given back")
            .on("WorkerPool", submit_after_close_gives_task_back::<Real>)
            .quick_loom_bound(3);
    let batch = new("batch_is_accepted_whole", "a batch meets a close: accepted with all its results, or given back")
        .on("WorkerPool", batch_is_accepted_whole::<OwnBatches>)
        .loom_bound(2);
    vec![
        batch.twin("BatchCutByAClose", batch_is_accepted_whole::<BatchCutByAClose>),
        undrained
            .twin("CloseForgetsTheQueue", close_with_undrained_results::<CloseForgetsTheQueue>)
            .in_every_schedule(),
        panicking.twin("WorkerLostToAPanic", panicking_task_costs_no_worker::<WorkerLostToAPanic>).in_every_schedule(),
        undrained
            .twin("CloseWaitsForUndrainedWorkers", close_with_undrained_results::<CloseWaitsForUndrainedWorkers>)
            .in_every_schedule(),
        dropped.twin("DropDoesNotJoin", drop_leaks_nobody::<DropDoesNotJoin>).in_every_schedule(),
        new("each_task_one_result", "each accepted task gives exactly one result")
            .on("WorkerPool", each_task_one_result::<Real>)
            .loom_bound(3),
        undrained,
        after_close
            .twin("SubmitAfterClosePanics", submit_after_close_gives_task_back::<SubmitAfterClosePanics>)
            .in_every_schedule(),
        after_close,
        batch,
        panicking,
        dropped,
        new("full_queue_pushes_back", "a bounded queue accepts no task that it cannot keep")
            .on("WorkerPool", full_queue_pushes_back),
        new("two_submitters_lose_nothing", "two submitters at a full queue: each task gives exactly one result")
            .on("WorkerPool", two_submitters_lose_nothing::<Real>)
            .loom_bound(2)
            .quick_loom_bound(1),
        new("close_between_two_submitters", "a close between two submitters loses no accepted task")
            .on("WorkerPool", close_between_two_submitters::<Real>)
            .loom_bound(2)
            .quick_loom_bound(1),
    ]
}
