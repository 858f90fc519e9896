//! Shuttle as the engine: sequential consistency, schedules by whichever scheduler is asked.
//!
//! Of Shuttle this uses the tasks, the switch between them and the schedulers, and none of its
//! primitives. An operation announces itself, passes one scheduling point, and takes effect. A
//! scheduler of [`check`](crate::check) never picks a task whose announced operation cannot go
//! ahead, so nothing here ever blocks: being enabled is part of the operation.

use std::panic::Location;
use std::time::Duration;

use super::op::{Kind, ObjectId, Op, TaskId};
use super::world::{self, Stop};

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

/// A mutex needs no more than its state.
pub(crate) type Lock = Point;

pub(crate) type LockGuard<'a> = &'a Lock;

pub(crate) fn lock(lock: &Lock, op: Op) -> LockGuard<'_> {
    super::step(&[lock], op, |world, me| {
        world.mutex_mut(op.object).owner = Some(me);
        world.acquired(op.object, op.location);
        (lock, None)
    })
}

pub(crate) fn try_lock(lock: &Lock, op: Op) -> Option<LockGuard<'_>> {
    super::step(&[lock], op, |world, me| {
        let mutex = world.mutex_mut(op.object);
        let free = mutex.owner.is_none();
        if free {
            mutex.owner = Some(me);
            world.acquired(op.object, op.location);
        }
        (free.then_some(lock), Some(u64::from(free)))
    })
}

pub(crate) fn unlock(lock: LockGuard<'_>, op: Op) {
    super::step(&[lock], op, |world, me| {
        world.mutex_mut(op.object).owner = None;
        world.released(me, op.object);
        ((), None)
    });
}

/// A condition variable needs no more than its state.
pub(crate) type Signal = Point;

pub(crate) fn wait<'a>(signal: &Signal, lock: LockGuard<'a>, mutex: ObjectId, op: Op) -> LockGuard<'a> {
    super::step(&[signal, lock], op, |world, me| {
        world.mutex_mut(mutex).owner = None;
        world.released(me, mutex);
        world.condvar_mut(op.object).sleeping.push_back(me);
        ((), None)
    });
    super::step(&[signal, lock], Op { kind: Kind::Reacquire(mutex), ..op }, |world, me| {
        world.condvar_mut(op.object).notified.retain(|&task| task != me);
        world.mutex_mut(mutex).owner = Some(me);
        world.acquired(mutex, op.location);
        (lock, None)
    })
}

pub(crate) fn notify(signal: &Signal, op: Op) -> usize {
    super::step(&[signal], op, |world, _| {
        let condvar = world.condvar_mut(op.object);
        let limit = if op.kind == Kind::NotifyOne { 1 } else { usize::MAX };
        let woken = (0..limit).take_while(|_| condvar.wake_one()).count();
        (woken, Some(woken as u64))
    })
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
        let child = world::with(|world| world.add_task(name));
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

    (shuttle::rand::thread_rng().next_u64() % n as u64) as usize
}

pub(crate) mod atomic {
    //! std's atomics: one task runs at a time, so any ordering is sequentially consistent.
    pub use std::sync::atomic::*;
}

/// A cell whose accesses are closures, so that every build can watch them.
#[derive(Debug, Default)]
pub struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    /// A cell that holds `value`.
    pub fn new(value: T) -> Self {
        UnsafeCell(std::cell::UnsafeCell::new(value))
    }

    /// Reads through a pointer.
    pub fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        f(self.0.get())
    }

    /// Writes through a pointer.
    pub fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}
