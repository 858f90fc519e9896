//! The document's pattern 4: a fixed number of workers, a queue of tasks, a channel of results.
//!
//! # Guarantees
//!
//! 1. Each accepted task gives exactly one result (`worker_pool/each_task_one_result`).
//! 2. [`close`](WorkerPool::close) ends, whether or not anybody reads the results
//!    (`worker_pool/close_with_undrained_results`). When it has, every accepted task has its result
//!    and every worker has ended.
//! 3. A task submitted after the close comes back; one submitted during it is either accepted, with a
//!    result, or comes back (`worker_pool/submit_after_close_gives_task_back`).
//! 4. A task that panics becomes a result, and costs no worker
//!    (`worker_pool/panicking_task_costs_no_worker`).
//! 5. Dropping the pool closes it: no worker is left (`worker_pool/drop_leaks_nobody`).
//! 6. The queue holds as many tasks as it was made for; [`submit`](WorkerPool::submit) waits for room
//!    (`worker_pool/full_queue_pushes_back`).
//! 7. A close does not come between the tasks of a [`submit_all`](WorkerPool::submit_all)
//!    (`worker_pool/batch_is_accepted_whole`).
//!
//! Guarantee 2 is why results are not bounded: the document's workers wait for somebody to read, its
//! `Close` waits for the workers, and nobody reads while it does. What pushes back is the queue of
//! tasks; results that nobody reads take memory.
//!
//! # Cost
//!
//! Two channel operations a task, and a read lock a submit: tasks that are handed in together share it. Workers take them
//! one by one: in the hands of a busy worker, a task would wait for another that may be waiting for it.
//!
//! # Lock order
//!
//! `workers` is only ever locked alone. A submit holds `tasks` for reading while it waits for room in
//! the queue; a close waits for it there. That wait ends: workers hold no lock, they take from the
//! queue without regard for the close, and a result is sent without waiting, so there will be room.

use std::fmt;
use std::io;

use crate::sync::channel::{Receiver, Sender, TrySendError, bounded, unbounded};
use crate::sync::panic::{catch_unwind, message};
use crate::sync::thread::{self, JoinHandle};
use crate::sync::{Arc, Compound, Mutex, RwLock};

/// What became of a task.
pub type Outcome<R> = Result<R, TaskPanicked>;

/// Workers that turn tasks of type `T` into results of type `R`.
///
/// ```
/// use selvedge::patterns::worker_pool::WorkerPool;
///
/// # selvedge::check::verify(|| {
/// let pool = WorkerPool::new(1, 1, |n: u32| n * 2).unwrap();
/// pool.submit(21).unwrap();
/// pool.close();
/// assert_eq!(pool.results().recv().unwrap().unwrap(), 42);
/// assert_eq!(pool.submit(1).unwrap_err().into_task(), 1);
/// # });
/// ```
pub struct WorkerPool<T, R> {
    compound: Compound,
    /// The queue's sending end; none once the pool is closed.
    tasks: RwLock<Option<Sender<T>>>,
    results: Receiver<Outcome<R>>,
    workers: Mutex<Vec<JoinHandle<()>>>,
}

impl<T: Send + 'static, R: Send + 'static> WorkerPool<T, R> {
    /// Starts `workers` threads that apply `work` to the tasks of a queue that holds `queue` of them.
    /// With 0, a submit waits until a worker takes the task.
    ///
    /// # Errors
    ///
    /// If there is no worker, or the machine refuses a thread; those already started have ended then.
    #[track_caller]
    pub fn new(
        workers: usize,
        queue: usize,
        work: impl Fn(T) -> R + Send + Sync + 'static,
    ) -> Result<Self, StartError> {
        if workers == 0 {
            return Err(StartError::NoWorker);
        }
        let (tasks, queued) = bounded(queue);
        let (done, results) = unbounded();
        let compound = Compound::new("worker pool");
        let pool = WorkerPool { compound, tasks: RwLock::new(Some(tasks)), results, workers: Mutex::new(Vec::new()) };
        let work = Arc::new(work);
        for number in 0..workers {
            let (queued, done, work) = (queued.clone(), done.clone(), Arc::clone(&work));
            let builder = thread::Builder::new().name(format!("worker-{number}"));
            // On an error the pool is dropped, which ends the workers that have started.
            let worker = builder.spawn(move || run(&queued, &done, &*work)).map_err(StartError::Thread)?;
            pool.workers.lock().push(worker);
        }
        Ok(pool)
    }

    /// Hands a task in, waiting for room in the queue.
    ///
    /// # Errors
    ///
    /// Gives the task back if the pool is closed.
    #[track_caller]
    pub fn submit(&self, task: T) -> Result<(), SubmitError<T>> {
        self.compound.call("submit to", || match &*self.tasks.read() {
            Some(tasks) => tasks.send(task).map_err(|unsent| SubmitError(unsent.0)),
            None => Err(SubmitError(task)),
        })
    }

    /// Hands tasks in one after another, waiting for room in the queue: all of them, or none if the pool is closed. The
    /// iterator must not come back to the pool.
    ///
    /// # Errors
    ///
    /// Gives the tasks back if the pool is closed.
    #[track_caller]
    pub fn submit_all<I: IntoIterator<Item = T>>(&self, tasks: I) -> Result<(), SubmitError<I>> {
        self.compound.call("submit to", || {
            let queue = self.tasks.read();
            let Some(queue) = &*queue else { return Err(SubmitError(tasks)) };
            for task in tasks {
                let sent = queue.send(task);
                assert!(sent.is_ok(), "the workers stay until the queue is closed");
            }
            Ok(())
        })
    }

