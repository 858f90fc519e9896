//! Threads under an engine: each is a task of the execution, and all of them are accounted for.
//!
//! A panic that leaves a thread ends the execution as a failure of the check, so a join always
//! finds a value. No thread is ever detached: one that has not ended when the execution can go no
//! further is reported as a leaked worker.

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, Location};
use std::sync::Arc;

use self::end::End;
use super::backend::{self, Point};
use super::machine::thread::{self, Act};
use super::op::Op;
use super::world::{self, Stop};
use crate::sync::fault;

pub(super) mod end;
mod handle;
mod local;
mod scope;

pub use handle::{Thread, ThreadId, current, park, park_timeout, sleep};
pub(crate) use handle::{moment, park_behind};
pub use local::{AccessError, LocalKey};
pub use scope::{Scope, ScopedJoinHandle, scope};
pub use std::thread::available_parallelism;

/// What [`JoinHandle::join`] gives.
pub type Result<T> = std::thread::Result<T>;

impl End {
    fn step(&self, act: Act, location: &'static Location<'static>) -> world::Done {
        super::step(&[&self.point], Op::one(self.id, act, location))
    }

    /// Waits for the end of the thread, or for its return: who has done that knows of all that it did.
    fn join(&self, act: Act, location: &'static Location<'static>) {
        self.step(act, location);
        #[cfg(shuttle)]
        world::with(|world| world.joined(self.id));
    }
}

/// A thread's return value. It has two owners, the thread and its handle, and the last owner drops it, as in std: its
/// destructor may do something that other tasks see.
type Slot<T> = super::Arc<parking_lot::Mutex<Option<T>>>;

/// A slot, and a body that puts the result of `f` there.
#[track_caller]
fn leaving<T>(f: impl FnOnce() -> T) -> (Slot<T>, impl FnOnce()) {
    let [slot, theirs] = backend::shared(parking_lot::Mutex::new(None));
    (slot, move || {
        let value = f();
        *theirs.lock() = Some(value);
    })
}

fn take<T>(slot: Slot<T>) -> T {
    slot.lock().take().expect("a thread that has ended leaves a value")
}

/// The right to wait for a thread and take its result.
pub struct JoinHandle<T> {
    thread: Thread,
    value: Slot<T>,
}

impl<T> JoinHandle<T> {
    /// Waits for the thread to end.
    ///
    /// # Errors
    ///
    /// None under an engine: a panic that leaves a thread is a failure of the check.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        self.thread.end.join(Act::Join, Location::caller());
        Ok(take(self.value))
    }

    /// Whether the thread has returned; its thread locals may be yet to be dropped. As with std's, that orders nothing.
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        self.thread.end.step(Act::IsFinished, Location::caller()).value == Some(1)
    }

    /// The thread.
    pub fn thread(&self) -> &Thread {
        &self.thread
    }
}

/// Starts a thread.
#[track_caller]
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    spawn_named(None, f)
}

#[track_caller]
fn spawn_named<F, T>(name: Option<String>, f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let (value, body) = leaving(f);
    JoinHandle { thread: launch(name, Box::new(body), Location::caller()), value }
}

fn launch(name: Option<String>, body: Box<dyn FnOnce() + Send>, location: &'static Location<'static>) -> Thread {
    let id = world::with(|world| world.add_object(thread::Thread::default(), location));
    let end = Arc::new(End { id, point: Point::new() });
    let theirs = Arc::clone(&end);
    let title = name.as_deref().map(Arc::from);
    let body = move || {
        world::with(|world| world.me().thread = Some(Arc::clone(&theirs)));
        run_to_end(|| {
            body();
            // As with std's, a scope does not wait for what is dropped from here on. Where that is nothing, it is no
            // matter.
            if local::are_left() {
                theirs.step(Act::Return, location);
            }
        });
        backend::perform(&[&theirs.point], Op::one(theirs.id, Act::Exit, location), |_| {
            world::with(world::World::finish);
        });
    };
    let child = world::with(world::World::next_child);
    backend::spawn(name, Op::one(id, Act::Spawn(child), location), body);
    Thread { end, id: ThreadId(child), name: title }
}

/// Runs the code of a task, and the destructors of its [thread locals](local). A panic that leaves it ends the
/// execution.
pub(crate) fn run_to_end<T>(f: impl FnOnce() -> T) -> T {
    let run = || {
        let value = f();
        local::drop_all();
        value
    };
    std::panic::catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|payload| {
        // The hook has reported it already, unless it struck while the world was in use.
        let message = crate::sync::panic::message(&*payload).to_owned();
        world::stop(Stop::Panicked { message, violation: false, location: None })
    })
}

/// Starts a thread with a name, by which reports call it.
#[derive(Debug, Default)]
pub struct Builder {
    name: Option<String>,
}

impl Builder {
    /// A thread without a name.
    pub fn new() -> Self {
        Builder::default()
    }

    /// Names the thread.
    pub fn name(mut self, name: String) -> Self {
        self.name = Some(name);
        self
    }

    /// The size of the stack: ignored under an engine, where the check sets one size for all threads.
    pub fn stack_size(self, _: usize) -> Self {
        self
    }

    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// If a [fault](crate::sync::fault) refuses one; on real threads, if the machine does.
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        fault::ask_for_thread()?;
        Ok(spawn_named(self.name, f))
    }
}

/// Whether this thread unwinds from a panic that it is going to catch.
pub fn panicking() -> bool {
    world::with(|world| world.me().panicking)
}

/// The seat of this thread. The main thread and the threads that it starts have one, by their order in the program and
/// not in time, so that it is the same in equivalent executions. All others have none.
pub fn seat() -> usize {
    world::with(|world| {
        world.owners_of_the_destroyed_matter();
        world.place_beside_main().unwrap_or(usize::MAX)
    })
}

/// How many seats are worth a line. A check with three threads has one more, main included: so threads with a line and
/// threads without one are both explored.
pub fn seats() -> usize {
    3
}

/// How a spin loop waits; see crossbeam's. Under an engine every turn lets others run.
#[derive(Debug, Default)]
pub struct Backoff {}

impl Backoff {
    /// A backoff at its first turn.
    pub fn new() -> Self {
        Backoff {}
    }

    /// Lets other threads take a turn.
    #[track_caller]
    pub fn snooze(&self) {
        yield_now();
    }

    /// The same: a shorter wait would gain nothing.
    #[track_caller]
    pub fn spin(&self) {
        yield_now();
    }

    /// Whether it is time to block instead of spinning: always, so that the code which blocks then is explored.
    pub fn is_completed(&self) -> bool {
        true
    }

    /// Begins anew.
    pub fn reset(&self) {}
}

/// Lets other threads run: a spin loop needs it to end under an engine.
#[track_caller]
pub fn yield_now() {
    backend::yield_now(Location::caller());
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").finish_non_exhaustive()
    }
}
