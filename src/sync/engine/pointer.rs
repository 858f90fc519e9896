//! Atomic pointers under an engine.
//!
//! To a machine a pointer is a [number](super::pointers).

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;

use super::atomic::{Exclusive, exchanges};
use super::backend::{self, raw};
use super::choice;
use super::identity::Identity;
use super::machine::State;
use super::machine::atomic::{Act, Atomic, Number, Update};
use super::machine::request::Why;
use super::op::Op;
use super::world;
use crate::check::story;
use crate::sync::atomic::Ordering;

fn number<T>(pointer: *mut T) -> u64 {
    world::with(|world| world.number_of(pointer.cast()))
}

fn pointer<T>(number: u64) -> *mut T {
    world::with(|world| world.pointers.pointer(number)).cast()
}

/// `std::sync::atomic::AtomicPtr`, each method one visible operation.
pub struct AtomicPtr<T> {
    id: Identity,
    raw: backend::Raw<raw::AtomicPtr<()>>,
    /// What [`as_ptr`](Self::as_ptr) points to.
    shown: std::sync::atomic::AtomicPtr<T>,
    holds: PhantomData<*mut T>,
}

// SAFETY: it holds a pointer and does not look at what that points to, as std's does not.
unsafe impl<T> Send for AtomicPtr<T> {}
// SAFETY: as above; the engine runs one task at a time.
unsafe impl<T> Sync for AtomicPtr<T> {}

impl<T> AtomicPtr<T> {
    /// An atomic that holds `value`.
    #[track_caller]
    pub fn new(value: *mut T) -> Self {
        let born = Location::caller();
        let atomic = Atomic { value: number(value), number: Number::POINTER };
        let id = Identity::new(atomic, born);
        let raw = backend::Raw::new(raw::AtomicPtr::new(value.cast()));
        AtomicPtr { id, raw, shown: std::sync::atomic::AtomicPtr::new(value), holds: PhantomData }
    }

    /// Reads the pointer.
    #[track_caller]
    pub fn load(&self, order: Ordering) -> *mut T {
        let load = |raw: &raw::AtomicPtr<()>| Ok(number(raw.load(order)));
        self.read(Act::Load(order.into()), load)
    }

    /// Writes a pointer.
    #[track_caller]
    pub fn store(&self, value: *mut T, order: Ordering) {
        let store = |raw: &raw::AtomicPtr<()>| {
            raw.store(value.cast(), order);
            Ok(0)
        };
        // A store always succeeds.
        let _ = self.access(Act::Store(number(value), order.into()), store);
    }

    /// Writes a pointer, and returns the one before.
    #[track_caller]
    pub fn swap(&self, value: *mut T, order: Ordering) -> *mut T {
        let swap = |raw: &raw::AtomicPtr<()>| Ok(number(raw.swap(value.cast(), order)));
        self.read(Act::Update(Update::Swap, number(value), order.into()), swap)
    }

    /// Writes `new` if the pointer is `current`.
    ///
    /// # Errors
    ///
    /// The pointer, where it is another.
    #[track_caller]
    pub fn compare_exchange(
        &self,
        current: *mut T,
        new: *mut T,
        success: Ordering,
        failure: Ordering,
    ) -> Result<*mut T, *mut T> {
        let exchange = |raw: &raw::AtomicPtr<()>| {
            raw.compare_exchange(current.cast(), new.cast(), success, failure).map(number).map_err(number)
        };
        let (expected, new) = (number(current), number(new));
        let act = Act::Exchange { expected, new, success: success.into(), failure: failure.into() };
        self.access(act, exchange).map(pointer).map_err(pointer)
    }

    /// The pointer, which no other thread can reach meanwhile.
    #[track_caller]
    pub fn get_mut(&mut self) -> Exclusive<'_, *mut T> {
        let location = Location::caller();
        let value = self.load(Ordering::Relaxed);
        let store = |value: *mut T| {
            let store = |raw: &raw::AtomicPtr<()>| {
                raw.store(value.cast(), Ordering::Relaxed);
                Ok(0)
            };
            let act = Act::Store(number(value), story::Ordering::Relaxed);
            let _ = backend::access(&self.raw, *self.id, Op::one(*self.id, act, location), act, store);
        };
        Exclusive::new(value, store)
    }

    /// A pointer to a copy of the current pointer: no engine sees what is written there, and later writes of others do
    /// not show there.
    pub fn as_ptr(&self) -> *mut *mut T {
        self.shown.store(self.now(), Ordering::Relaxed);
        self.shown.as_ptr()
    }

    /// The pointer that the machine has.
    fn now(&self) -> *mut T {
        let state = world::with(|world| world.object(*self.id).state.clone());
        let State::Atomic(atomic) = state else { unreachable!("{state:?} is no atomic") };
        pointer(atomic.value)
    }

    exchanges!(*mut T, raw::AtomicPtr<()>, pointer);
}

impl<T> Default for AtomicPtr<T> {
    #[track_caller]
    fn default() -> Self {
        AtomicPtr::new(std::ptr::null_mut())
    }
}

impl<T> From<*mut T> for AtomicPtr<T> {
    #[track_caller]
    fn from(value: *mut T) -> Self {
        AtomicPtr::new(value)
    }
}

impl<T> fmt::Debug for AtomicPtr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let load = |raw: &raw::AtomicPtr<()>| Ok(number(raw.load(Ordering::Relaxed)));
        self.read_at(super::born(*self.id), Act::Load(story::Ordering::Relaxed), load).fmt(f)
    }
}
