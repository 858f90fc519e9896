//! parking_lot's locks and condition variables, with pauses before each wait and attempt without a timeout. All other
//! operations are parking_lot's own, and so are the guards.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use parking_lot::{MutexGuard, RwLockReadGuard, RwLockWriteGuard};

use super::{address, before};
use crate::sync::plain::ArcMutexGuard;

/// `parking_lot::Mutex`.
#[derive(Default)]
#[repr(transparent)]
pub struct Mutex<T: ?Sized>(parking_lot::Mutex<T>);

impl<T> Mutex<T> {
    /// A lock over a value.
    pub const fn new(value: T) -> Self {
        Mutex(parking_lot::Mutex::new(value))
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits for the lock.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        before(address(self));
        self.0.lock()
    }

    /// The lock, if it is free.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        before(address(self));
        self.0.try_lock()
    }

    /// Waits for the lock, which the guard owns.
    pub fn lock_arc(self: &Arc<Self>) -> ArcMutexGuard<T> {
        before(address(&**self));
        self.real().lock_arc()
    }

    /// The lock, which the guard owns, if it is free.
    pub fn try_lock_arc(self: &Arc<Self>) -> Option<ArcMutexGuard<T>> {
        before(address(&**self));
        self.real().try_lock_arc()
    }

    fn real(self: &Arc<Self>) -> Arc<parking_lot::Mutex<T>> {
        let mutex = Arc::into_raw(Arc::clone(self)) as *const parking_lot::Mutex<T>;
        // SAFETY: `Mutex` is `repr(transparent)` over parking_lot's, so an owner of one is an owner of the other.
        unsafe { Arc::from_raw(mutex) }
    }

    /// The value: with the only reference there is no need to lock.
    pub fn get_mut(&mut self) -> &mut T {
        self.0.get_mut()
    }
}

impl<T: ?Sized> Deref for Mutex<T> {
    type Target = parking_lot::Mutex<T>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T> From<T> for Mutex<T> {
    fn from(value: T) -> Self {
        Mutex::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// `parking_lot::RwLock`.
#[derive(Default)]
pub struct RwLock<T: ?Sized>(parking_lot::RwLock<T>);

impl<T> RwLock<T> {
    /// A lock over a value.
    pub const fn new(value: T) -> Self {
        RwLock(parking_lot::RwLock::new(value))
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Waits until no thread writes.
    pub fn read(&self) -> RwLockReadGuard<'_, T> {
        before(address(self));
        self.0.read()
    }

    /// The right to read, if no thread writes.
    pub fn try_read(&self) -> Option<RwLockReadGuard<'_, T>> {
        before(address(self));
        self.0.try_read()
    }

    /// Waits until no other thread reads or writes.
    pub fn write(&self) -> RwLockWriteGuard<'_, T> {
        before(address(self));
        self.0.write()
    }

    /// The right to write, if no other thread reads or writes.
    pub fn try_write(&self) -> Option<RwLockWriteGuard<'_, T>> {
        before(address(self));
        self.0.try_write()
    }

    /// The value: with the only reference there is no need to lock.
    pub fn get_mut(&mut self) -> &mut T {
        self.0.get_mut()
    }
}

impl<T: ?Sized> Deref for RwLock<T> {
    type Target = parking_lot::RwLock<T>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T> From<T> for RwLock<T> {
    fn from(value: T) -> Self {
        RwLock::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// `parking_lot::Condvar`.
#[derive(Debug, Default)]
pub struct Condvar(parking_lot::Condvar);

impl Condvar {
    /// A condition variable on which nobody sleeps.
    pub const fn new() -> Self {
        Condvar(parking_lot::Condvar::new())
    }

    /// Releases the mutex, sleeps until notified, and takes the mutex again.
    pub fn wait<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>) {
        before(address(self));
        self.0.wait(guard);
    }

    /// Sleeps as long as `condition` holds.
    pub fn wait_while<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>, condition: impl FnMut(&mut T) -> bool) {
        before(address(self));
        self.0.wait_while(guard, condition);
    }

    /// Wakes a sleeping thread, and returns whether there was one.
    pub fn notify_one(&self) -> bool {
        before(address(self));
        self.0.notify_one()
    }

    /// Wakes every sleeping thread, and returns how many there were.
    pub fn notify_all(&self) -> usize {
        before(address(self));
        self.0.notify_all()
    }
}

impl Deref for Condvar {
    type Target = parking_lot::Condvar;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
