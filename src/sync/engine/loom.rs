//! loom as the engine: C11 orderings, explored exhaustively by loom's own search.
//!
//! A mutex is a [`Lock`], an atomic is loom's own. Every other object is a [`Point`]: an operation
//! takes the point's loom mutex, which is where loom may switch, changes the object's state in the
//! [world](super::world), and releases the mutex. There is no scheduling point in between, except in an operation that
//! may be [late](world::World::may_be_late), which passes one before it changes anything. A task whose operation cannot
//! go ahead parks, and the task whose operation enables it wakes it. The point's mutex orders *all* operations of its
//! object, which is more than some real primitives promise (two readers of one lock, say): an error in a memory
//! ordering that such an order hides is not found.
//!
//! The world has to be told which task runs: each function in which loom may switch says afterwards which task has come
//! back.

use std::cell::RefCell;
use std::panic::Location;
use std::rc::Rc;

use loom::sync::{Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard};

use super::machine::Part;
use super::machine::atomic::{Act, Effect};
use super::machine::mutex;
use super::machine::request::{Choices, Request, arms_of};
use super::op::{ObjectId, Op, TaskId};
use super::world::{self, Done, Stop};

pub(crate) use std::sync::Arc;

/// The stack of a thread, in words: 1 MiB. That of main is loom's own, of 32 KiB.
const STACK: usize = 0x10_0000 / size_of::<usize>();

/// loom's threads, main among them.
const THREADS: usize = 5;

/// How often an execution may have to choose between ready arms.
const COINS: usize = 6;

/// To loom all operations on a lock depend on each other, so one more step would only mean more executions.
pub(crate) const DRAIN_IS_A_STEP: bool = false;

/// Where loom may switch before an operation on an object.
#[derive(Debug)]
pub(crate) struct Point(Mutex<()>);

impl Point {
    pub(crate) fn new() -> Self {
        Point(Mutex::new(()))
    }
}

/// Runs `f`, in which loom may switch, and tells the world which task has come back.
fn switching<R>(me: TaskId, f: impl FnOnce() -> R) -> R {
    let result = f();
    world::with(|world| world.current = me);
    result
}

pub(crate) fn perform<R>(points: &[&Point], op: Op, then: impl FnOnce(Done) -> R) -> R {
    let me = announce(op);
    loop {
        let held: Vec<MutexGuard<'_, ()>> =
            points.iter().map(|point| switching(me, || point.0.lock().expect("never held across a panic"))).collect();
        if world::with(|world| world.may_be_late(me)) {
            let race =
                FIRST_TO_SERVE.with_borrow_mut(|race| Rc::clone(race.get_or_insert_with(|| Rc::new(Order::new()))));
            switching(me, || race.0.notify_one());
        }
        let choice = match world::with(|world| world.choices(me)) {
            Choices::Blocked => {
                drop(held);
                park(me);
                continue;
            }
            Choices::One => None,
            Choices::Arms(arms) => {
                let drawn = choose(arms.count_ones() as usize);
                arms_of(arms).nth(drawn)
            }
        };
        let done = world::with(|world| {
            world.resume(me);
            world.carry_out(choice)
        });
        let result = then(done);
        wake();
        return result;
    }
}

/// Runs `f`, in which loom does not switch, ordered after every `f` that was run before at the same point. loom does
/// not know objects that exist from the beginning: so the making happens before the uses.
pub(crate) fn in_order<R>(point: &Point, f: impl FnOnce() -> R) -> R {
    let me = world::with(|world| world.current);
    let _held = switching(me, || point.0.lock().expect("never held across a panic"));
    f()
}

/// Sleeps until another task has made the pending operation possible.
fn park(me: TaskId) {
    PARKED.with_borrow_mut(|parked| parked.push((me, loom::thread::current())));
    switching(me, loom::thread::park);
}

/// Wakes the parked tasks whose operations have become possible.
fn wake() {
    PARKED.with_borrow_mut(|parked| {
        parked.retain(|(task, thread)| {
            let enabled = world::with(|world| world.enabled(*task));
            if enabled {
                thread.unpark();
            }
            !enabled
        });
    });
}

fn announce(op: Op) -> TaskId {
    world::with(|world| world.announce(op)).unwrap_or_else(|why| world::stop(why))
}

/// A mutex: the world knows which task has it, and a read guard of a loom lock carries the happens-before order.
///
/// It is not loom's own mutex, because a panic that leaves a critical section poisons that one for good, and does not
/// poison a lock that is only read. To loom two reads of one lock depend on each other (`Action::Read` and the one
/// `last_access` of its `RwLock`), and the end of a read publishes what came before it without being a scheduling
/// point. So, as with loom's mutex, the order in which a mutex is *taken* is what is explored, and an unlock costs no
/// executions.
#[derive(Debug)]
pub(crate) struct Lock {
    order: RwLock<()>,
    /// An attempt conflicts not only with locks but with unlocks: before an unlock it fails, and after it it succeeds.
    /// So an unlock loads this, and an attempt is a read-modify-write of it that never stores: two loads do not
    /// conflict.
    attempts: loom::sync::atomic::AtomicBool,
}

