//! Shuttle as the engine: sequential consistency, schedules by whichever scheduler is asked.
//!
//! Of Shuttle this uses the tasks, the switch between them and the schedulers, and none of its
//! primitives. An operation announces itself, passes one scheduling point, and takes effect. A
//! scheduler of [`check`](crate::check) never picks a task whose announced operation cannot go
//! ahead, so nothing here ever blocks: being enabled is part of the operation.

use std::panic::Location;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::effect::Effect;
use super::names::ObjectName;
use super::op::{Kind, ObjectId, Op, TaskId};
use super::world::{self, Local, State, Stop, World};

/// A writer that finds nobody inside takes the same two steps as one that has to wait. Then a reader
/// that leaves commutes with a writer that comes, which saves an exhaustive search half of the orders.
pub(crate) const DRAIN_IS_A_STEP: bool = true;

/// The scheduling point of an object needs no state of its own.
#[derive(Debug)]
pub(crate) struct Point;

impl Point {
    pub(crate) fn new() -> Self {
        Point
    }
}

pub(crate) fn perform<R>(_: &[&Point], op: Op, effect: impl FnOnce(TaskId) -> (R, Option<u64>)) -> R {
    let (me, livelocked) = world::with(|world| (world.announce(op), world.livelocked()));
    if livelocked {
        world::stop(Stop::Livelock);
    }
    // To Shuttle a sleep is a switch and nothing else.
    shuttle::thread::sleep(Duration::ZERO);
    take_effect(me, effect)
}

fn take_effect<R>(me: TaskId, effect: impl FnOnce(TaskId) -> (R, Option<u64>)) -> R {
    world::with(|world| {
        debug_assert!(world.enabled(me), "a task was scheduled whose operation cannot go ahead");
        world.current = me;
    });
    let (result, value) = effect(me);
    world::with(|world| world.record(me, value));
    result
}

/// A mutex needs no more than its state in the world.
pub(crate) type Lock = Point;

pub(crate) struct LockGuard<'a>(&'a Lock);

/// Takes the mutex if `effect`, which sees it free unless this is an attempt, says so.
pub(crate) fn acquire(lock: &Lock, op: Op, effect: impl FnOnce(&mut World, TaskId) -> bool) -> Option<LockGuard<'_>> {
    let taken = super::step(&[lock], op, |world, me| {
        let taken = effect(world, me);
        (taken, (op.kind == Kind::TryLock).then_some(u64::from(taken)))
    });
    taken.then_some(LockGuard(lock))
}

pub(crate) fn release(lock: LockGuard<'_>, op: Op, effect: impl FnOnce(&mut World, TaskId)) {
    super::step(&[lock.0], op, |world, me| (effect(world, me), None));
}

/// The scheduling point of an atomic needs no state of its own either.
pub(crate) type Order = Point;

pub(crate) fn atomic_step<R>(order: &Order, op: Op, act: impl FnOnce() -> (R, Option<u64>)) -> R {
    perform(&[order], op, |_| act())
}

pub(crate) fn spawn(name: Option<String>, op: Op, body: Box<dyn FnOnce() + Send>) {
    let me = world::with(|world| world.announce(op));
    // Shuttle passes a scheduling point first, in which other tasks may spawn too. From there on
    // nobody comes between, so a task has the same number in Shuttle and in the world.
    let handle = shuttle::thread::spawn(move || {
        world::with(|world| world.current = TaskId(usize::from(shuttle::current::me()) as u32));
        body();
    });
    take_effect(me, |_| {
        let child = world::with(|world| {
            world.touch(op.object, Effect::Started);
            world.add_task(name)
        });
        debug_assert_eq!(usize::from(handle.thread().id()), child.index());
        ((), None)
    });
}

pub(crate) fn yield_now(location: &'static Location<'static>) {
    let op = Op { kind: Kind::Yield, object: ObjectId(0), location };
    let (me, livelocked) = world::with(|world| (world.announce(op), world.livelocked()));
    if livelocked {
        world::stop(Stop::Livelock);
    }
    shuttle::thread::yield_now();
    take_effect(me, |_| ((), None));
}

/// Called at the start of each execution: nothing wakes a task, the scheduler sees when it can go on.
pub(crate) fn begin() {}

/// A number below `n`, chosen by the scheduler.
pub(crate) fn choose(n: usize) -> usize {
    use shuttle::rand::RngCore;

    world::with(|world| world.choice = Some(n as u32));
    (shuttle::rand::thread_rng().next_u64() % n as u64) as usize
}

pub(crate) mod atomic {
    //! std's atomics: one task runs at a time, so any ordering is sequentially consistent.
    pub use std::sync::atomic::*;
}

/// Orders what the task does before it against what it does after it, by way of the atomics that it
/// reads and writes. Every execution is sequentially consistent as it is; it is told to whoever looks
/// for data races.
pub fn fence(ordering: Ordering) {
    world::with(|world| world.local(Local::Fence(ordering)));
}

/// A cell whose accesses are closures, so that every build can watch them.
#[derive(Debug)]
pub struct UnsafeCell<T> {
    value: std::cell::UnsafeCell<T>,
    /// None for one that was made outside of an execution.
    name: Option<ObjectName>,
}

impl<T> UnsafeCell<T> {
    /// A cell that holds `value`.
    #[track_caller]
    pub fn new(value: T) -> Self {
        let name = world::add_to_current(State::Cell, Location::caller()).map(|(_, name)| name);
        UnsafeCell { value: std::cell::UnsafeCell::new(value), name }
    }

    /// Reads through a pointer.
    #[track_caller]
    pub fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        self.access(false, Location::caller());
        f(self.value.get())
    }

    /// Writes through a pointer.
    #[track_caller]
    pub fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        self.access(true, Location::caller());
        f(self.value.get())
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }

    fn access(&self, write: bool, location: &'static Location<'static>) {
        if let Some(cell) = self.name.filter(|_| world::active()) {
            world::with(|world| world.local(Local::Access { cell, write, location }));
        }
    }
}

impl<T: Default> Default for UnsafeCell<T> {
    #[track_caller]
    fn default() -> Self {
        UnsafeCell::new(T::default())
    }
}
