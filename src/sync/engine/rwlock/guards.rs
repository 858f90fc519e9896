//! The guards of a readers-writer lock, and how one becomes another.
//!
//! The data has to be free before the engine lets another task in: so a guard releases the data first, and then the
//! lock.

use std::panic::Location;

use parking_lot as real;

use super::{Access, RwLock};
use crate::sync::engine::guard::guard;
use crate::sync::engine::machine::rwlock::Act;
use crate::sync::engine::{backend, world};

/// Defines a guard of `real`'s data that is released by an act.
macro_rules! guards {
    ($(#[doc = $doc:literal] $name:ident: $release:expr $(, $writes:ident)?;)*) => {$(
        #[doc = $doc]
        pub struct $name<'a, T: ?Sized> {
            /// `None` once it is released, or has become another guard.
            access: Option<Access<'a>>,
            /// Whether the guarded value may have been changed since the lock was taken.
            changed: bool,
            data: Option<real::$name<'a, T>>,
        }

        impl<'a, T: ?Sized> $name<'a, T> {
            fn new(access: Access<'a>, data: real::$name<'a, T>) -> Self {
                $name { access: Some(access), changed: false, data: Some(data) }
            }

            /// Its parts, for another guard.
            fn into_parts(mut self) -> (Access<'a>, bool, real::$name<'a, T>) {
                let parts = self.access.take().zip(self.data.take());
                let (access, data) = parts.expect("a guard has both until it is given up");
                (access, self.changed, data)
            }
        }

        impl<T: ?Sized> Drop for $name<'_, T> {
            fn drop(&mut self) {
                self.data = None;
                if let Some(access) = self.access.take() {
                    let release: fn(&Access<'_>, bool) -> Act = $release;
                    access.release(release(&access, self.changed));
                }
            }
        }

        guard!($name $($writes)?);
    )*};
}

guards! {
    #[doc = "Shared access to what an [`RwLock`] holds."]
    RwLockReadGuard: |access, _| Act::ReadUnlock(access.task);
    #[doc = "Exclusive access to what an [`RwLock`] holds."]
    RwLockWriteGuard: |_, changed| Act::WriteUnlock { changed }, writes;
    #[doc = "Shared access to what an [`RwLock`] holds, which can become exclusive."]
    RwLockUpgradableReadGuard: |_, _| Act::UpgradableUnlock;
    #[doc = "Shared access to a part of what an [`RwLock`] holds."]
    MappedRwLockReadGuard: |access, _| Act::ReadUnlock(access.task);
    #[doc = "Exclusive access to a part of what an [`RwLock`] holds."]
    MappedRwLockWriteGuard: |_, changed| Act::WriteUnlock { changed }, writes;
}

impl<T: ?Sized> RwLock<T> {
    pub(super) fn reader<'a>(&'a self, access: Access<'a>) -> RwLockReadGuard<'a, T> {
        RwLockReadGuard::new(access, self.data.try_read_recursive().expect("the engine keeps writers out"))
    }

    pub(super) fn writer<'a>(&'a self, access: Access<'a>) -> RwLockWriteGuard<'a, T> {
        RwLockWriteGuard::new(access, self.data.try_write().expect("the engine keeps everyone else out"))
    }

    pub(super) fn upgradable<'a>(&'a self, access: Access<'a>) -> RwLockUpgradableReadGuard<'a, T> {
        let data = self.data.try_upgradable_read().expect("the engine keeps writers and others of the kind out");
        RwLockUpgradableReadGuard::new(access, data)
    }
}

/// Defines how a guard becomes one of a part. Who has had a part to write may have changed the value.
macro_rules! maps {
    ($($name:ident to $mapped:ident, $changed:literal $(, $mutable:tt)?;)*) => {$(
        impl<'a, T: ?Sized> $name<'a, T> {
            /// Access to a part of the value.
            pub fn map<U: ?Sized>(s: Self, f: impl FnOnce(&$($mutable)? T) -> &$($mutable)? U) -> $mapped<'a, U> {
                let (access, _, data) = s.into_parts();
                let mut guard = $mapped::new(access, real::$name::map(data, f));
                guard.changed = $changed;
                guard
            }
        }
    )*};
}

maps! {
    RwLockReadGuard to MappedRwLockReadGuard, false;
    MappedRwLockReadGuard to MappedRwLockReadGuard, false;
    RwLockWriteGuard to MappedRwLockWriteGuard, true, mut;
    MappedRwLockWriteGuard to MappedRwLockWriteGuard, true, mut;
}

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    /// Opens the door, and stays as a reader: no other writer comes between.
    #[track_caller]
    pub fn downgrade(s: Self) -> RwLockReadGuard<'a, T> {
        let (mut access, changed, data) = s.into_parts();
        let data = real::RwLockWriteGuard::downgrade(data);
        access.change(Act::Downgrade { changed }, Location::caller());
        RwLockReadGuard::new(access, data)
    }

    /// Opens the door, and stays as the reader that may become the writer.
    #[track_caller]
    pub fn downgrade_to_upgradable(s: Self) -> RwLockUpgradableReadGuard<'a, T> {
        let (mut access, changed, data) = s.into_parts();
        let data = real::RwLockWriteGuard::downgrade_to_upgradable(data);
        access.change(Act::DowngradeToUpgradable { changed }, Location::caller());
        RwLockUpgradableReadGuard::new(access, data)
    }
}

impl<'a, T: ?Sized> RwLockUpgradableReadGuard<'a, T> {
    /// Shuts the door, waits until the other readers have left, and is alone.
    #[track_caller]
    pub fn upgrade(s: Self) -> RwLockWriteGuard<'a, T> {
        let location = Location::caller();
        let (mut access, _, data) = s.into_parts();
        if !access.change(Act::Upgrade { at_once: !backend::DRAIN_IS_A_STEP }, location) {
            access.change(Act::Drain, location);
        }
        let data = real::RwLockUpgradableReadGuard::try_upgrade(data);
        RwLockWriteGuard::new(access, data.ok().expect("the engine keeps everyone else out"))
    }

    /// Becomes the writer if there are no other readers.
    ///
    /// # Errors
    ///
    /// Gives the guard back if there are other readers.
    #[track_caller]
    pub fn try_upgrade(s: Self) -> Result<RwLockWriteGuard<'a, T>, Self> {
        let (mut access, _, data) = s.into_parts();
        if !access.change(Act::TryUpgrade, Location::caller()) {
            return Err(RwLockUpgradableReadGuard::new(access, data));
        }
        let data = real::RwLockUpgradableReadGuard::try_upgrade(data);
        Ok(RwLockWriteGuard::new(access, data.ok().expect("the engine keeps everyone else out")))
    }

    /// Becomes a reader like others.
    #[track_caller]
    pub fn downgrade(s: Self) -> RwLockReadGuard<'a, T> {
        let (mut access, _, data) = s.into_parts();
        let data = real::RwLockUpgradableReadGuard::downgrade(data);
        access.change(Act::LeaveSeat, Location::caller());
        RwLockReadGuard::new(access, data)
    }
}

impl Access<'_> {
    /// Turns it into another access of this task, for which reports name this line; returns whether that succeeded.
    fn change(&mut self, act: Act, location: &'static Location<'static>) -> bool {
        (self.task, self.since) = (world::with(|world| world.me().name), location);
        self.step(act, location)
    }
}
