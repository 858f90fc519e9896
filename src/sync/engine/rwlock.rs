//! A readers-writer lock under an engine.
//!
//! A writer takes the lock in two operations, as parking_lot's does: it shuts the door, which holds
//! back new readers and other writers, and then waits for the readers inside to leave. So a read
//! lock taken again by a thread that holds one deadlocks as soon as a writer waits in between, and
//! the engines find that schedule.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::Location;

use super::backend::{self, Point};
use super::effect::Effect;
use super::op::{Kind, ObjectId, Op, TaskId};
use super::world::{self, State, World};

/// Who is inside, and who has shut the door.
#[derive(Debug, Default)]
pub(crate) struct RwLockState {
    /// One entry a read guard.
    readers: usize,
    /// The writer that is inside, or that waits for the readers to leave.
    writer: Option<TaskId>,
}

impl RwLockState {
    pub(crate) fn enabled(&self, kind: Kind) -> bool {
        match kind {
            Kind::Read | Kind::Write => self.writer.is_none(),
            Kind::WriteDrain => self.readers == 0,
            _ => true,
        }
    }
}

/// Readers together or one writer alone: `parking_lot::RwLock` on real threads. A waiting writer
/// holds back new readers in every build.
pub struct RwLock<T: ?Sized> {
    id: ObjectId,
    point: Point,
    data: parking_lot::RwLock<T>,
}

/// Shared access to what an [`RwLock`] holds.
pub struct RwLockReadGuard<'a, T: ?Sized> {
    access: Access<'a>,
    data: Option<parking_lot::RwLockReadGuard<'a, T>>,
}

/// Exclusive access to what an [`RwLock`] holds.
pub struct RwLockWriteGuard<'a, T: ?Sized> {
    access: Access<'a>,
    data: Option<parking_lot::RwLockWriteGuard<'a, T>>,
}

/// What a guard needs to let go of the lock.
struct Access<'a> {
    id: ObjectId,
    point: &'a Point,
    task: TaskId,
    since: &'static Location<'static>,
}

impl Access<'_> {
    fn release(&self, kind: Kind) {
        let op = Op { kind, object: self.id, location: self.since };
        super::step(&[self.point], op, |world, _| {
            let lock = world.rwlock_mut(self.id);
            let effect = match kind {
                Kind::ReadUnlock => {
                    lock.readers -= 1;
                    Effect::Leave
                }
                _ => {
                    lock.writer = None;
                    Effect::Open
                }
            };
            world.touch(self.id, effect);
            world.released(self.task, self.id);
            ((), None)
        });
    }
}

impl<T> RwLock<T> {
    /// A lock with nobody inside.
    #[track_caller]
    pub fn new(value: T) -> Self {
        let born = Location::caller();
        let id = world::with(|world| world.add_object(State::RwLock(RwLockState::default()), born));
        RwLock { id, point: Point::new(), data: parking_lot::RwLock::new(value) }
    }

    /// The value, out of a lock that is no longer shared.
    pub fn into_inner(self) -> T {
        self.data.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Waits until no writer is inside or waits to be, and joins the readers.
    #[track_caller]
    pub fn read(&self) -> RwLockReadGuard<'_, T> {
        let access = self.step(Kind::Read, Location::caller(), |world, access| {
            world.rwlock_mut(access.id).readers += 1;
            world.touch(access.id, Effect::Enter);
            world.acquired(access.id, access.since);
            true
        });
        self.reader(access.expect("a read that is enabled succeeds"))
    }

    /// Joins the readers if no writer is inside or waits to be.
    #[track_caller]
    pub fn try_read(&self) -> Option<RwLockReadGuard<'_, T>> {
        let access = self.step(Kind::TryRead, Location::caller(), |world, access| {
            let lock = world.rwlock_mut(access.id);
            let free = lock.enabled(Kind::Read);
            if free {
                lock.readers += 1;
                world.acquired(access.id, access.since);
            }
            world.touch(access.id, if free { Effect::Enter } else { Effect::ReadRefused });
            free
        });
        access.map(|access| self.reader(access))
    }

    /// Shuts the door, waits until everyone has left, and goes in alone.
    #[track_caller]
    pub fn write(&self) -> RwLockWriteGuard<'_, T> {
        let location = Location::caller();
        let entered = self.step(Kind::Write, location, |world, access| {
            let lock = world.rwlock_mut(access.id);
            lock.writer = Some(access.task);
            let alone = lock.readers == 0 && !backend::DRAIN_IS_A_STEP;
            if alone {
                world.acquired(access.id, access.since);
            }
            world.touch(access.id, Effect::Shut);
            alone
        });
        let access = entered.or_else(|| {
            self.step(Kind::WriteDrain, location, |world, access| {
                world.touch(access.id, Effect::Drained);
                world.acquired(access.id, access.since);
                true
            })
        });
        self.writer(access.expect("a write that is enabled succeeds"))
    }

    /// Goes in alone if nobody is inside or waits to be.
    #[track_caller]
    pub fn try_write(&self) -> Option<RwLockWriteGuard<'_, T>> {
        let access = self.step(Kind::TryWrite, Location::caller(), |world, access| {
            let lock = world.rwlock_mut(access.id);
            let free = lock.writer.is_none() && lock.readers == 0;
            if free {
                lock.writer = Some(access.task);
                world.acquired(access.id, access.since);
            }
            world.touch(access.id, if free { Effect::ShutEmpty } else { Effect::WriteRefused });
            free
        });
        access.map(|access| self.writer(access))
    }

    /// The value, without locking: there is no other reference.
    pub fn get_mut(&mut self) -> &mut T {
        self.data.get_mut()
    }

    /// One operation on the lock; the access that it gained, if `effect` says that it did.
    fn step(
        &self,
        kind: Kind,
        since: &'static Location<'static>,
        effect: impl FnOnce(&mut World, &Access<'_>) -> bool,
    ) -> Option<Access<'_>> {
        let op = Op { kind, object: self.id, location: since };
        super::step(&[&self.point], op, |world, task| {
            let access = Access { id: self.id, point: &self.point, task, since };
            let gained = effect(world, &access);
            (gained.then_some(access), Some(u64::from(gained)))
        })
    }

    fn reader<'a>(&'a self, access: Access<'a>) -> RwLockReadGuard<'a, T> {
        let data = self.data.try_read_recursive().expect("the engine keeps writers out");
        RwLockReadGuard { access, data: Some(data) }
    }

    fn writer<'a>(&'a self, access: Access<'a>) -> RwLockWriteGuard<'a, T> {
        let data = self.data.try_write().expect("the engine keeps everyone else out");
        RwLockWriteGuard { access, data: Some(data) }
    }
}

impl<T: ?Sized> Drop for RwLockReadGuard<'_, T> {
    fn drop(&mut self) {
        self.data = None;
        self.access.release(Kind::ReadUnlock);
    }
}

impl<T: ?Sized> Drop for RwLockWriteGuard<'_, T> {
    fn drop(&mut self) {
        self.data = None;
        self.access.release(Kind::WriteUnlock);
    }
}

impl<T: ?Sized> Deref for RwLockReadGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.data.as_ref().expect("the data is there while the lock is held")
    }
}

impl<T: ?Sized> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.data.as_ref().expect("the data is there while the lock is held")
    }
}

impl<T: ?Sized> DerefMut for RwLockWriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.data.as_mut().expect("the data is there while the lock is held")
    }
}

impl<T: Default> Default for RwLock<T> {
    #[track_caller]
    fn default() -> Self {
        RwLock::new(T::default())
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.data.fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLockReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLockWriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
