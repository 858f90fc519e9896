//! A readers-writer lock under an engine; what it means is in [`machine::rwlock`](super::machine::rwlock).

use std::fmt;
use std::panic::Location;
use std::time::{Duration, Instant};

use super::backend::{self, Point};
use super::identity::Identity;
use super::machine::Effect;
use super::machine::rwlock::{self, Act};
use super::op::{Name, ObjectId, Op};
use super::world::{self, Done};
use super::{born, in_time};

mod guards;

pub use guards::{
    MappedRwLockReadGuard, MappedRwLockWriteGuard, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard,
};

/// Readers together or one writer alone: `parking_lot::RwLock` on real threads. A waiting writer
/// holds back new readers in every build.
pub struct RwLock<T: ?Sized> {
    id: Identity,
    point: Point,
    data: parking_lot::RwLock<T>,
}

/// What a guard needs to release the lock.
struct Access<'a> {
    id: ObjectId,
    point: &'a Point,
    /// The task that took it.
    task: Name,
    since: &'static Location<'static>,
}

impl Access<'_> {
    /// Performs an operation on the lock, and returns whether it succeeded.
    fn step(&self, act: Act, location: &'static Location<'static>) -> bool {
        super::step(&[self.point], Op::one(self.id, act, location)).value == Some(1)
    }

    fn release(&self, act: Act) {
        self.step(act, self.since);
    }
}

impl<T> RwLock<T> {
    /// A lock with no task inside.
    #[track_caller]
    pub fn new(value: T) -> Self {
        let born = Location::caller();
        let id = Identity::new(rwlock::RwLock::default(), born);
        RwLock { id, point: Point::new(), data: parking_lot::RwLock::new(value) }
    }

    /// The value, out of a lock that is no longer shared.
    pub fn into_inner(self) -> T {
        self.data.into_inner()
    }
}

