//! Threads under an engine: each is a task of the execution, and all of them are accounted for.
//!
//! A panic that leaves a thread ends the execution as a failure of the check, so a join always
//! finds a value. No thread is ever detached: one that has not ended when the execution can go no
//! further is reported as a leaked worker.

use std::io;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, Location};
use std::sync::Arc;

use super::backend::{self, Point};
use super::machine::thread::{self, Act};
use super::op::{ObjectId, Op};
use super::world::{self, Stop};
use crate::sync::fault;

/// What [`JoinHandle::join`] gives.
pub type Result<T> = std::thread::Result<T>;

/// A thread's end, as those who wait for it see it.
#[derive(Debug)]
struct End {
    id: ObjectId,
    point: Point,
}

impl End {
    fn step(&self, act: Act, location: &'static Location<'static>) -> world::Done {
        super::step(&[&self.point], Op::one(self.id, act, location))
    }
}

/// What a thread leaves. It has two owners, the thread and its handle, and who is the last to go drops it: so it is in
/// std, and a destructor may do something that others see.
type Slot<T> = super::Arc<parking_lot::Mutex<Option<T>>>;

/// A slot, and a body that leaves there what `f` gives.
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
#[derive(Debug)]
pub struct JoinHandle<T> {
    end: Arc<End>,
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
        self.end.step(Act::Join, Location::caller());
        Ok(take(self.value))
    }

    /// Whether the thread has ended. As with std's, that it has orders nothing.
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        self.end.step(Act::IsFinished, Location::caller()).value == Some(1)
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
    JoinHandle { end: launch(name, Box::new(body), Location::caller()), value }
}

fn launch(name: Option<String>, body: Box<dyn FnOnce() + Send>, location: &'static Location<'static>) -> Arc<End> {
    let id = world::with(|world| world.add_object(thread::Thread::default(), location));
    let end = Arc::new(End { id, point: Point::new() });
    let theirs = Arc::clone(&end);
    let body = move || {
        run_to_end(body);
        backend::perform(&[&theirs.point], Op::one(theirs.id, Act::Exit, location), |_| {
            world::with(|world| world.me().finished = true);
        });
    };
    let child = world::with(world::World::next_child);
    backend::spawn(name, Op::one(id, Act::Spawn(child), location), Box::new(body));
    end
}

/// Runs the code of a task. A panic that leaves it ends the execution.
pub(crate) fn run_to_end<T>(f: impl FnOnce() -> T) -> T {
    std::panic::catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|payload| {
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

/// Threads that may borrow from the thread that started them, and end before [`scope`] returns.
#[derive(Debug)]
pub struct Scope<'scope, 'env: 'scope> {
    ends: parking_lot::Mutex<Vec<Arc<End>>>,
    scope: PhantomData<&'scope mut &'scope ()>,
    env: PhantomData<&'env mut &'env ()>,
}

/// The right to wait for a thread of a [`Scope`].
#[derive(Debug)]
pub struct ScopedJoinHandle<'scope, T> {
    end: Arc<End>,
    value: Slot<T>,
    scope: PhantomData<&'scope ()>,
}

/// Runs `f`, and returns when every thread that it started in its scope has ended.
#[track_caller]
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    /// Waits for the threads even where `f` panics: they borrow from what unwinding would drop.
    struct WaitForAll<'a, 'scope, 'env>(&'a Scope<'scope, 'env>, &'static Location<'static>);

    impl Drop for WaitForAll<'_, '_, '_> {
        fn drop(&mut self) {
            while let Some(end) = { self.0.ends.lock().pop() } {
                end.step(Act::Join, self.1);
            }
        }
    }

    let scope = Scope { ends: parking_lot::Mutex::new(Vec::new()), scope: PhantomData, env: PhantomData };
    let _wait = WaitForAll(&scope, Location::caller());
    f(&scope)
}

impl<'scope> Scope<'scope, '_> {
    /// Starts a thread in the scope.
    #[track_caller]
    pub fn spawn<F, T>(&'scope self, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        let (value, body) = leaving(f);
        let body: Box<dyn FnOnce() + Send + 'scope> = Box::new(body);
        // SAFETY: only the lifetime changes. `scope` does not return before this thread has ended,
        // not even by unwinding (`WaitForAll`), so what the closure borrows for `'scope` lives for
        // as long as the closure does.
        let body = unsafe { std::mem::transmute::<Box<dyn FnOnce() + Send + 'scope>, Box<dyn FnOnce() + Send>>(body) };
        let end = launch(None, body, Location::caller());
        self.ends.lock().push(Arc::clone(&end));
        ScopedJoinHandle { end, value, scope: PhantomData }
    }
}

impl<T> ScopedJoinHandle<'_, T> {
    /// Waits for the thread to end.
    ///
    /// # Errors
    ///
    /// None under an engine: a panic that leaves a thread is a failure of the check.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        self.end.step(Act::Join, Location::caller());
        Ok(take(self.value))
    }
}

/// The seat of this thread: those of the main thread and of the threads that it starts. By its place among them, and
/// not by when it started, so that it is the same in equivalent executions. All others have none.
pub fn seat() -> usize {
    world::with(|world| world.place_beside_main().unwrap_or(usize::MAX))
}

/// How many seats are worth a line. One thread less than the checks of three have: so both kinds are explored.
pub fn seats() -> usize {
    3
}

/// How a spin loop waits; see crossbeam's. Under an engine every turn lets others run.
#[derive(Debug, Default)]
pub struct Backoff {}

impl Backoff {
    /// At its first turn.
    pub fn new() -> Self {
        Backoff {}
    }

    /// Waits for a turn of others.
    #[track_caller]
    pub fn snooze(&self) {
        yield_now();
    }
}

/// Lets other threads run: a spin loop needs it to end under an engine.
#[track_caller]
pub fn yield_now() {
    backend::yield_now(Location::caller());
}
