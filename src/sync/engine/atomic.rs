//! Atomics under an engine. loom's follow the C11 orderings; under Shuttle every operation is
//! sequentially consistent, whatever ordering it names, and the [machine](super::machine::atomic) is the memory.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::Location;

pub use std::sync::atomic::Ordering;

use super::backend::{self, raw};
use super::choice;
use super::identity::Identity;
use super::machine::State;
use super::machine::atomic::{Act, Atomic, Number, Update};
use super::machine::request::Why;
use super::op::Op;
use super::world;
use crate::check::story;

pub use super::pointer::AtomicPtr;
pub use backend::fence;
pub use std::sync::atomic::compiler_fence;

/// A type that an atomic holds.
trait Value: Copy {
    const NUMBER: Number;

    fn of(bits: u64) -> Self;
}

macro_rules! values {
    ($($signed:literal: $($value:ty),*;)*) => {$($(
        impl Value for $value {
            const NUMBER: Number = Number { name: stringify!($value), bits: <$value>::BITS, signed: $signed };

            fn of(bits: u64) -> Self {
                bits as $value
            }
        }
    )*)*};
}

values! {
    false: u8, u16, u32, u64, usize;
    true: i8, i16, i32, i64, isize;
}

impl Value for bool {
    const NUMBER: Number = Number { name: "bool", bits: 1, signed: false };

    fn of(bits: u64) -> Self {
        bits != 0
    }
}

/// Defines what atomics of numbers and of pointers have in common; `of` makes a value of its number.
macro_rules! exchanges {
    ($value:ty, $raw:ty, $of:expr) => {
        /// The value, out of an atomic that is no longer shared.
        #[track_caller]
        pub fn into_inner(self) -> $value {
            self.load(Ordering::Relaxed)
        }

        /// [`compare_exchange`](Self::compare_exchange), which may fail although the value is `current`: under Shuttle's
        /// engines that is a choice.
        ///
        /// # Errors
        ///
        /// The value.
        #[track_caller]
        pub fn compare_exchange_weak(
            &self,
            current: $value,
            new: $value,
            success: Ordering,
            failure: Ordering,
        ) -> Result<$value, $value> {
            if choice::happens(Why::WeakExchange, *self.id, Location::caller()) {
                return Err(self.load(failure));
            }
            self.compare_exchange(current, new, success, failure)
        }

        /// Replaces the value by what `f` makes of it; tries again when another thread has changed it in between.
        ///
        /// # Errors
        ///
        /// The value, if `f` returns `None` for it.
        #[track_caller]
        pub fn fetch_update(
            &self,
            set: Ordering,
            fetch: Ordering,
            mut f: impl FnMut($value) -> Option<$value>,
        ) -> Result<$value, $value> {
            let mut old = self.load(fetch);
            while let Some(new) = f(old) {
                match self.compare_exchange(old, new, set, fetch) {
                    Ok(old) => return Ok(old),
                    Err(changed) => old = changed,
                }
            }
            Err(old)
        }

        /// Performs an operation that succeeds, and returns the value before.
        #[track_caller]
        fn read(&self, act: Act, raw: impl FnOnce(&$raw) -> Result<u64, u64>) -> $value {
            self.read_at(Location::caller(), act, raw)
        }

        fn read_at(
            &self,
            location: &'static Location<'static>,
            act: Act,
            raw: impl FnOnce(&$raw) -> Result<u64, u64>,
        ) -> $value {
            match backend::access(&self.raw, *self.id, Op::one(*self.id, act, location), act, raw) {
                Ok(old) | Err(old) => $of(old),
            }
        }

        /// Performs an operation, and returns the value before; as an error if nothing was written.
        #[track_caller]
        fn access(&self, act: Act, raw: impl FnOnce(&$raw) -> Result<u64, u64>) -> Result<u64, u64> {
            backend::access(&self.raw, *self.id, Op::one(*self.id, act, Location::caller()), act, raw)
        }
    };
}

