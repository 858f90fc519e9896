//! Atomics under an engine. loom's follow the C11 orderings; under Shuttle every operation is
//! sequentially consistent, whatever ordering it names.

use std::fmt;
use std::ops::{BitAnd, BitOr, BitXor};
use std::panic::Location;

pub use std::sync::atomic::Ordering;

use super::backend::{self, Order, atomic as raw};
use super::effect::Effect;
use super::op::{Kind, ObjectId, Op};
use super::world::{self, State};

pub use backend::fence;

macro_rules! atomics {
    ($($name:ident($value:ty) $([$($arithmetic:ident $result:ident),*])?;)*) => {$(
        #[doc = concat!("`std::sync::atomic::", stringify!($name), "`, each method one visible operation.")]
        pub struct $name {
            id: ObjectId,
            order: Order,
            raw: raw::$name,
        }

        impl $name {
            /// An atomic that holds `value`.
            #[track_caller]
            pub fn new(value: $value) -> Self {
                let born = Location::caller();
                let id = world::with(|world| world.add_object(State::Atomic, born));
                $name { id, order: Order::new(), raw: raw::$name::new(value) }
            }

            /// Reads the value.
            #[track_caller]
            pub fn load(&self, order: Ordering) -> $value {
                self.operation(Kind::Load, Location::caller(), || self.raw.load(order), |&value| (Some(value), None, order))
            }

            /// Writes the value.
            #[track_caller]
            pub fn store(&self, value: $value, order: Ordering) {
                let store = || self.raw.store(value, order);
                self.operation(Kind::Store, Location::caller(), store, |()| (None, Some(value), order));
            }

            /// Writes the value; the one before.
            #[track_caller]
            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                let swap = || self.raw.swap(value, order);
                self.operation(Kind::Rmw, Location::caller(), swap, |&old| (Some(old), Some(value), order))
            }

            /// Writes `new` if the value is `current`.
            ///
            /// # Errors
            ///
            /// The value, where it is another.
            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                let exchange = || self.raw.compare_exchange(current, new, success, failure);
                self.operation(Kind::CompareExchange, Location::caller(), exchange, |&result| match result {
                    Ok(old) => (Some(old), Some(new), success),
                    // One that fails is a read.
                    Err(old) => (Some(old), None, failure),
                })
            }

            /// [`compare_exchange`](Self::compare_exchange); under an engine it does not fail spuriously.
            ///
            /// # Errors
            ///
            /// The value, where it is another.
            #[track_caller]
            pub fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.compare_exchange(current, new, success, failure)
            }

            /// Replaces the value by what `f` makes of it, as often as another thread comes between.
            ///
            /// # Errors
            ///
            /// The value, where `f` wants none instead of it.
            #[track_caller]
            pub fn fetch_update(
                &self,
                set: Ordering,
                fetch: Ordering,
                mut f: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                let mut old = self.load(fetch);
                while let Some(new) = f(old) {
                    match self.compare_exchange_weak(old, new, set, fetch) {
                        Ok(old) => return Ok(old),
                        Err(changed) => old = changed,
                    }
                }
                Err(old)
            }

            $($(
                #[doc = concat!("`", stringify!($arithmetic), "`; the value before.")]
                #[track_caller]
                pub fn $arithmetic(&self, value: $value, order: Ordering) -> $value {
                    let arithmetic = || self.raw.$arithmetic(value, order);
                    let new = |old| <$value>::$result(old, value);
                    self.operation(Kind::Rmw, Location::caller(), arithmetic, |&old| (Some(old), Some(new(old)), order))
                }
            )*)?

            fn operation<R>(
                &self,
                kind: Kind,
                location: &'static Location<'static>,
                act: impl FnOnce() -> R,
                outcome: impl FnOnce(&R) -> (Option<$value>, Option<$value>, Ordering),
            ) -> R {
                backend::atomic_step(&self.order, Op { kind, object: self.id, location }, || {
                    let result = act();
                    let (read, wrote, ordering) = outcome(&result);
                    world::with(|world| {
                        world.order(ordering, wrote.map(|wrote| wrote as u64));
                        world.touch(self.id, if wrote.is_some() { Effect::Store } else { Effect::Load });
                    });
                    (result, read.map(|read| read as u64))
                })
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
                self.raw.fmt(f)
            }
        }
    )*};
}

atomics! {
    AtomicBool(bool) [fetch_and bitand, fetch_or bitor, fetch_xor bitxor];
    AtomicU8(u8) [fetch_add wrapping_add, fetch_sub wrapping_sub, fetch_and bitand, fetch_or bitor, fetch_xor bitxor, fetch_max max, fetch_min min];
    AtomicU16(u16) [fetch_add wrapping_add, fetch_sub wrapping_sub, fetch_and bitand, fetch_or bitor, fetch_xor bitxor, fetch_max max, fetch_min min];
    AtomicU32(u32) [fetch_add wrapping_add, fetch_sub wrapping_sub, fetch_and bitand, fetch_or bitor, fetch_xor bitxor, fetch_max max, fetch_min min];
    AtomicU64(u64) [fetch_add wrapping_add, fetch_sub wrapping_sub, fetch_and bitand, fetch_or bitor, fetch_xor bitxor, fetch_max max, fetch_min min];
    AtomicUsize(usize) [fetch_add wrapping_add, fetch_sub wrapping_sub, fetch_and bitand, fetch_or bitor, fetch_xor bitxor, fetch_max max, fetch_min min];
    AtomicI8(i8) [fetch_add wrapping_add, fetch_sub wrapping_sub, fetch_and bitand, fetch_or bitor, fetch_xor bitxor, fetch_max max, fetch_min min];
    AtomicI16(i16) [fetch_add wrapping_add, fetch_sub wrapping_sub, fetch_and bitand, fetch_or bitor, fetch_xor bitxor, fetch_max max, fetch_min min];
    AtomicI32(i32) [fetch_add wrapping_add, fetch_sub wrapping_sub, fetch_and bitand, fetch_or bitor, fetch_xor bitxor, fetch_max max, fetch_min min];
    AtomicI64(i64) [fetch_add wrapping_add, fetch_sub wrapping_sub, fetch_and bitand, fetch_or bitor, fetch_xor bitxor, fetch_max max, fetch_min min];
    AtomicIsize(isize) [fetch_add wrapping_add, fetch_sub wrapping_sub, fetch_and bitand, fetch_or bitor, fetch_xor bitxor, fetch_max max, fetch_min min];
}