    /// Hands a task in if there is room in the queue.
    ///
    /// # Errors
    ///
    /// Gives the task back if there is none, or if the pool is closed.
    #[track_caller]
    pub fn try_submit(&self, task: T) -> Result<(), TrySubmitError<T>> {
        self.compound.call("try to submit to", || match &*self.tasks.read() {
            Some(tasks) => tasks.try_send(task).map_err(|unsent| match unsent {
                TrySendError::Full(task) => TrySubmitError::Full(task),
                TrySendError::Disconnected(task) => TrySubmitError::Closed(task),
            }),
            None => Err(TrySubmitError::Closed(task)),
        })
    }

    /// The results, in the order in which the tasks were finished. The channel closes with the pool,
    /// and can be read until it is empty.
    pub fn results(&self) -> &Receiver<Outcome<R>> {
        &self.results
    }
}

impl<T, R> WorkerPool<T, R> {
    /// Accepts no more tasks, and waits until those accepted are done and the workers have ended. A
    /// second call waits for the first.
    #[track_caller]
    pub fn close(&self) {
        self.compound.call("close", || {
            let tasks = self.tasks.write().take();
            // Without the lock: this is what ends the workers, once the queue is empty.
            drop(tasks);
            for worker in self.workers.lock().drain(..) {
                worker.join().expect("a worker catches the panics of its tasks");
            }
        })
    }
}

/// A worker: takes tasks until the queue is closed and empty.
fn run<T, R>(queued: &Receiver<T>, done: &Sender<Outcome<R>>, work: &impl Fn(T) -> R) {
    for task in queued.iter() {
        let outcome = catch_unwind(|| work(task));
        let outcome = outcome.map_err(|payload| TaskPanicked { message: message(&*payload).into() });
        done.send(outcome).expect("the pool keeps the results until its workers have ended");
    }
}

impl<T, R> Drop for WorkerPool<T, R> {
    fn drop(&mut self) {
        self.close();
    }
}

impl<T, R> fmt::Debug for WorkerPool<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerPool").finish_non_exhaustive()
    }
}

/// A task panicked instead of giving a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskPanicked {
    /// Two words and not three, for each result goes through a channel.
    message: Box<str>,
}

impl fmt::Display for TaskPanicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the task panicked: {}", self.message)
    }
}

impl std::error::Error for TaskPanicked {}

/// Why a pool could not be started.
#[derive(Debug)]
pub enum StartError {
    /// A pool of no workers would never do a task.
    NoWorker,
    /// The machine refused a thread.
    Thread(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::NoWorker => f.write_str("a pool needs at least one worker"),
            StartError::Thread(_) => f.write_str("failed to start a worker"),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StartError::NoWorker => None,
            StartError::Thread(error) => Some(error),
        }
    }
}

/// The pool is closed; the task comes back, or the tasks of a batch.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SubmitError<T>(T);

impl<T> SubmitError<T> {
    /// What was handed in.
    pub fn task(&self) -> &T {
        &self.0
    }

    /// What was handed in, to keep.
    pub fn into_task(self) -> T {
        self.0
    }
}

impl<T> fmt::Display for SubmitError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the pool is closed")
    }
}

impl<T> fmt::Debug for SubmitError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubmitError(..)")
    }
}

impl<T> std::error::Error for SubmitError<T> {}

/// The task was not accepted, and comes back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TrySubmitError<T> {
    /// The queue has no room.
    Full(T),
    /// The pool is closed.
    Closed(T),
}

impl<T> fmt::Display for TrySubmitError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TrySubmitError::Full(_) => "the queue is full",
            TrySubmitError::Closed(_) => "the pool is closed",
        })
    }
}

impl<T> fmt::Debug for TrySubmitError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TrySubmitError::Full(_) => "Full(..)",
            TrySubmitError::Closed(_) => "Closed(..)",
        })
    }
}

impl<T> std::error::Error for TrySubmitError<T> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::verify;

    #[test]
    fn a_pool_needs_a_worker() {
        assert!(matches!(WorkerPool::new(0, 1, |n: u32| n), Err(StartError::NoWorker)));
    }

    /// What the work captured is dropped with the last worker.
    #[test]
    fn a_drop_waits_for_the_workers() {
        verify(|| {
            let here = Arc::new(());
            let there = Arc::clone(&here);
            let work = move |_: u32| Arc::strong_count(&there);
            let pool = WorkerPool::new(1, 1, work).expect("a pool of one");
            pool.submit(1).expect("it is open");
            drop(pool);
            assert_eq!(Arc::strong_count(&here), 1);
        });
    }

    #[test]
    fn a_pool_is_closed_once_and_again() {
        verify(|| {
            let pool = WorkerPool::new(1, 0, |n: u32| n + 1).expect("a pool of one");
            pool.submit(1).expect("it is open");
            pool.close();
            pool.close();
            assert_eq!(pool.try_submit(2), Err(TrySubmitError::Closed(2)));
            assert_eq!(pool.submit_all([2, 3]).map_err(SubmitError::into_task), Err([2, 3]));
            assert_eq!(pool.results().iter().collect::<Vec<_>>(), [Ok(2)]);
        });
    }
}
