//! Atomic pointers under an engine.
//!
//! To a machine a pointer is a number that is the same in equivalent executions, which an address is not: it consists
//! of the task that first gave the pointer to an atomic, and how many pointers that task had given before. The number
//! is the same in equivalent executions if tasks share only pointers that they have read from an atomic, or that were
//! in one when the tasks were started. If two tasks give the same pointer to atomics and nothing orders them, either
//! may be the first. Equal addresses are one pointer, as on real threads: memory that was freed and is used again has
//! its old address, and a compare-exchange cannot tell (the ABA problem). The allocator decides when memory is used
//! again; a check that depends on it takes its nodes from a pool of its own.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;

use super::atomic::Exclusive;
use super::backend::{self, raw};
use super::choice;
use super::machine::State;
use super::machine::atomic::{Act, Atomic, Number, Update};
use super::machine::request::Why;
use super::op::{Name, ObjectId, Op};
use super::world;
use crate::check::story;
use crate::sync::atomic::Ordering;

/// A pointer, by the task that first gave it to an atomic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pointer {
    pub(super) task: Name,
    /// Its number among the task's pointers, from 0.
    pub(super) ordinal: u32,
}

impl Pointer {
    /// The pointer that a number other than 0 stands for.
    pub(crate) fn of(number: u64) -> Self {
        Pointer { task: Name((number >> 32) as u32), ordinal: number as u32 - 1 }
    }

    fn number(self) -> u64 {
        u64::from(self.task.0) << 32 | u64::from(self.ordinal + 1)
    }

    pub(crate) fn words(self, of: &dyn Fn(Name) -> String) -> String {
        format!("{}'s pointer {}", of(self.task), self.ordinal + 1)
    }
}

/// The pointers of an execution, both ways.
#[derive(Debug, Default)]
pub(crate) struct Pointers {
    numbers: HashMap<usize, u64>,
    addresses: HashMap<u64, usize>,
}

impl Pointers {
    /// The number of a pointer, and whether it is new, so that it is `next`. Null is 0.
    pub(super) fn number(&mut self, pointer: *mut (), next: Pointer) -> (u64, bool) {
        if pointer.is_null() {
            return (0, false);
        }
        let address = pointer.expose_provenance();
        if let Some(&number) = self.numbers.get(&address) {
            return (number, false);
        }
        let number = next.number();
        self.numbers.insert(address, number);
        self.addresses.insert(number, address);
        (number, true)
    }

    fn pointer(&self, number: u64) -> *mut () {
        self.addresses
            .get(&number)
            .map_or(std::ptr::null_mut(), |&address| std::ptr::with_exposed_provenance_mut(address))
    }

    pub(super) fn clear(&mut self) {
        self.numbers.clear();
        self.addresses.clear();
    }
}

fn number<T>(pointer: *mut T) -> u64 {
    world::with(|world| world.number_of(pointer.cast()))
}

fn pointer<T>(number: u64) -> *mut T {
    world::with(|world| world.pointers.pointer(number)).cast()
}

/// `std::sync::atomic::AtomicPtr`, each method one visible operation.
pub struct AtomicPtr<T> {
    id: ObjectId,
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
        let id = world::with(|world| world.add_object(atomic, born));
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

    /// [`compare_exchange`](Self::compare_exchange), which may fail although the pointer is `current`: a choice, as with
    /// atomics of numbers.
    ///
    /// # Errors
    ///
    /// The pointer, where it is another.
    #[track_caller]
    pub fn compare_exchange_weak(
        &self,
        current: *mut T,
        new: *mut T,
        success: Ordering,
        failure: Ordering,
    ) -> Result<*mut T, *mut T> {
        if choice::happens(Why::WeakExchange, self.id, Location::caller()) {
            return Err(self.load(failure));
        }
        self.compare_exchange(current, new, success, failure)
    }

    /// Replaces the pointer by what `f` makes of it; tries again when another thread has changed it in between.
    ///
    /// # Errors
    ///
    /// The pointer, if `f` returns `None` for it.
    #[track_caller]
    pub fn fetch_update(
        &self,
        set: Ordering,
        fetch: Ordering,
        mut f: impl FnMut(*mut T) -> Option<*mut T>,
    ) -> Result<*mut T, *mut T> {
        let mut old = self.load(fetch);
        while let Some(new) = f(old) {
            match self.compare_exchange(old, new, set, fetch) {
                Ok(old) => return Ok(old),
                Err(changed) => old = changed,
            }
        }
        Err(old)
    }

    /// The pointer, out of an atomic that is no longer shared.
    #[track_caller]
    pub fn into_inner(self) -> *mut T {
        self.load(Ordering::Relaxed)
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
            let _ = backend::access(&self.raw, self.id, Op::one(self.id, act, location), act, store);
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
        let state = world::with(|world| world.object(self.id).state.clone());
        let State::Atomic(atomic) = state else { unreachable!("{state:?} is no atomic") };
        pointer(atomic.value)
    }

    /// Performs an operation that succeeds, and returns the pointer before.
    #[track_caller]
    fn read(&self, act: Act, raw: impl FnOnce(&raw::AtomicPtr<()>) -> Result<u64, u64>) -> *mut T {
        self.read_at(Location::caller(), act, raw)
    }

    fn read_at(
        &self,
        location: &'static Location<'static>,
        act: Act,
        raw: impl FnOnce(&raw::AtomicPtr<()>) -> Result<u64, u64>,
    ) -> *mut T {
        match backend::access(&self.raw, self.id, Op::one(self.id, act, location), act, raw) {
            Ok(old) | Err(old) => pointer(old),
        }
    }

    /// Performs an operation, and returns the number of the pointer before; as an error if nothing was written.
    #[track_caller]
    fn access(&self, act: Act, raw: impl FnOnce(&raw::AtomicPtr<()>) -> Result<u64, u64>) -> Result<u64, u64> {
        backend::access(&self.raw, self.id, Op::one(self.id, act, Location::caller()), act, raw)
    }
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
        self.read_at(super::born(self.id), Act::Load(story::Ordering::Relaxed), load).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_known_by_who_gave_it_first() {
        let mut pointers = Pointers::default();
        let [one, other] = [0, 3].map(|task| Pointer { task: Name(task), ordinal: 1 });
        let mut value = 7;
        let address: *mut () = (&raw mut value).cast();
        let (number, new) = pointers.number(address, other);
        assert!(new && Pointer::of(number) == other && pointers.pointer(number) == address);
        assert_eq!(pointers.number(address, one), (number, false));
        assert_eq!(pointers.number(std::ptr::null_mut(), one), (0, false));
        assert!(pointers.pointer(0).is_null());
        assert_eq!(other.words(&|name| format!("T{}", name.0)), "T3's pointer 2");
    }
}