pub(super) use exchanges;

macro_rules! atomics {
    ($($name:ident($value:ty) [$($arithmetic:ident $update:ident),*];)*) => {$(
        #[doc = concat!("`std::sync::atomic::", stringify!($name), "`, each method one visible operation.")]
        pub struct $name {
            id: Identity,
            raw: backend::Raw<raw::$name>,
            /// What [`as_ptr`](Self::as_ptr) points to.
            shown: std::sync::atomic::$name,
        }

        impl $name {
            /// An atomic that holds `value`.
            #[track_caller]
            pub fn new(value: $value) -> Self {
                let born = Location::caller();
                let atomic = Atomic { value: value as u64, number: <$value>::NUMBER };
                let id = Identity::new(atomic, born);
                let shown = std::sync::atomic::$name::new(value);
                $name { id, raw: backend::Raw::new(raw::$name::new(value)), shown }
            }

            /// The value, which no other thread can reach meanwhile.
            #[track_caller]
            pub fn get_mut(&mut self) -> Exclusive<'_, $value> {
                let location = Location::caller();
                let value = self.load(Ordering::Relaxed);
                let store = |value: $value| {
                    let store = |raw: &raw::$name| {
                        raw.store(value, Ordering::Relaxed);
                        Ok(0)
                    };
                    let act = Act::Store(value as u64, story::Ordering::Relaxed);
                    let _ = backend::access(&self.raw, *self.id, Op::one(*self.id, act, location), act, store);
                };
                Exclusive::new(value, store)
            }

            /// A pointer to a copy of the current value: no engine sees what is written there, and later writes of
            /// others do not show there.
            pub fn as_ptr(&self) -> *mut $value {
                let value = world::with(|world| world.object(*self.id).state.clone());
                if let State::Atomic(atomic) = value {
                    self.shown.store(<$value>::of(atomic.value), Ordering::Relaxed);
                }
                self.shown.as_ptr()
            }

            /// Reads the value.
            #[track_caller]
            pub fn load(&self, order: Ordering) -> $value {
                let load = |raw: &raw::$name| Ok(raw.load(order) as u64);
                self.read(Act::Load(order.into()), load)
            }

            /// Writes the value.
            #[track_caller]
            pub fn store(&self, value: $value, order: Ordering) {
                let store = |raw: &raw::$name| {
                    raw.store(value, order);
                    Ok(0)
                };
                // A store always succeeds.
                let _ = self.access(Act::Store(value as u64, order.into()), store);
            }

            /// Writes the value, and returns the one before.
            #[track_caller]
            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                let swap = |raw: &raw::$name| Ok(raw.swap(value, order) as u64);
                self.read(Act::Update(Update::Swap, value as u64, order.into()), swap)
            }

            /// Writes `new` if the value is `current`.
            ///
            /// # Errors
            ///
            /// The value, if it is another.
            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                let exchange = |raw: &raw::$name| {
                    let result = raw.compare_exchange(current, new, success, failure);
                    result.map(|old| old as u64).map_err(|old| old as u64)
                };
                let (expected, new) = (current as u64, new as u64);
                let act = Act::Exchange { expected, new, success: success.into(), failure: failure.into() };
                self.access(act, exchange).map(<$value>::of).map_err(<$value>::of)
            }

            $(
                #[doc = concat!("`", stringify!($arithmetic), "`; the value before.")]
                #[track_caller]
                pub fn $arithmetic(&self, value: $value, order: Ordering) -> $value {
                    let arithmetic = |raw: &raw::$name| Ok(raw.$arithmetic(value, order) as u64);
                    self.read(Act::Update(Update::$update, value as u64, order.into()), arithmetic)
                }
            )*

            exchanges!($value, raw::$name, <$value>::of);
        }

        impl From<$value> for $name {
            #[track_caller]
            fn from(value: $value) -> Self {
                $name::new(value)
            }
        }

        impl Default for $name {
            #[track_caller]
            fn default() -> Self {
                $name::new(<$value>::default())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let load = |raw: &raw::$name| Ok(raw.load(Ordering::Relaxed) as u64);
                fmt::Debug::fmt(&self.read_at(super::born(*self.id), Act::Load(story::Ordering::Relaxed), load), f)
            }
        }
    )*};
}

