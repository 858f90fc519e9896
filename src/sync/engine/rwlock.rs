//! A readers-writer lock under an engine; what it means is in [`machine::rwlock`](super::machine::rwlock).

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::Location;

use super::backend::{self, Point};
use super::machine::rwlock::{self, Act};
use super::op::{Name, ObjectId, Op};
use super::world;

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
    /// What the lock holds may have been changed since it was taken.
    changed: bool,
    data: Option<parking_lot::RwLockWriteGuard<'a, T>>,
}

/// What a guard needs to let go of the lock.
struct Access<'a> {
    id: ObjectId,
    point: &'a Point,
    /// Who took it.
    task: Name,
    since: &'static Location<'static>,
}

impl Access<'_> {
    fn release(&self, act: Act) {
        super::step(&[self.point], Op::one(self.id, act, self.since));
    }
}

impl<T> RwLock<T> {
    /// A lock with nobody inside.
    #[track_caller]
    pub fn new(value: T) -> Self {
        let born = Location::caller();
        let id = world::with(|world| world.add_object(rwlock::RwLock::default(), born));
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
        let access = self.step(Act::Read, Location::caller());
        self.reader(access.expect("a read that is enabled succeeds"))
    }

    /// Joins the readers if no writer is inside or waits to be.
    #[track_caller]
    pub fn try_read(&self) -> Option<RwLockReadGuard<'_, T>> {
        let access = self.step(Act::TryRead, Location::caller());
        access.map(|access| self.reader(access))
    }

    /// Shuts the door, waits until everyone has left, and goes in alone.
    #[track_caller]
    pub fn write(&self) -> RwLockWriteGuard<'_, T> {
        let location = Location::caller();
        let entered = self.step(Act::Write { at_once: !backend::DRAIN_IS_A_STEP }, location);
        let access = entered.or_else(|| self.step(Act::Drain, location));
        self.writer(access.expect("a write that is enabled succeeds"))
    }

    /// Goes in alone if nobody is inside or waits to be.
    #[track_caller]
    pub fn try_write(&self) -> Option<RwLockWriteGuard<'_, T>> {
        let access = self.step(Act::TryWrite, Location::caller());
        access.map(|access| self.writer(access))
    }

    /// The value, without locking: there is no other reference.
    pub fn get_mut(&mut self) -> &mut T {
        self.data.get_mut()
    }

    /// One operation on the lock; the access that it gained, if it did.
    fn step(&self, act: Act, since: &'static Location<'static>) -> Option<Access<'_>> {
        let done = super::step(&[&self.point], Op::one(self.id, act, since));
        (done.value == Some(1)).then_some(Access { id: self.id, point: &self.point, task: done.me, since })
    }

    fn reader<'a>(&'a self, access: Access<'a>) -> RwLockReadGuard<'a, T> {
        let data = self.data.try_read_recursive().expect("the engine keeps writers out");
        RwLockReadGuard { access, data: Some(data) }
    }

    fn writer<'a>(&'a self, access: Access<'a>) -> RwLockWriteGuard<'a, T> {
        let data = self.data.try_write().expect("the engine keeps everyone else out");
        RwLockWriteGuard { access, changed: false, data: Some(data) }
    }
}

impl<T: ?Sized> Drop for RwLockReadGuard<'_, T> {
    fn drop(&mut self) {
        self.data = None;
        self.access.release(Act::ReadUnlock(self.access.task));
    }
}

impl<T: ?Sized> Drop for RwLockWriteGuard<'_, T> {
    fn drop(&mut self) {
        self.data = None;
        self.access.release(Act::WriteUnlock { changed: self.changed });
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
        self.changed = true;
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
