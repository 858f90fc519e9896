//! Shuttle as the engine: sequential consistency, and schedules by any of its schedulers.
//!
//! This uses Shuttle's tasks, the switch between them and the schedulers, and none of its primitives. An operation
//! announces itself, passes one scheduling point, and takes effect. If the strategy [says at once](ask_first) that the
//! same task goes on, Shuttle is not involved. A scheduler of [`check`](crate::check) never picks a task whose
//! announced operation cannot go ahead, so nothing here ever blocks: being enabled is part of the operation.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::machine::atomic::{Act, Effect};
use super::machine::moments;
use super::machine::request::{Choices, Request, arms_of};
use super::op::{ObjectId, Op, TaskId};
use super::world::{self, Done, Local, Stop, World};

pub(crate) use super::Arc;

/// A writer of an empty lock takes the same two steps as one that has to wait. Then a reader that leaves commutes with
/// a writer that comes, which saves an exhaustive search half of the orders.
pub(crate) const DRAIN_IS_A_STEP: bool = true;

/// The scheduling point of an object needs no state of its own.
#[derive(Debug)]
pub(crate) struct Point;

impl Point {
    pub(crate) fn new() -> Self {
        Point
    }
}

pub(crate) fn perform<R>(_: &[&Point], op: Op, then: impl FnOnce(Done) -> R) -> R {
    // To Shuttle a sleep is a switch and nothing else.
    then(go(op, || shuttle::thread::sleep(Duration::ZERO)))
}

/// One operation; where another task may go on first, the scheduling point is `switch`, of Shuttle's.
///
/// What it consists of is inlined, here and in [`world`]: every call would copy the operation or its result, and a copy
/// right after its parts were written makes the processor wait for them.
fn go(op: Op, switch: impl FnOnce()) -> Done {
    let (me, went) = with_or_stop(|world| {
        let me = announce(world, op)?;
        Ok((me, goes_on(world, me).then(|| go_ahead(world, me))))
    });
    let went = went.unwrap_or_else(|| {
        switch();
        world::with(|world| go_ahead(world, me))
    });
    went.unwrap_or_else(|arms| {
        let arm = choose(arms);
        world::with(|world| world.carry_out(Some(arm)))
    })
}

/// The operation that `me` has announced takes effect. If there are several ways, they are given back as arms.
#[inline(always)]
fn go_ahead(world: &mut World, me: TaskId) -> Result<Done, u64> {
    match resume(world, me) {
        Some(arms) => Err(arms),
        None => Ok(world.carry_out(None)),
    }
}

/// Announces an operation, with the orderings that it is to have.
#[inline(always)]
fn announce(world: &mut World, op: Op) -> Result<TaskId, Stop> {
    let me = world.announce(op)?;
    if let Some(orderings) = &mut world.orderings
        && let Some(op) = &mut world.tasks[me.index()].pending
    {
        orderings.announced(me, op);
    }
    Ok(me)
}

/// Runs `f` on the world, and ends the execution where that fails.
fn with_or_stop<R>(f: impl FnOnce(&mut World) -> Result<R, Stop>) -> R {
    world::with(f).unwrap_or_else(|why| world::stop(why))
}

/// Says whether this task of the world goes on, which has just announced an operation.
type Decides = Box<dyn FnMut(&mut World, TaskId) -> bool>;

thread_local! {
    static DECIDES: RefCell<Option<Decides>> = const { RefCell::new(None) };
}

/// Asks `decides` on this thread before Shuttle is: most often the same task goes on, and Shuttle need not know.
pub(crate) fn ask_first(decides: impl FnMut(&mut World, TaskId) -> bool + 'static) {
    DECIDES.set(Some(Box::new(decides)));
}

/// Whether the task that has announced an operation goes on, and Shuttle need not be asked.
fn goes_on(world: &mut World, me: TaskId) -> bool {
    DECIDES.with_borrow_mut(|decides| decides.as_mut().is_some_and(|decides| decides(world, me)))
}

/// The operation that `me` has announced is about to take effect; by one of these arms, if it has arms.
#[inline(always)]
fn resume(world: &mut World, me: TaskId) -> Option<u64> {
    let settles = |op: &Op| op.is(moments::Act::Settle);
    debug_assert!(
        world.enabled(me) || world.task(me).pending.as_ref().is_some_and(settles),
        "a task was scheduled whose operation cannot go ahead"
    );
    world.resume(me);
    let has_ways = |op: &Op| op.request.has_ways();
    match world.task(me).pending.as_ref().is_some_and(has_ways).then(|| world.choices(me)) {
        Some(Choices::Arms(arms)) => Some(arms),
        _ => None,
    }
}

