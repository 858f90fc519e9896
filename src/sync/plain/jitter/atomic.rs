//! std's atomics, with pauses before each operation; atomics of pointers, and methods that are seldom used, have none.

use std::fmt;

pub use std::sync::atomic::{AtomicPtr, Ordering, compiler_fence, fence};

use super::{address, before};

macro_rules! atomics {
    ($($name:ident($value:ty) $($arithmetic:ident),*;)*) => {$(
        #[doc = concat!("`std::sync::atomic::", stringify!($name), "`.")]
        #[derive(Default)]
        #[repr(transparent)]
        pub struct $name(std::sync::atomic::$name);

        impl $name {
            /// An atomic that holds `value`.
            pub const fn new(value: $value) -> Self {
                $name(std::sync::atomic::$name::new(value))
            }

            /// The value.
            pub fn into_inner(self) -> $value {
                self.0.into_inner()
            }

            /// Reads the value.
            pub fn load(&self, order: Ordering) -> $value {
                before(address(self));
                self.0.load(order)
            }

            /// Writes the value.
            pub fn store(&self, value: $value, order: Ordering) {
                before(address(self));
                self.0.store(value, order);
            }

            /// Writes the value, and returns the one before.
            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                before(address(self));
                self.0.swap(value, order)
            }

            /// Writes `new` if the value is `current`.
            ///
            /// # Errors
            ///
            /// The value, where it is another.
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                before(address(self));
                self.0.compare_exchange(current, new, success, failure)
            }

            /// The same, which may fail spuriously.
            ///
            /// # Errors
            ///
            /// The value.
            pub fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                before(address(self));
                self.0.compare_exchange_weak(current, new, success, failure)
            }

            /// Replaces the value by what `f` makes of it; tries again when another thread has changed it in between.
            ///
            /// # Errors
            ///
            /// The value, if `f` returns `None` for it.
            pub fn fetch_update(
                &self,
                set: Ordering,
                fetch: Ordering,
                mut f: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                let mut current = self.load(fetch);
                while let Some(new) = f(current) {
                    match self.compare_exchange_weak(current, new, set, fetch) {
                        Ok(before) => return Ok(before),
                        Err(other) => current = other,
                    }
                }
                Err(current)
            }

            $(
                #[doc = concat!("`", stringify!($arithmetic), "`; the value before.")]
                pub fn $arithmetic(&self, value: $value, order: Ordering) -> $value {
                    before(address(self));
                    self.0.$arithmetic(value, order)
                }
            )*
        }

        impl std::ops::Deref for $name {
            type Target = std::sync::atomic::$name;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        impl std::ops::DerefMut for $name {
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.0
            }
        }

        impl From<$value> for $name {
            fn from(value: $value) -> Self {
                $name::new(value)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

atomics! {
    AtomicBool(bool) fetch_and, fetch_or, fetch_xor;
    AtomicU8(u8) fetch_add, fetch_sub, fetch_and, fetch_or, fetch_xor, fetch_max, fetch_min;
    AtomicU16(u16) fetch_add, fetch_sub, fetch_and, fetch_or, fetch_xor, fetch_max, fetch_min;
    AtomicU32(u32) fetch_add, fetch_sub, fetch_and, fetch_or, fetch_xor, fetch_max, fetch_min;
    AtomicU64(u64) fetch_add, fetch_sub, fetch_and, fetch_or, fetch_xor, fetch_max, fetch_min;
    AtomicUsize(usize) fetch_add, fetch_sub, fetch_and, fetch_or, fetch_xor, fetch_max, fetch_min;
    AtomicI8(i8) fetch_add, fetch_sub, fetch_and, fetch_or, fetch_xor, fetch_max, fetch_min;
    AtomicI16(i16) fetch_add, fetch_sub, fetch_and, fetch_or, fetch_xor, fetch_max, fetch_min;
    AtomicI32(i32) fetch_add, fetch_sub, fetch_and, fetch_or, fetch_xor, fetch_max, fetch_min;
    AtomicI64(i64) fetch_add, fetch_sub, fetch_and, fetch_or, fetch_xor, fetch_max, fetch_min;
    AtomicIsize(isize) fetch_add, fetch_sub, fetch_and, fetch_or, fetch_xor, fetch_max, fetch_min;
}
