//! Reference counts under Shuttle: std's, and watched.
//!
//! To most programs changes of a count are no operations: no thread waits for them, and a scheduling point at each
//! clone and drop would multiply the schedules. But if the *last* drop does something that other threads see (it closes
//! a channel, takes a lock), or if the program reads the count, the order of clones and drops matters. So a count
//! *matters* once a destructor that it ran has performed an operation, or once it was read; from then on every clone,
//! drop and read is an operation, and so is every use of weak references, which [`Arc::get_mut`] counts too. Their
//! meaning is in [`machine::count`](super::machine::count).
//!
//! Each has to be an operation of its own. If it were part of the operation before it, a thread's first drop would
//! happen at the thread's start, and no other thread could come between two drops in a row: schedules that loom finds
//! (`tests/dpor/outcomes.txt`) would be missing.
//!
//! # Why it is a type of its own
//!
//! A type of its own has to be coerced to a trait object by [`unsize!`](crate::unsize), and methods on
//! `self: Arc<Self>` have to be functions. On stable Rust only std can do better: `CoerceUnsized` and `Receiver` are
//! unstable. Alternatives that were tried see too little: std's own type runs no code of ours at a clone or at a drop
//! that is not the last. So neither a wrapped value (`std::sync::Arc<Watched<T>>`, which is no receiver for `Self`
//! either, and has no `new` for a `T`) nor the destructor of the value sees the earlier clones and drops.

use std::fmt;
use std::ops::Deref;
use std::panic::Location;
use std::pin::Pin;
use std::sync;

use self::watched::Watched;
use super::destructor::Destructor;
use super::machine::count::{Act, Count};
use super::world;

mod values;
mod watched;

/// Shared ownership: `std::sync::Arc` in the other builds.
///
/// Coerced to one of an unsized type by [`unsize!`](crate::unsize). One that is made from a `std::sync::Arc` has a count that
/// is not watched.
pub struct Arc<T: ?Sized> {
    /// `None` once it is dropped.
    count: Option<sync::Arc<T>>,
    watched: Watched,
}

/// A reference that does not keep the value: `std::sync::Weak` in the other builds.
pub struct Weak<T: ?Sized> {
    count: sync::Weak<T>,
    watched: Watched,
}

impl<T> Arc<T> {
    /// A value with one owner.
    #[track_caller]
    pub fn new(value: T) -> Self {
        Arc { count: Some(sync::Arc::new(value)), watched: Watched::new(1) }
    }

    /// A value with two owners. If it has no destructor, nobody sees which of them drops it, and nothing is watched.
    #[track_caller]
    pub(super) fn shared(value: T) -> [Self; 2] {
        let watched = if std::mem::needs_drop::<T>() { Watched::new(2) } else { Watched::NOT };
        let count = sync::Arc::new(value);
        [Arc { count: Some(sync::Arc::clone(&count)), watched }, Arc { count: Some(count), watched }]
    }

    /// A value that holds a reference to itself.
    #[track_caller]
    pub fn new_cyclic(value: impl FnOnce(&Weak<T>) -> T) -> Self {
        // There is no owner until there is a value, and one weak reference that is lent.
        let watched = Watched(world::add_to_current(Count { owners: 0, weak: 1 }, Location::caller()));
        let count = sync::Arc::new_cyclic(|count| value(&Weak { count: count.clone(), watched }));
        watched.known(|world, object, name| match world.does_matter(name) {
            true => world.also(object, Act::Complete),
            false => world.quietly(object, Act::Complete),
        });
        Arc { count: Some(count), watched }
    }

    /// A value with one owner, which is never moved.
    #[track_caller]
    pub fn pin(value: T) -> Pin<Self> {
        // SAFETY: a value behind an owner is not moved out of it while it is pinned: this type dereferences to a shared
        // reference alone, as std's does.
        unsafe { Pin::new_unchecked(Arc::new(value)) }
    }

    /// The value, if this is its only owner.
    ///
    /// # Errors
    ///
    /// Gives the reference back where there are others.
    #[track_caller]
    pub fn try_unwrap(mut this: Self) -> Result<T, Self> {
        let watched = this.watched;
        let count = this.count.take().expect("it is there until it is dropped");
        watched
            .ask(Act::TryUnwrap, || sync::Arc::try_unwrap(count))
            .map_err(|count| Arc { count: Some(count), watched })
    }

    /// The value, if this is its last owner; otherwise this owner is just dropped. If all owners do this, one gets the
    /// value.
    #[track_caller]
    pub fn into_inner(mut this: Self) -> Option<T> {
        let count = this.count.take().expect("it is there until it is dropped");
        this.watched.ask(Act::IntoInner, || sync::Arc::into_inner(count))
    }
}

