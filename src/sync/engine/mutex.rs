//! A mutex under an engine, and the condition for taking it.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::Location;

use super::backend::{self, Lock, LockGuard};
use super::effect::Effect;
use super::op::{Kind, ObjectId, Op, TaskId};
use super::world::{self, State, World};

/// Who has the mutex.
#[derive(Debug, Default)]
pub(crate) struct MutexState {
    pub(crate) owner: Option<TaskId>,
}

impl MutexState {
    pub(crate) fn enabled(&self, kind: Kind) -> bool {
        kind != Kind::Lock || self.owner.is_none()
    }
}

impl World {
    pub(super) fn take_mutex(&mut self, task: TaskId, mutex: ObjectId, since: &'static Location<'static>) {
        self.mutex_mut(mutex).owner = Some(task);
        self.touch(mutex, Effect::Acquire);
        self.acquired(mutex, since);
    }

    pub(super) fn free_mutex(&mut self, task: TaskId, mutex: ObjectId) {
        self.mutex_mut(mutex).owner = None;
        self.touch(mutex, Effect::Release);
        self.released(task, mutex);
    }
}

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
    data: Option<parking_lot::MutexGuard<'a, T>>,
    lock: Option<LockGuard<'a>>,
}

impl<T> Mutex<T> {
    /// A mutex that nobody holds.
    #[track_caller]
    pub fn new(value: T) -> Self {
        let born = Location::caller();
        let id = world::with(|world| world.add_object(State::Mutex(MutexState::default()), born));
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
        let lock = self.acquire(Op { kind: Kind::Lock, object: self.id, location }, |_, _| ());
        MutexGuard { mutex: self, since: location, data: Some(self.data()), lock: Some(lock) }
    }

    /// Takes the mutex if nobody holds it.
    #[track_caller]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        let location = Location::caller();
        let op = Op { kind: Kind::TryLock, object: self.id, location };
        let lock = backend::acquire(&self.lock, op, |world, me| {
            let free = world.mutex(self.id).owner.is_none();
            match free {
                true => world.take_mutex(me, self.id, location),
                false => world.touch(self.id, Effect::Refused),
            }
            free
        });
        lock.map(|lock| MutexGuard { mutex: self, since: location, data: Some(self.data()), lock: Some(lock) })
    }

    /// The value, without locking: there is no other reference.
    pub fn get_mut(&mut self) -> &mut T {
        self.data.get_mut()
    }

    /// Takes the mutex, and does what belongs to the same operation besides.
    fn acquire(&self, op: Op, besides: impl FnOnce(&mut World, TaskId)) -> LockGuard<'_> {
        let lock = backend::acquire(&self.lock, op, |world, me| {
            world.take_mutex(me, self.id, op.location);
            besides(world, me);
            true
        });
        lock.expect("a lock that is enabled succeeds")
    }

    fn data(&self) -> parking_lot::MutexGuard<'_, T> {
        self.data.try_lock().expect("the engine lets one task in at a time")
    }
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// Gives up the data and hands out the engine's half, for a wait on a condition variable.
    pub(super) fn suspend(&mut self) -> LockGuard<'a> {
        self.data = None;
        self.lock.take().expect("a guard is suspended by one wait at a time")
    }

    /// Takes the mutex again, in the operation `op`.
    pub(super) fn resume(&mut self, op: Op, besides: impl FnOnce(&mut World, TaskId)) {
        self.lock = Some(self.mutex.acquire(op, besides));
        self.data = Some(self.mutex.data());
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        // The data is free before the engine lets another task in.
        self.data = None;
        let id = self.mutex.id;
        if let Some(lock) = self.lock.take() {
            let op = Op { kind: Kind::Unlock, object: id, location: self.since };
            backend::release(lock, op, |world, me| world.free_mutex(me, id));
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