/// An attempt with a timeout: it is made at any time.
macro_rules! attempts {
    ($($name:ident: $($timed:ident($time:ty)),* -> $guard:ident;)*) => {$(
        $(
            /// Waits, and gives up at some time: under an engine that may be at once.
            #[track_caller]
            pub fn $timed(&self, _: $time) -> Option<$guard<'_, T>> {
                let location = Location::caller();
                in_time(self.$name(location), location)
            }
        )*
    )*};
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
        self.attempt_read(Location::caller())
    }

    /// Shuts the door, waits until all readers have left, and goes in alone.
    #[track_caller]
    pub fn write(&self) -> RwLockWriteGuard<'_, T> {
        let location = Location::caller();
        let entered = self.step(Act::Write { at_once: !backend::DRAIN_IS_A_STEP }, location);
        let access = entered.or_else(|| self.step(Act::Drain, location));
        self.writer(access.expect("a write that is enabled succeeds"))
    }

    /// Goes in alone if no task is inside and no writer waits.
    #[track_caller]
    pub fn try_write(&self) -> Option<RwLockWriteGuard<'_, T>> {
        self.step(Act::TryWrite, Location::caller()).map(|access| self.writer(access))
    }

    /// Joins the readers as the one that may become the writer; waits until there is neither another such reader nor a
    /// writer.
    #[track_caller]
    pub fn upgradable_read(&self) -> RwLockUpgradableReadGuard<'_, T> {
        let access = self.step(Act::UpgradableRead, Location::caller());
        self.upgradable(access.expect("a read that is enabled succeeds"))
    }

    /// Joins the readers as the one that may become the writer, if there is neither another such reader nor a writer.
    #[track_caller]
    pub fn try_upgradable_read(&self) -> Option<RwLockUpgradableReadGuard<'_, T>> {
        self.attempt_upgradable(Location::caller())
    }

    attempts! {
        attempt_read: try_read_for(Duration), try_read_until(Instant) -> RwLockReadGuard;
        write_in_time: try_write_for(Duration), try_write_until(Instant) -> RwLockWriteGuard;
        attempt_upgradable: try_upgradable_read_for(Duration), try_upgradable_read_until(Instant)
            -> RwLockUpgradableReadGuard;
    }

    /// Whether any task is inside. The answer orders nothing.
    #[track_caller]
    pub fn is_locked(&self) -> bool {
        self.step(Act::IsFree, Location::caller()).is_none()
    }

    /// Whether a writer is inside, or waits for readers to leave. The answer orders nothing.
    #[track_caller]
    pub fn is_locked_exclusive(&self) -> bool {
        self.step(Act::IsFreeOfWriters, Location::caller()).is_none()
    }

    /// Releases a read lock whose guard was forgotten, in the thread that took it.
    ///
    /// # Safety
    ///
    /// This thread is inside as a reader, by a guard that is not used any more.
    #[track_caller]
    pub unsafe fn force_unlock_read(&self) {
        // SAFETY: the data was locked with the lock, and the forgotten guard is not used any more.
        unsafe { self.data.force_unlock_read() };
        let me = world::with(|world| world.me().name);
        self.step(Act::ReadUnlock(me), Location::caller());
    }

    /// Releases the write lock whose guard was forgotten.
    ///
    /// # Safety
    ///
    /// A writer is inside, by a guard that is not used any more.
    #[track_caller]
    pub unsafe fn force_unlock_write(&self) {
        // SAFETY: the data was locked with the lock, and the forgotten guard is not used any more.
        unsafe { self.data.force_unlock_write() };
        self.step(Act::WriteUnlock { changed: true }, Location::caller());
    }

    /// Where the value is.
    pub fn data_ptr(&self) -> *mut T {
        self.data.data_ptr()
    }

    /// The value, without locking: there is no other reference.
    pub fn get_mut(&mut self) -> &mut T {
        self.data.get_mut()
    }

    fn attempt_read(&self, location: &'static Location<'static>) -> Option<RwLockReadGuard<'_, T>> {
        self.step(Act::TryRead, location).map(|access| self.reader(access))
    }

    /// As parking_lot's, it shuts the door while it waits for the readers inside, and opens it again where it gives up.
    fn write_in_time(&self, location: &'static Location<'static>) -> Option<RwLockWriteGuard<'_, T>> {
        let shut = self.perform(Act::TryShut { at_once: !backend::DRAIN_IS_A_STEP }, location);
        let access = match shut.effect {
            Some(Effect::RwLock(rwlock::Effect::Shut)) => self.step(Act::DrainOrGiveUp, location),
            _ => self.access(shut, location),
        };
        access.map(|access| self.writer(access))
    }

    fn attempt_upgradable(&self, location: &'static Location<'static>) -> Option<RwLockUpgradableReadGuard<'_, T>> {
        self.step(Act::TryUpgradableRead, location).map(|access| self.upgradable(access))
    }

    /// Performs an operation on the lock, and returns the access that it gained, if it succeeded.
    fn step(&self, act: Act, since: &'static Location<'static>) -> Option<Access<'_>> {
        self.access(self.perform(act, since), since)
    }

    fn perform(&self, act: Act, location: &'static Location<'static>) -> Done {
        super::step(&[&self.point], Op::one(*self.id, act, location))
    }

    fn access(&self, done: Done, since: &'static Location<'static>) -> Option<Access<'_>> {
        (done.value == Some(1)).then_some(Access { id: *self.id, point: &self.point, task: done.me, since })
    }
}

impl<T: Default> Default for RwLock<T> {
    #[track_caller]
    fn default() -> Self {
        RwLock::new(T::default())
    }
}

impl<T> From<T> for RwLock<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        RwLock::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("RwLock");
        match self.attempt_read(born(*self.id)) {
            Some(inside) => text.field("data", &&*inside).finish(),
            None => text.field("data", &format_args!("<locked>")).finish(),
        }
    }
}
