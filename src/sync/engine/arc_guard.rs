//! Guards that own their mutex: `parking_lot`'s of its feature `arc_lock`.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::Location;

use super::{Arc, Mutex, MutexGuard};

/// Access to what a [`Mutex`] holds, and an owner of it; unlocks it when dropped.
pub struct ArcMutexGuard<T: ?Sized> {
    mutex: Arc<Mutex<T>>,
    since: &'static Location<'static>,
    changed: bool,
}

impl<T: ?Sized> ArcMutexGuard<T> {
    fn new(mutex: &Arc<Mutex<T>>, guard: MutexGuard<'_, T>, since: &'static Location<'static>) -> Self {
        // The new guard releases what `guard` holds when it is dropped.
        MutexGuard::leak(guard);
        ArcMutexGuard { mutex: Arc::clone(mutex), since, changed: false }
    }

    /// The mutex that is held.
    pub fn mutex(s: &Self) -> &Arc<Mutex<T>> {
        &s.mutex
    }
}

/// The methods of an `Arc<Mutex<T>>`.
macro_rules! lock_arc {
    ($me:ident: $type:ty) => {
        /// Waits until nobody holds the mutex, and takes it.
        #[track_caller]
        pub fn lock_arc($me: $type) -> ArcMutexGuard<T> {
            ArcMutexGuard::new($me, $me.lock(), Location::caller())
        }

        /// Takes the mutex if nobody holds it.
        #[track_caller]
        pub fn try_lock_arc($me: $type) -> Option<ArcMutexGuard<T>> {
            Some(ArcMutexGuard::new($me, $me.try_lock()?, Location::caller()))
        }
    };
}

#[cfg(shuttle)]
impl<T: ?Sized> Arc<Mutex<T>> {
    lock_arc!(self: &Self);
}

#[cfg(loom)]
impl<T: ?Sized> Mutex<T> {
    lock_arc!(self: &Arc<Self>);
}

impl<T: ?Sized> Deref for ArcMutexGuard<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the mutex is locked by this guard.
        unsafe { &*self.mutex.data_ptr() }
    }
}

impl<T: ?Sized> DerefMut for ArcMutexGuard<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.changed = true;
        // SAFETY: the mutex is locked by this guard, which is borrowed for as long.
        unsafe { &mut *self.mutex.data_ptr() }
    }
}

impl<T: ?Sized> Drop for ArcMutexGuard<T> {
    fn drop(&mut self) {
        // SAFETY: the mutex was locked by a guard that was leaked for this one.
        unsafe { self.mutex.unlock(self.changed, self.since) };
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for ArcMutexGuard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
