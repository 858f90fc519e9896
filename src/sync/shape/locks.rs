//! Locks that a panic poisons, under an engine.
//!
//! As in std, whether a lock is poisoned is a relaxed atomic beside it. It is read by each thread that takes the lock and by
//! `is_poisoned`, and written by a thread that panics before it releases the lock.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{LockResult, PoisonError, TryLockError, TryLockResult};
use std::time::Duration;

use crate::sync::atomic::{AtomicBool, Ordering::Relaxed};
use crate::sync::{self as facade, Compound, WaitTimeoutResult, thread};

/// Whether whoever had a lock has panicked.
#[derive(Debug)]
struct Poison(AtomicBool);

impl Poison {
    /// That of a lock that is made here.
    #[track_caller]
    fn new(noun: &'static str) -> Self {
        // It is the lock's, and none of the program's own.
        let _call = Compound::new(noun).enter("make");
        Poison(AtomicBool::new(false))
    }

    /// What was gained, in an error if it is poisoned.
    #[track_caller]
    fn judge<G>(&self, guard: G) -> LockResult<G> {
        if self.0.load(Relaxed) { Err(PoisonError::new(guard)) } else { Ok(guard) }
    }

    #[track_caller]
    fn attempt<G>(&self, guard: Option<G>) -> TryLockResult<G> {
        Ok(self.judge(guard.ok_or(TryLockError::WouldBlock)?)?)
    }
}

/// Records when a guard is taken whether its thread is panicking, and poisons the lock if a panic has begun since.
#[derive(Debug)]
struct Witness<'a> {
    poison: &'a Poison,
    panicked: bool,
}

impl<'a> Witness<'a> {
    fn new(poison: &'a Poison) -> Self {
        Witness { poison, panicked: thread::panicking() }
    }
}

impl Drop for Witness<'_> {
    fn drop(&mut self) {
        if !self.panicked && thread::panicking() {
            self.poison.0.store(true, Relaxed);
        }
    }
}

/// Defines a lock over the facade's.
macro_rules! lock {
    ($name:ident: $noun:literal, $look:ident) => {
        #[doc = concat!("`std::sync::", stringify!($name), "`.")]
        pub struct $name<T: ?Sized> {
            poison: Poison,
            inner: facade::$name<T>,
        }

        impl<T> $name<T> {
            /// A lock that nobody holds.
            #[track_caller]
            pub fn new(value: T) -> Self {
                $name { poison: Poison::new($noun), inner: facade::$name::new(value) }
            }

            /// The value, out of a lock that is no longer shared.
            ///
            /// # Errors
            ///
            /// The same, if the lock is poisoned.
            #[track_caller]
            pub fn into_inner(self) -> LockResult<T> {
                self.poison.judge(self.inner.into_inner())
            }
        }

        impl<T: ?Sized> $name<T> {
            /// Whether a thread has panicked while it held the lock.
            #[track_caller]
            pub fn is_poisoned(&self) -> bool {
                self.poison.0.load(Relaxed)
            }

            /// Forgets that a thread has panicked while it held the lock.
            #[track_caller]
            pub fn clear_poison(&self) {
                self.poison.0.store(false, Relaxed);
            }

            /// The value, without locking: there is no other reference.
            ///
            /// # Errors
            ///
            /// The same, if the lock is poisoned.
            #[track_caller]
            pub fn get_mut(&mut self) -> LockResult<&mut T> {
                self.poison.judge(self.inner.get_mut())
            }
        }

        impl<T> From<T> for $name<T> {
            #[track_caller]
            fn from(value: T) -> Self {
                $name::new(value)
            }
        }

        impl<T: Default> Default for $name<T> {
            #[track_caller]
            fn default() -> Self {
                $name::new(T::default())
            }
        }

        impl<T: ?Sized + fmt::Debug> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut text = f.debug_struct(stringify!($name));
                match self.$look() {
                    Ok(guard) => text.field("data", &&*guard),
                    Err(TryLockError::Poisoned(poisoned)) => text.field("data", &&**poisoned.get_ref()),
                    Err(TryLockError::WouldBlock) => text.field("data", &format_args!("<locked>")),
                };
                text.field("poisoned", &self.is_poisoned()).finish_non_exhaustive()
            }
        }
    };
}

/// Defines a guard over the facade's.
macro_rules! guard {
    ($name:ident $($writes:ident)?) => {
        #[doc = concat!("`std::sync::", stringify!($name), "`.")]
        pub struct $name<'a, T: ?Sized> {
            /// Dropped before the guard, which releases the lock.
            #[allow(dead_code, reason = "what it does, it does when it is dropped")]
            witness: Option<Witness<'a>>,
            inner: facade::$name<'a, T>,
        }

        impl<T: ?Sized> Deref for $name<'_, T> {
            type Target = T;

            fn deref(&self) -> &T {
                &self.inner
            }
        }

        $(impl<T: ?Sized> DerefMut for $name<'_, T> {
            fn deref_mut(&mut self) -> &mut T {
                guard!(@$writes);
                &mut self.inner
            }
        })?

        impl<T: ?Sized + fmt::Debug> fmt::Debug for $name<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }

        impl<T: ?Sized + fmt::Display> fmt::Display for $name<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }
    };
    (@writes) => {};
}

