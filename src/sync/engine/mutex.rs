//! A mutex under an engine; what it means is in [`machine::mutex`](super::machine::mutex).

use std::fmt;
use std::panic::Location;
use std::time::{Duration, Instant};

use super::backend::{self, Lock, LockGuard};
use super::guard::guard;
use super::identity::Identity;
use super::machine::mutex::{self, Act};
use super::op::{ObjectId, Op};

/// Mutual exclusion: `parking_lot::Mutex` on real threads, a visible operation for each lock and
/// unlock under an engine.
pub struct Mutex<T: ?Sized> {
    pub(super) id: Identity,
    lock: Lock,
    data: parking_lot::Mutex<T>,
}

/// Access to what a [`Mutex`] holds; unlocks it when dropped.
pub struct MutexGuard<'a, T: ?Sized> {
    pub(super) mutex: &'a Mutex<T>,
    /// The line that took it: reports name it for the unlock too, since a drop has no line.
    since: &'static Location<'static>,
    /// Whether the guarded value may have been changed since the mutex was taken.
    changed: bool,
    data: Option<parking_lot::MutexGuard<'a, T>>,
    lock: Option<LockGuard<'a>>,
}

/// Access to a part of what a [`Mutex`] holds; unlocks it when dropped.
pub struct MappedMutexGuard<'a, T: ?Sized> {
    id: ObjectId,
    since: &'static Location<'static>,
    changed: bool,
    data: Option<parking_lot::MappedMutexGuard<'a, T>>,
    lock: Option<LockGuard<'a>>,
}

impl<T> Mutex<T> {
    /// A mutex that nobody holds.
    #[track_caller]
    pub fn new(value: T) -> Self {
        let born = Location::caller();
        let id = Identity::new(mutex::Mutex::default(), born);
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
        let lock = self.acquire(Op::one(*self.id, Act::Lock, location));
        self.guard(lock, location)
    }

