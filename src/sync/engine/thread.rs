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
use super::effect::Effect;
use super::op::{Kind, ObjectId, Op};
use super::world::{self, State, Stop};
use crate::sync::fault;

/// What [`JoinHandle::join`] gives.
pub type Result<T> = std::thread::Result<T>;

/// A thread's end, as those who wait for it see it.
#[derive(Debug)]
struct Packet<T> {
    id: ObjectId,
    point: Point,
    value: parking_lot::Mutex<Option<T>>,
}

impl<T> Packet<T> {
    fn wait(&self, location: &'static Location<'static>) {
        super::step(&[&self.point], Op { kind: Kind::Join, object: self.id, location }, |world, _| {
            world.touch(self.id, Effect::Joined);
            ((), None)
        });
    }

    fn is_finished(&self, location: &'static Location<'static>) -> bool {
        super::step(&[&self.point], Op { kind: Kind::Load, object: self.id, location }, |world, _| {
            let finished = *world.thread(self.id);
            world.touch(self.id, if finished { Effect::Joined } else { Effect::Alive });
            (finished, Some(u64::from(finished)))
        })
    }
}

/// The right to wait for a thread and take its result.
#[derive(Debug)]
pub struct JoinHandle<T> {
    packet: Arc<Packet<T>>,
}

impl<T> JoinHandle<T> {
    /// Waits for the thread to end.
    ///
    /// # Errors
    ///
    /// None under an engine: a panic that leaves a thread is a failure of the check.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        self.packet.wait(Location::caller());
        Ok(self.packet.value.lock().take().expect("a thread that has ended leaves a value"))
    }

    /// Whether the thread has ended.
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        self.packet.is_finished(Location::caller())
    }
}

/// Starts a thread.
#[track_caller]
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    JoinHandle { packet: launch(None, f, Location::caller()) }
}

fn launch<F, T>(name: Option<String>, f: F, location: &'static Location<'static>) -> Arc<Packet<T>>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let id = world::with(|world| world.add_object(State::Thread(false), location));
    let packet = Arc::new(Packet { id, point: Point::new(), value: parking_lot::Mutex::new(None) });
    let end = Arc::clone(&packet);
    let body = move || {
        let value = run_to_end(f);
        *end.value.lock() = Some(value);
        super::step(&[&end.point], Op { kind: Kind::Exit, object: end.id, location }, |world, _| {
            *world.thread_mut(end.id) = true;
            world.touch(end.id, Effect::Exit);
            world.me().finished = true;
            ((), None)
        });
    };
    backend::spawn(name, Op { kind: Kind::Spawn, object: id, location }, Box::new(body));
    packet
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
        Ok(JoinHandle { packet: launch(self.name, f, Location::caller()) })
    }
}

/// Threads that may borrow from the thread that started them, and end before [`scope`] returns.
#[derive(Debug)]
pub struct Scope<'scope, 'env: 'scope> {
    packets: parking_lot::Mutex<Vec<Arc<Packet<()>>>>,
    scope: PhantomData<&'scope mut &'scope ()>,
    env: PhantomData<&'env mut &'env ()>,
}

/// The right to wait for a thread of a [`Scope`].
#[derive(Debug)]
pub struct ScopedJoinHandle<'scope, T> {
    end: Arc<Packet<()>>,
    value: Arc<parking_lot::Mutex<Option<T>>>,
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
            while let Some(packet) = { self.0.packets.lock().pop() } {
                packet.wait(self.1);
            }
        }
    }

    let scope = Scope { packets: parking_lot::Mutex::new(Vec::new()), scope: PhantomData, env: PhantomData };
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
        let value = Arc::new(parking_lot::Mutex::new(None));
        let slot = Arc::clone(&value);
        let body: Box<dyn FnOnce() + Send + 'scope> = Box::new(move || {
            let result = f();
            *slot.lock() = Some(result);
        });
        // SAFETY: only the lifetime changes. `scope` does not return before this thread has ended,
        // not even by unwinding (`WaitForAll`), so what the closure borrows for `'scope` lives for
        // as long as the closure does.
        let body = unsafe { std::mem::transmute::<Box<dyn FnOnce() + Send + 'scope>, Box<dyn FnOnce() + Send>>(body) };
        let end = launch(None, body, Location::caller());
        self.packets.lock().push(Arc::clone(&end));
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
        self.end.wait(Location::caller());
        Ok(self.value.lock().take().expect("a thread that has ended leaves a value"))
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