lock!(Mutex: "mutex", try_lock);
lock!(RwLock: "rwlock", try_read);
guard!(MutexGuard writes);
guard!(RwLockReadGuard);
guard!(RwLockWriteGuard writes);

impl<T: ?Sized> Mutex<T> {
    /// Waits until nobody holds the mutex, and takes it.
    ///
    /// # Errors
    ///
    /// The guard, if the mutex is poisoned.
    #[track_caller]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let inner = self.inner.lock();
        self.poison.judge(MutexGuard { witness: Some(Witness::new(&self.poison)), inner })
    }

    /// Takes the mutex if nobody holds it.
    ///
    /// # Errors
    ///
    /// If another guard holds it; the guard, if the mutex is poisoned.
    #[track_caller]
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        let inner = self.inner.try_lock();
        let guard = inner.map(|inner| MutexGuard { witness: Some(Witness::new(&self.poison)), inner });
        self.poison.attempt(guard)
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Waits until no writer is inside or waits to be, and joins the readers.
    ///
    /// # Errors
    ///
    /// The guard, if the lock is poisoned.
    #[track_caller]
    pub fn read(&self) -> LockResult<RwLockReadGuard<'_, T>> {
        // A panic of a reader does not poison: it has changed nothing.
        let inner = self.inner.read();
        self.poison.judge(RwLockReadGuard { witness: None, inner })
    }

    /// Joins the readers if no writer is inside or waits to be.
    ///
    /// # Errors
    ///
    /// If one is; the guard, if the lock is poisoned.
    #[track_caller]
    pub fn try_read(&self) -> TryLockResult<RwLockReadGuard<'_, T>> {
        let inner = self.inner.try_read();
        self.poison.attempt(inner.map(|inner| RwLockReadGuard { witness: None, inner }))
    }

    /// Waits until everyone has left, and goes in alone.
    ///
    /// # Errors
    ///
    /// The guard, if the lock is poisoned.
    #[track_caller]
    pub fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        let inner = self.inner.write();
        self.poison.judge(RwLockWriteGuard { witness: Some(Witness::new(&self.poison)), inner })
    }

    /// Goes in alone if no thread is inside and no writer waits.
    ///
    /// # Errors
    ///
    /// If a thread is; the guard, if the lock is poisoned.
    #[track_caller]
    pub fn try_write(&self) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        let inner = self.inner.try_write();
        let guard = inner.map(|inner| RwLockWriteGuard { witness: Some(Witness::new(&self.poison)), inner });
        self.poison.attempt(guard)
    }
}

/// `std::sync::Condvar`.
#[derive(Debug, Default)]
pub struct Condvar(facade::Condvar);

impl Condvar {
    /// A condition variable on which nobody sleeps.
    #[track_caller]
    pub fn new() -> Self {
        Condvar(facade::Condvar::new())
    }

    /// Releases the mutex, sleeps until notified, and takes the mutex again.
    ///
    /// # Errors
    ///
    /// The guard, if the mutex is poisoned.
    #[track_caller]
    pub fn wait<'a, T>(&self, mut guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        self.0.wait(&mut guard.inner);
        judged(guard)
    }

    /// Sleeps as long as `condition` holds.
    ///
    /// # Errors
    ///
    /// The guard, if the mutex is poisoned.
    #[track_caller]
    pub fn wait_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<MutexGuard<'a, T>> {
        while condition(&mut guard) {
            guard = self.wait(guard)?;
        }
        Ok(guard)
    }

    /// Sleeps until notified, or until the time is over: under an engine that may be at any time.
    ///
    /// # Errors
    ///
    /// The guard, if the mutex is poisoned.
    #[track_caller]
    pub fn wait_timeout<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        timeout: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let result = self.0.wait_for(&mut guard.inner, timeout);
        match judged(guard) {
            Ok(guard) => Ok((guard, result)),
            Err(poisoned) => Err(PoisonError::new((poisoned.into_inner(), result))),
        }
    }

    /// Sleeps as long as `condition` holds, or until the time is over: then it is asked once more.
    ///
    /// # Errors
    ///
    /// The guard, if the mutex is poisoned.
    #[track_caller]
    pub fn wait_timeout_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        timeout: Duration,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        while condition(&mut guard) {
            let (again, result) = self.wait_timeout(guard, timeout)?;
            guard = again;
            if result.timed_out() {
                let result = if condition(&mut guard) { result } else { WaitTimeoutResult::IN_TIME };
                return Ok((guard, result));
            }
        }
        Ok((guard, WaitTimeoutResult::IN_TIME))
    }

    /// Wakes the thread that has slept longest.
    #[track_caller]
    pub fn notify_one(&self) {
        self.0.notify_one();
    }

    /// Wakes every sleeping thread.
    #[track_caller]
    pub fn notify_all(&self) {
        self.0.notify_all();
    }
}

/// A guard that was given up meanwhile.
#[track_caller]
fn judged<'a, T>(guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
    let poison = guard.witness.as_ref().expect("a mutex has one").poison;
    poison.judge(guard)
}