impl<T: Clone> Arc<T> {
    /// The value itself if this is the only owner, and a clone otherwise.
    #[track_caller]
    pub fn unwrap_or_clone(this: Self) -> T {
        Arc::try_unwrap(this).unwrap_or_else(|this| T::clone(&this))
    }
}

impl<T: ?Sized> Arc<T> {
    /// The owner as a pointer to the value.
    pub fn into_raw(mut this: Self) -> *const T {
        let count = this.count.take().expect("it is there until it is dropped");
        this.watched.remember(sync::Arc::into_raw(count))
    }

    /// The owner, from a pointer.
    ///
    /// # Safety
    ///
    /// The pointer comes from [`into_raw`](Self::into_raw), or from [`as_ptr`](Self::as_ptr) with an owner added.
    pub unsafe fn from_raw(value: *const T) -> Self {
        // SAFETY: as the caller says.
        Arc { count: Some(unsafe { sync::Arc::from_raw(value) }), watched: Watched::of(value) }
    }

    /// Adds an owner.
    ///
    /// # Safety
    ///
    /// The pointer is that of a value with an owner.
    #[track_caller]
    pub unsafe fn increment_strong_count(value: *const T) {
        // SAFETY: as the caller says; the owner that is not dropped here is the other's.
        let owner = std::mem::ManuallyDrop::new(unsafe { Arc::from_raw(value) });
        std::mem::forget(Arc::clone(&owner));
    }

    /// Takes an owner away.
    ///
    /// # Safety
    ///
    /// The pointer is that of a value with an owner, which is not dropped otherwise.
    pub unsafe fn decrement_strong_count(value: *const T) {
        // SAFETY: as the caller says.
        drop(unsafe { Arc::from_raw(value) });
    }

    /// The same owner as one of another type, by `coerce`: see [`unsize!`](crate::unsize).
    #[doc(hidden)]
    pub fn unsized_by<U: ?Sized>(mut this: Self, coerce: impl FnOnce(sync::Arc<T>) -> sync::Arc<U>) -> Arc<U> {
        let count = this.count.take().expect("it is there until it is dropped");
        Arc { count: Some(coerce(count)), watched: this.watched }
    }

    fn count(&self) -> &sync::Arc<T> {
        self.count.as_ref().expect("it is there until it is dropped")
    }

    /// A reference that does not keep the value.
    #[track_caller]
    pub fn downgrade(this: &Self) -> Weak<T> {
        let downgrade = || sync::Arc::downgrade(this.count());
        Weak { count: this.watched.act(Act::Downgrade, Some(Location::caller()), downgrade), watched: this.watched }
    }

    /// How many owners there are.
    #[track_caller]
    pub fn strong_count(this: &Self) -> usize {
        this.watched.ask(Act::OwnerCount, || sync::Arc::strong_count(this.count()))
    }

    /// How many references there are that do not keep the value.
    #[track_caller]
    pub fn weak_count(this: &Self) -> usize {
        this.watched.ask(Act::WeakCount, || sync::Arc::weak_count(this.count()))
    }

    /// Whether both are references to one value.
    pub fn ptr_eq(this: &Self, other: &Self) -> bool {
        sync::Arc::ptr_eq(this.count(), other.count())
    }

    /// Where the value is.
    pub fn as_ptr(this: &Self) -> *const T {
        this.watched.remember(sync::Arc::as_ptr(this.count()))
    }

    /// The value, if this is the only reference to it.
    #[track_caller]
    pub fn get_mut(this: &mut Self) -> Option<&mut T> {
        let count = this.count.as_mut().expect("it is there until it is dropped");
        this.watched.ask(Act::GetMut, || sync::Arc::get_mut(count))
    }
}

impl<T: Clone> Arc<T> {
    /// The value, copied first if there are other owners; where there are weak references alone, they lose it.
    #[track_caller]
    pub fn make_mut(this: &mut Self) -> &mut T {
        if Arc::get_mut(this).is_none() {
            let nobodys = Arc { count: None, watched: Watched::NOT };
            *this = Arc::try_unwrap(std::mem::replace(this, nobodys))
                .map_or_else(|shared| Arc::new(T::clone(&shared)), Arc::new);
        }
        sync::Arc::get_mut(this.count.as_mut().expect("it is there until it is dropped")).expect("it has one owner")
    }
}

impl<T: ?Sized> Drop for Arc<T> {
    fn drop(&mut self) {
        let Some(count) = self.count.take() else { return };
        if world::stopped() {
            return;
        }
        let last = self.watched.act(Act::Drop, None, || sync::Arc::strong_count(&count) == 1);
        let _destructor = self.watched.known(|_, _, name| name).filter(|_| last).map(Destructor::of);
        drop(count);
    }
}