atomics! {
    AtomicBool(bool) [fetch_and And, fetch_or Or, fetch_xor Xor, fetch_nand Nand];
    AtomicU8(u8) [fetch_add Add, fetch_sub Sub, fetch_and And, fetch_or Or, fetch_xor Xor, fetch_nand Nand, fetch_max Max, fetch_min Min];
    AtomicU16(u16) [fetch_add Add, fetch_sub Sub, fetch_and And, fetch_or Or, fetch_xor Xor, fetch_nand Nand, fetch_max Max, fetch_min Min];
    AtomicU32(u32) [fetch_add Add, fetch_sub Sub, fetch_and And, fetch_or Or, fetch_xor Xor, fetch_nand Nand, fetch_max Max, fetch_min Min];
    AtomicU64(u64) [fetch_add Add, fetch_sub Sub, fetch_and And, fetch_or Or, fetch_xor Xor, fetch_nand Nand, fetch_max Max, fetch_min Min];
    AtomicUsize(usize) [fetch_add Add, fetch_sub Sub, fetch_and And, fetch_or Or, fetch_xor Xor, fetch_nand Nand, fetch_max Max, fetch_min Min];
    AtomicI8(i8) [fetch_add Add, fetch_sub Sub, fetch_and And, fetch_or Or, fetch_xor Xor, fetch_nand Nand, fetch_max Max, fetch_min Min];
    AtomicI16(i16) [fetch_add Add, fetch_sub Sub, fetch_and And, fetch_or Or, fetch_xor Xor, fetch_nand Nand, fetch_max Max, fetch_min Min];
    AtomicI32(i32) [fetch_add Add, fetch_sub Sub, fetch_and And, fetch_or Or, fetch_xor Xor, fetch_nand Nand, fetch_max Max, fetch_min Min];
    AtomicI64(i64) [fetch_add Add, fetch_sub Sub, fetch_and And, fetch_or Or, fetch_xor Xor, fetch_nand Nand, fetch_max Max, fetch_min Min];
    AtomicIsize(isize) [fetch_add Add, fetch_sub Sub, fetch_and And, fetch_or Or, fetch_xor Xor, fetch_nand Nand, fetch_max Max, fetch_min Min];
}

impl AtomicBool {
    /// Writes the opposite, and returns the value before.
    #[track_caller]
    pub fn fetch_not(&self, order: Ordering) -> bool {
        self.fetch_xor(true, order)
    }
}

/// The value of an atomic to which there is no other reference; it is written to the atomic when this is dropped.
pub struct Exclusive<'a, T: Copy> {
    value: T,
    changed: bool,
    store: Box<dyn Fn(T) + 'a>,
}

impl<'a, T: Copy> Exclusive<'a, T> {
    pub(super) fn new(value: T, store: impl Fn(T) + 'a) -> Self {
        Exclusive { value, changed: false, store: Box::new(store) }
    }
}

impl<T: Copy> Deref for Exclusive<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Copy> DerefMut for Exclusive<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.changed = true;
        &mut self.value
    }
}

impl<T: Copy + fmt::Debug> fmt::Debug for Exclusive<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: Copy> Drop for Exclusive<'_, T> {
    fn drop(&mut self) {
        if self.changed {
            (self.store)(self.value);
        }
    }
}

impl From<Ordering> for story::Ordering {
    fn from(order: Ordering) -> Self {
        match order {
            Ordering::Relaxed => story::Ordering::Relaxed,
            Ordering::Acquire => story::Ordering::Acquire,
            Ordering::Release => story::Ordering::Release,
            Ordering::AcqRel => story::Ordering::AcqRel,
            _ => story::Ordering::SeqCst,
        }
    }
}