pub(crate) type LockGuard<'a> = (&'a Lock, RwLockReadGuard<'a, ()>);

impl Lock {
    pub(crate) fn new() -> Self {
        Lock { order: RwLock::new(()), attempts: loom::sync::atomic::AtomicBool::new(false) }
    }
}

/// Takes the mutex, unless this is an attempt, and another has it.
///
/// A task that finds the mutex taken parks before it has made an access that loom sees. That loses
/// no schedule: an unlock is no access either, so the access that the task makes when it has been
/// woken races with the very lock that it found taken, or with a later one, and is reversed there.
pub(crate) fn acquire(lock: &Lock, op: Op) -> Option<LockGuard<'_>> {
    use loom::sync::atomic::Ordering::Relaxed;

    let attempts = op.is(mutex::Act::TryLock) || op.is(mutex::Act::IsFree);
    let mutex = op.request.object();
    let me = announce(op);
    let take = || {
        world::with(|world| {
            world.resume(me);
            world.carry_out(None)
        })
    };
    let is_mine = |world: &mut world::World| {
        let holder = |mutex| world.object(mutex).state.holder(mutex::Act::TryLock.into(), world.task(me).name);
        mutex.and_then(holder) == Some(world.task(me).name)
    };
    if attempts && world::with(is_mine) {
        // It fails whatever other tasks do, so loom need not know of it. loom would take two read guards of one thread
        // for one.
        take();
        return None;
    }
    if attempts {
        // The value is false, so nothing is stored.
        let _ = switching(me, || lock.attempts.compare_exchange(true, true, Relaxed, Relaxed));
    }
    if !world::with(|world| world.enabled(me)) {
        park(me);
    }
    loop {
        let guard = switching(me, || lock.order.read().expect("nobody writes"));
        if world::with(|world| world.enabled(me)) {
            return (take().value != Some(0)).then_some((lock, guard));
        }
        drop(guard);
        park(me);
    }
}

/// The guard of a mutex whose guard was forgotten. To loom a thread reads a lock once, however many guards it has.
pub(crate) fn taken(lock: &Lock) -> LockGuard<'_> {
    let me = world::with(|world| world.current);
    (lock, switching(me, || lock.order.read().expect("nobody writes")))
}

pub(crate) fn release((lock, guard): LockGuard<'_>, op: Op) {
    let me = announce(op);
    switching(me, || lock.attempts.load(std::sync::atomic::Ordering::Relaxed));
    world::with(|world| {
        world.resume(me);
        world.carry_out(None);
    });
    drop(guard);
    wake();
}

/// A place at which loom sees that operations on one atomic depend on each other, even loads; or that senders to
/// several channels, which may serve one select, do.
///
/// loom (0.7.3) compares a store with the *last* access of its atomic only. If that is a load of the same thread, it
/// hides the loads of other threads, and loom never runs the store before them: of `x.load()` beside
/// `x.load(); x.store(1)` it misses the schedule in which the first load reads 1. So every operation first notifies a
/// condition variable of its own, on which nobody waits. To loom that is an operation which depends on all others of
/// its kind, and it synchronizes with nothing.
///
/// A sender that serves a select removes the select from the other channels on which it waits, although it does not
/// hold their points. This only decides which sender came first, and takes effect right after this place.
#[derive(Debug)]
pub(crate) struct Order(Condvar);

impl Order {
    pub(crate) fn new() -> Self {
        Order(Condvar::new())
    }
}

/// loom's own atomic, and the place at which loom sees the dependence of its operations.
pub(crate) struct Raw<A> {
    order: Order,
    atomic: A,
}

impl<A> Raw<A> {
    pub(crate) fn new(atomic: A) -> Self {
        Raw { order: Order::new(), atomic }
    }
}

/// Performs an operation on an atomic, and returns the value before; as an error if a compare-exchange has written
/// nothing.
///
/// loom's memory decides which value it reads, and the machine follows.
pub(crate) fn access<A>(
    raw: &Raw<A>,
    object: ObjectId,
    op: Op,
    act: Act,
    access: impl FnOnce(&A) -> Result<u64, u64>,
) -> Result<u64, u64> {
    let me = announce(op);
    switching(me, || raw.order.0.notify_one());
    // The access itself may switch too.
    let result = switching(me, || access(&raw.atomic));
    let (Ok(old) | Err(old)) = result;
    let effect = if result.is_err() || matches!(act, Act::Load(_)) { Effect::Load } else { Effect::Store };
    let value = (!matches!(act, Act::Store(..))).then_some(old);
    world::with(|world| {
        world.resume(me);
        world.came_to(Part { object, act: act.into(), effect: effect.into() }, value);
    });
    result
}

