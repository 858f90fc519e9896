//! What all guards have in common: they dereference to what they guard, and those that may write record that they have.

/// Implements the traits of a guard, whose field `data` is there until the guard is given up.
macro_rules! guard {
    ($name:ident) => {
        impl<T: ?Sized> std::ops::Deref for $name<'_, T> {
            type Target = T;

            fn deref(&self) -> &T {
                self.data.as_ref().expect("the data is there while the lock is held")
            }
        }

        impl<T: ?Sized + std::fmt::Debug> std::fmt::Debug for $name<'_, T> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                (**self).fmt(f)
            }
        }

        impl<T: ?Sized + std::fmt::Display> std::fmt::Display for $name<'_, T> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                (**self).fmt(f)
            }
        }
    };
    ($name:ident writes) => {
        $crate::sync::engine::guard::guard!($name);

        impl<T: ?Sized> std::ops::DerefMut for $name<'_, T> {
            fn deref_mut(&mut self) -> &mut T {
                self.changed = true;
                self.data.as_mut().expect("the data is there while the lock is held")
            }
        }
    };
}

pub(super) use guard;