    /// Takes the mutex if nobody holds it.
    #[track_caller]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        self.attempt(Location::caller())
    }

    /// Waits for the mutex, and gives up after a time: under an engine that may be at once.
    #[track_caller]
    pub fn try_lock_for(&self, _: Duration) -> Option<MutexGuard<'_, T>> {
        let location = Location::caller();
        super::in_time(self.attempt(location), location)
    }

    /// The same as [`try_lock_for`](Self::try_lock_for).
    #[track_caller]
    pub fn try_lock_until(&self, _: Instant) -> Option<MutexGuard<'_, T>> {
        let location = Location::caller();
        super::in_time(self.attempt(location), location)
    }

    /// Whether the mutex is held. The answer orders nothing.
    #[track_caller]
    pub fn is_locked(&self) -> bool {
        backend::acquire(&self.lock, Op::one(*self.id, Act::IsFree, Location::caller())).is_none()
    }

    /// Unlocks the mutex, whose guard was forgotten.
    ///
    /// # Safety
    ///
    /// The mutex is locked, by a guard that is not used any more.
    #[track_caller]
    pub unsafe fn force_unlock(&self) {
        // SAFETY: as the caller says.
        unsafe { self.unlock(true, Location::caller()) };
    }

    /// # Safety
    ///
    /// The mutex is locked, by a guard that is not used any more.
    pub(super) unsafe fn unlock(&self, changed: bool, location: &'static Location<'static>) {
        // SAFETY: the data was locked with the mutex, and the forgotten guard is not used any more.
        unsafe { self.data.force_unlock() };
        backend::release(backend::taken(&self.lock), Op::one(*self.id, Act::Unlock { changed }, location));
    }

    /// Where the value is.
    pub fn data_ptr(&self) -> *mut T {
        self.data.data_ptr()
    }

    /// The value, without locking: there is no other reference.
    pub fn get_mut(&mut self) -> &mut T {
        self.data.get_mut()
    }

    /// Takes the mutex if nobody holds it.
    fn attempt(&self, location: &'static Location<'static>) -> Option<MutexGuard<'_, T>> {
        let lock = backend::acquire(&self.lock, Op::one(*self.id, Act::TryLock, location));
        lock.map(|lock| self.guard(lock, location))
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
    /// The mutex that is held.
    pub fn mutex(s: &Self) -> &'a Mutex<T> {
        s.mutex
    }

    /// Access to a part of the value.
    pub fn map<U: ?Sized>(mut s: Self, f: impl FnOnce(&mut T) -> &mut U) -> MappedMutexGuard<'a, U> {
        let data = s.data.take().map(|data| parking_lot::MutexGuard::map(data, f));
        MappedMutexGuard { id: *s.mutex.id, since: s.since, changed: true, data, lock: s.lock.take() }
    }

    /// Access to a part of the value, if it has one.
    ///
    /// # Errors
    ///
    /// Gives the guard back where it has none.
    pub fn try_map<U: ?Sized>(
        mut s: Self,
        f: impl FnOnce(&mut T) -> Option<&mut U>,
    ) -> Result<MappedMutexGuard<'a, U>, Self> {
        let data = s.data.take().expect("the data is there while the lock is held");
        s.changed = true;
        match parking_lot::MutexGuard::try_map(data, f) {
            Ok(data) => {
                let (id, since, lock) = (*s.mutex.id, s.since, s.lock.take());
                Ok(MappedMutexGuard { id, since, changed: true, data: Some(data), lock })
            }
            Err(data) => {
                s.data = Some(data);
                Err(s)
            }
        }
    }

    /// Runs `f` with the mutex unlocked, and takes it again.
    #[track_caller]
    pub fn unlocked<U>(s: &mut Self, f: impl FnOnce() -> U) -> U {
        struct Relock<'g, 'a, T: ?Sized>(&'g mut MutexGuard<'a, T>, &'static Location<'static>);

        impl<T: ?Sized> Drop for Relock<'_, '_, T> {
            fn drop(&mut self) {
                self.0.resume(Op::one(*self.0.mutex.id, Act::Lock, self.1));
            }
        }

        let (location, id) = (Location::caller(), *s.mutex.id);
        let (lock, unlock) = s.suspend();
        backend::release(lock, Op::one(id, unlock, location));
        let _relock = Relock(s, location);
        f()
    }

    /// Unlocks the mutex: under an engine any waiting thread may be the next in any case.
    pub fn unlock_fair(s: Self) {
        drop(s);
    }

    /// Lets another thread have the mutex meanwhile, if one waits for it.
    #[track_caller]
    pub fn bump(s: &mut Self) {
        MutexGuard::unlocked(s, || ());
    }

    /// Access to the value for good: the mutex stays locked.
    pub fn leak(mut s: Self) -> &'a mut T {
        s.lock = None;
        let data = s.data.take().expect("the data is there while the lock is held");
        parking_lot::MutexGuard::leak(data)
    }

    /// Releases the data, and returns the engine's half of the guard with the act that releases it, for a wait on a
    /// condition variable.
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

impl<'a, T: ?Sized> MappedMutexGuard<'a, T> {
    /// Access to a part of the part.
    pub fn map<U: ?Sized>(mut s: Self, f: impl FnOnce(&mut T) -> &mut U) -> MappedMutexGuard<'a, U> {
        let data = s.data.take().map(|data| parking_lot::MappedMutexGuard::map(data, f));
        MappedMutexGuard { id: s.id, since: s.since, changed: true, data, lock: s.lock.take() }
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        // The data is free before the engine lets another task in.
        self.data = None;
        if let Some(lock) = self.lock.take() {
            backend::release(lock, Op::one(*self.mutex.id, Act::Unlock { changed: self.changed }, self.since));
        }
    }
}

impl<T: ?Sized> Drop for MappedMutexGuard<'_, T> {
    fn drop(&mut self) {
        self.data = None;
        if let Some(lock) = self.lock.take() {
            backend::release(lock, Op::one(self.id, Act::Unlock { changed: self.changed }, self.since));
        }
    }
}

guard!(MutexGuard writes);
guard!(MappedMutexGuard writes);

impl<T: Default> Default for Mutex<T> {
    #[track_caller]
    fn default() -> Self {
        Mutex::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Mutex::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("Mutex");
        match self.attempt(super::born(*self.id)) {
            Some(held) => text.field("data", &&*held).finish(),
            None => text.field("data", &format_args!("<locked>")).finish(),
        }
    }
}