/// A value with two owners.
pub(crate) fn shared<T>(value: T) -> [Arc<T>; 2] {
    let value = Arc::new(value);
    [Arc::clone(&value), value]
}

pub(crate) fn spawn(name: Option<String>, op: Op, body: impl FnOnce() + Send + 'static) {
    let me = announce(op);
    world::with(|world| {
        world.resume(me);
        world.carry_out(None);
    });
    if world::with(|world| world.tasks.len()) + threads_beside() == THREADS {
        world::stop(unsupported(format!("more than {THREADS} threads in one execution")));
    }
    let child = world::with(|world| world.add_task(name.map(Into::into)));
    switching(me, || {
        let body = move || {
            world::with(|world| world.current = child);
            body();
        };
        loom::thread::Builder::new().stack_size(STACK).spawn(body).expect("loom refuses no thread")
    });
}

pub(crate) fn yield_now(location: &'static Location<'static>) {
    let me = announce(Op { request: Request::Yield, location });
    switching(me, loom::thread::yield_now);
    world::with(|world| {
        world.resume(me);
        world.carry_out(None);
    });
}

thread_local! {
    /// The tasks that are asleep until their pending operation can go ahead.
    static PARKED: RefCell<Vec<(TaskId, loom::thread::Thread)>> = const { RefCell::new(Vec::new()) };
    /// Orders the tasks that serve a select which waits on several rendezvous.
    static FIRST_TO_SERVE: RefCell<Option<Rc<Order>>> = const { RefCell::new(None) };
    /// The coins of this execution; tossed by a thread of their own.
    static COIN_BOX: RefCell<Vec<std::sync::Arc<loom::sync::atomic::AtomicBool>>> = const { RefCell::new(Vec::new()) };
}

/// The number of loom's threads that are no tasks.
fn threads_beside() -> usize {
    usize::from(COIN_BOX.with_borrow(|coins| !coins.is_empty()))
}

/// What loom has no room for.
fn unsupported(what: String) -> Stop {
    Stop::Unsupported(format!("{what} under loom: explore it under dpor, in a build with --cfg shuttle"))
}

/// Called at the start of each execution.
pub(crate) fn begin() {
    PARKED.with_borrow_mut(Vec::clear);
    FIRST_TO_SERVE.set(None);
    COIN_BOX.with_borrow_mut(Vec::clear);
}

/// Any number below `n`, each in some execution; at least 1.
///
/// loom has no choice but of schedules and of the values that a load may read, so the second makes
/// the first: each coin starts as false, and a thread that synchronizes with nobody stores true. A
/// relaxed load may read either, and loom tries both.
fn choose(n: usize) -> usize {
    use loom::sync::atomic::{AtomicBool, Ordering::Relaxed};

    if n == 1 {
        return 0;
    }
    let me = world::with(|world| world.current);
    if COIN_BOX.with_borrow(Vec::is_empty) {
        if world::with(|world| world.tasks.len()) == THREADS {
            let what = format!("a choice between ready arms, which takes one of {THREADS} threads, beside that many");
            world::stop(unsupported(what));
        }
        let coins: Vec<_> = (0..=COINS).map(|_| std::sync::Arc::new(AtomicBool::new(false))).collect();
        let tossed = coins.clone();
        loom::thread::spawn(move || tossed.iter().for_each(|coin| coin.store(true, Relaxed)));
        COIN_BOX.set(coins);
    }
    let toss = || {
        let coin = COIN_BOX.with_borrow_mut(|coins| if coins.len() > 1 { coins.pop() } else { None });
        let coin = coin.unwrap_or_else(|| {
            world::stop(unsupported(format!("more than {COINS} choices between ready arms in one execution")))
        });
        switching(me, || coin.load(Relaxed))
    };
    (0..n - 1).find(|_| toss()).unwrap_or(n - 1)
}

pub(crate) mod raw {
    //! loom's atomics.
    pub use loom::sync::atomic::*;
}

pub use loom::sync::atomic::fence;

/// A value beside a cell of loom's, in which an access that races with another ends the execution.
#[derive(Debug)]
pub(crate) struct RawUnsafeCell<T: ?Sized> {
    watch: loom::cell::UnsafeCell<()>,
    value: std::cell::UnsafeCell<T>,
}

impl<T> RawUnsafeCell<T> {
    pub(crate) fn new(value: T) -> Self {
        RawUnsafeCell { watch: loom::cell::UnsafeCell::new(()), value: std::cell::UnsafeCell::new(value) }
    }

    pub(crate) fn into_inner(self) -> T {
        self.watch.into_inner();
        self.value.into_inner()
    }
}

impl<T: ?Sized> RawUnsafeCell<T> {
    pub(crate) fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        self.watch.with(|_| f(self.value.get()))
    }

    pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        self.watch.with_mut(|_| f(self.value.get()))
    }

    pub(crate) fn get(&self) -> *mut T {
        self.value.get()
    }
}