impl<T: ?Sized> Clone for Arc<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        let count = self.watched.act(Act::Clone, Some(Location::caller()), || self.count.clone());
        Arc { count, watched: self.watched }
    }
}

impl<T> Weak<T> {
    /// A reference to nothing.
    pub fn new() -> Self {
        Weak { count: sync::Weak::new(), watched: Watched::NOT }
    }
}

impl<T: ?Sized> Weak<T> {
    /// The value, if it has an owner still.
    #[track_caller]
    pub fn upgrade(&self) -> Option<Arc<T>> {
        let count = self.watched.ask(Act::Upgrade, || self.count.upgrade());
        Some(Arc { count: Some(count?), watched: self.watched })
    }

    /// How many owners there are.
    #[track_caller]
    pub fn strong_count(&self) -> usize {
        self.watched.ask(Act::OwnerCount, || self.count.strong_count())
    }

    /// How many references there are that do not keep the value; 0 if the value is gone.
    #[track_caller]
    pub fn weak_count(&self) -> usize {
        self.watched.ask(Act::WeakCount, || self.count.weak_count())
    }

    /// Whether both are references to one value.
    pub fn ptr_eq(&self, other: &Self) -> bool {
        self.count.ptr_eq(&other.count)
    }

    /// Where the value is, or was.
    pub fn as_ptr(&self) -> *const T {
        self.watched.remember(self.count.as_ptr())
    }

    /// The reference as a pointer.
    pub fn into_raw(self) -> *const T {
        let this = std::mem::ManuallyDrop::new(self);
        // SAFETY: it is moved out of a `ManuallyDrop`.
        this.watched.remember(unsafe { std::ptr::read(&this.count) }.into_raw())
    }

    /// The reference, from a pointer.
    ///
    /// # Safety
    ///
    /// The pointer comes from [`into_raw`](Self::into_raw).
    pub unsafe fn from_raw(value: *const T) -> Self {
        // SAFETY: as the caller says.
        Weak { count: unsafe { sync::Weak::from_raw(value) }, watched: Watched::of(value) }
    }
}

impl<T: ?Sized> Clone for Weak<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        let count = self.watched.act(Act::Downgrade, Some(Location::caller()), || self.count.clone());
        Weak { count, watched: self.watched }
    }
}

impl<T: ?Sized> Drop for Weak<T> {
    fn drop(&mut self) {
        if !world::stopped() {
            self.watched.act(Act::DropWeak, None, || ());
        }
    }
}

impl<T> Default for Weak<T> {
    fn default() -> Self {
        Weak::new()
    }
}

impl<T: ?Sized> fmt::Debug for Weak<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.count.fmt(f)
    }
}

impl<T: ?Sized> Deref for Arc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::verify;
    use crate::sync::Mutex;

    fn operations() -> usize {
        world::with(|world| world.events.len())
    }

    #[test]
    fn a_count_that_was_asked_for_is_watched_and_no_other() {
        verify(|| {
            let [quiet, asked] = [Arc::new(1), Arc::new(2)];
            assert_eq!(Arc::strong_count(&asked), 1);
            let before = operations();
            let _quiet = Arc::clone(&quiet);
            assert_eq!(operations(), before);
            let _asked = Arc::clone(&asked);
            assert_eq!(operations(), before + 1);
        });
    }

    /// A value whose end is an operation.
    struct Locks(Mutex<()>);

    impl Drop for Locks {
        fn drop(&mut self) {
            drop(self.0.lock());
        }
    }

    #[test]
    fn a_count_whose_last_owner_does_something_matters() {
        verify(|| {
            let one = Arc::new(Locks(Mutex::new(())));
            let (_, name) = one.watched.0.expect("an execution knows it");
            drop(Arc::clone(&one));
            drop(one);
            world::with(|world| {
                assert!(world.does_matter(name));
                assert!(world.me().destroying.is_empty(), "the destructor is over");
            });
        });
    }

    #[test]
    fn two_owners_are_watched_if_dropping_the_value_does_something() {
        verify(|| {
            let [number, _] = Arc::shared(1);
            let [list, _] = Arc::shared(vec![1]);
            assert_eq!((number.watched.0.is_some(), list.watched.0.is_some()), (false, true));
            // A check without an operation shows nothing.
            drop(Mutex::new(()).lock());
        });
    }

    #[test]
    fn outside_of_an_execution_nobody_watches() {
        let one = Arc::new(1);
        assert_eq!((one.watched.0, Arc::strong_count(&one)), (None, 1));
    }
}
