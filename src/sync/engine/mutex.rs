//! A mutex under an engine; what it means is in [`machine::mutex`](super::machine::mutex).

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::Location;

use super::backend::{self, Lock, LockGuard};
use super::machine::mutex::{self, Act};
use super::op::{ObjectId, Op};
use super::world;

/// Mutual exclusion: `parking_lot::Mutex` on real threads, a visible operation for each lock and
/// unlock under an engine.
pub struct Mutex<T: ?Sized> {
    pub(super) id: ObjectId,
    lock: Lock,
    data: parking_lot::Mutex<T>,
}

/// Access to what a [`Mutex`] holds; unlocks it when dropped.
pub struct MutexGuard<'a, T: ?Sized> {
    pub(super) mutex: &'a Mutex<T>,
    /// The line that took it: reports name it for the unlock too, since a drop has no line.
    since: &'static Location<'static>,
    /// What the mutex holds may have been changed since it was taken.
    changed: bool,
    data: Option<parking_lot::MutexGuard<'a, T>>,
    lock: Option<LockGuard<'a>>,
}

impl<T> Mutex<T> {
    /// A mutex that nobody holds.
    #[track_caller]
    pub fn new(value: T) -> Self {
        let born = Location::caller();
        let id = world::with(|world| world.add_object(mutex::Mutex::default(), born));
        Mutex { id, lock: Lock::new(), data: parking_lot::Mutex::new(value) }
    }

    /// The value, out of a mutex that is no longer shared.
    pub fn into_inner(self) -> T {
        self.data.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits until nobody holds the mutex, and takes it.
    #[track_caller]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        let location = Location::caller();
        let lock = self.acquire(Op::one(self.id, Act::Lock, location));
        self.guard(lock, location)
    }

    /// Takes the mutex if nobody holds it.
    #[track_caller]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        let location = Location::caller();
        let lock = backend::acquire(&self.lock, Op::one(self.id, Act::TryLock, location));
        lock.map(|lock| self.guard(lock, location))
    }

    /// The value, without locking: there is no other reference.
    pub fn get_mut(&mut self) -> &mut T {
        self.data.get_mut()
    }

    /// Takes the mutex in the operation `op`.
    fn acquire(&self, op: Op) -> LockGuard<'_> {
        backend::acquire(&self.lock, op).expect("a lock that is enabled succeeds")
    }

    fn guard<'a>(&'a self, lock: LockGuard<'a>, since: &'static Location<'static>) -> MutexGuard<'a, T> {
        MutexGuard { mutex: self, since, changed: false, data: Some(self.data()), lock: Some(lock) }
    }

    fn data(&self) -> parking_lot::MutexGuard<'_, T> {
        self.data.try_lock().expect("the engine lets one task in at a time")
    }
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// Gives up the data and hands out the engine's half, and the act to give that up by, for a wait on a condition
    /// variable.
    pub(super) fn suspend(&mut self) -> (LockGuard<'a>, Act) {
        self.data = None;
        let lock = self.lock.take().expect("a guard is suspended by one wait at a time");
        (lock, Act::Unlock { changed: std::mem::take(&mut self.changed) })
    }

    /// Takes the mutex again, in the operation `op`.
    pub(super) fn resume(&mut self, op: Op) {
        self.lock = Some(self.mutex.acquire(op));
        self.data = Some(self.mutex.data());
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        // The data is free before the engine lets another task in.
        self.data = None;
        if let Some(lock) = self.lock.take() {
            backend::release(lock, Op::one(self.mutex.id, Act::Unlock { changed: self.changed }, self.since));
        }
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.data.as_ref().expect("the data is there while the mutex is held")
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.changed = true;
        self.data.as_mut().expect("the data is there while the mutex is held")
    }
}

impl<T: Default> Default for Mutex<T> {
    #[track_caller]
    fn default() -> Self {
        Mutex::new(T::default())
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.data.fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