/// Objects that exist from the beginning need no order.
pub(crate) fn in_order<R>(_: &Point, f: impl FnOnce() -> R) -> R {
    f()
}

/// A mutex needs no more than its state in the world.
pub(crate) type Lock = Point;

pub(crate) struct LockGuard<'a>(&'a Lock);

/// Takes the mutex, unless this is an attempt, and another has it.
pub(crate) fn acquire(lock: &Lock, op: Op) -> Option<LockGuard<'_>> {
    let done = super::step(&[lock], op);
    (done.value != Some(0)).then_some(LockGuard(lock))
}

/// The guard of a mutex whose guard was forgotten.
pub(crate) fn taken(lock: &Lock) -> LockGuard<'_> {
    LockGuard(lock)
}

pub(crate) fn release(lock: LockGuard<'_>, op: Op) {
    super::step(&[lock.0], op);
}

/// Under Shuttle the machine has an atomic's value: this has none.
pub(crate) struct Raw<A>(PhantomData<A>);

impl<A> Raw<A> {
    pub(crate) fn new(_: A) -> Self {
        Raw(PhantomData)
    }
}

/// Performs an operation on an atomic, and returns the value before; as an error if a compare-exchange has written
/// nothing.
pub(crate) fn access<A>(
    _: &Raw<A>,
    _: ObjectId,
    op: Op,
    act: Act,
    _: impl FnOnce(&A) -> Result<u64, u64>,
) -> Result<u64, u64> {
    let done = super::step(&[], op);
    let old = done.value.unwrap_or_default();
    match (act, done.effect) {
        (Act::Exchange { .. }, Some(effect)) if effect == Effect::Load.into() => Err(old),
        _ => Ok(old),
    }
}

/// A value with two owners.
#[track_caller]
pub(crate) fn shared<T>(value: T) -> [Arc<T>; 2] {
    Arc::shared(value)
}

pub(crate) fn spawn(name: Option<String>, op: Op, body: impl FnOnce() + Send + 'static) {
    let me = with_or_stop(|world| announce(world, op));
    // Shuttle passes a scheduling point first, in which other tasks may spawn too. From there on
    // nobody comes between, so a task has the same number in Shuttle and in the world.
    let handle = shuttle::thread::spawn(move || {
        world::with(|world| world.current = TaskId(usize::from(shuttle::current::me()) as u32));
        body();
    });
    let child = world::with(|world| {
        resume(world, me);
        // A start has one way.
        world.carry_out(None);
        world.add_task(name.map(Into::into))
    });
    debug_assert_eq!(usize::from(handle.thread().id()), child.index());
}

pub(crate) fn yield_now(location: &'static Location<'static>) {
    go(Op { request: Request::Yield, location }, shuttle::thread::yield_now);
}

/// Called at the start of each execution. There is nothing to do: tasks are not woken, the scheduler sees when they can
/// go on.
pub(crate) fn begin() {}

/// One of the arms, chosen by the scheduler if there are several; the first where the execution is given up.
fn choose(arms: u64) -> u32 {
    use shuttle::rand::RngCore;

    if arms.is_power_of_two() || world::with(|world| world.given_up) {
        return arms.trailing_zeros();
    }
    world::with(|world| world.choice = Some(arms));
    let drawn = shuttle::rand::thread_rng().next_u64() % u64::from(arms.count_ones());
    arms_of(arms).nth(drawn as usize).expect("as many arms as bits")
}

pub(crate) mod raw {
    //! The types alone: one task runs at a time, so any ordering is sequentially consistent.
    pub use std::sync::atomic::*;
}

/// Orders what the task does before it against what it does after it, through the atomics that it reads and writes.
/// Executions are sequentially consistent without it; it is recorded for the search for data races.
#[track_caller]
pub fn fence(ordering: Ordering) {
    let (ordering, location) = (ordering.into(), Location::caller());
    let fenced = world::with(|world| {
        let ordering = world.orderings.as_ref().map_or(Some(ordering), |asked| asked.fence(ordering, location));
        ordering.map_or(Ok(()), |ordering| world.local(Local::Fence(ordering, location)))
    });
    fenced.unwrap_or_else(|why| world::stop(why));
}

/// A cell that only the world watches.
#[derive(Debug)]
pub(crate) struct RawUnsafeCell<T: ?Sized>(std::cell::UnsafeCell<T>);

impl<T> RawUnsafeCell<T> {
    pub(crate) fn new(value: T) -> Self {
        RawUnsafeCell(std::cell::UnsafeCell::new(value))
    }

    pub(crate) fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl<T: ?Sized> RawUnsafeCell<T> {
    pub(crate) fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        f(self.0.get())
    }

    pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }

    pub(crate) fn get(&self) -> *mut T {
        self.0.get()
    }
}
