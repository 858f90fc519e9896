//! What std's has of its value: it is made from one, compared and shown as one.

use std::borrow::Borrow;
use std::{fmt, sync};

use super::Arc;
use super::watched::Watched;

impl<T: ?Sized> AsRef<T> for Arc<T> {
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T: ?Sized> Borrow<T> for Arc<T> {
    fn borrow(&self) -> &T {
        self
    }
}

impl<T> From<T> for Arc<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Arc::new(value)
    }
}

impl<T: ?Sized> From<sync::Arc<T>> for Arc<T> {
    fn from(count: sync::Arc<T>) -> Self {
        Arc { count: Some(count), watched: Watched::NOT }
    }
}

impl<T: ?Sized> From<Box<T>> for Arc<T> {
    #[track_caller]
    fn from(value: Box<T>) -> Self {
        Arc::watching(value.into())
    }
}

impl From<&str> for Arc<str> {
    #[track_caller]
    fn from(text: &str) -> Self {
        Arc::watching(text.into())
    }
}

impl From<String> for Arc<str> {
    #[track_caller]
    fn from(text: String) -> Self {
        Arc::watching(text.into())
    }
}

impl<T> From<Vec<T>> for Arc<[T]> {
    #[track_caller]
    fn from(values: Vec<T>) -> Self {
        Arc::watching(values.into())
    }
}

impl<T: Clone> From<&[T]> for Arc<[T]> {
    #[track_caller]
    fn from(values: &[T]) -> Self {
        Arc::watching(values.into())
    }
}

impl<T, const N: usize> From<[T; N]> for Arc<[T]> {
    #[track_caller]
    fn from(values: [T; N]) -> Self {
        Arc::watching(values.into())
    }
}

impl<T> FromIterator<T> for Arc<[T]> {
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Arc::watching(values.into_iter().collect())
    }
}

impl<T: ?Sized> Arc<T> {
    /// The only owner of a value.
    #[track_caller]
    fn watching(count: sync::Arc<T>) -> Self {
        Arc { count: Some(count), watched: Watched::new(1) }
    }
}

impl<T: Default> Default for Arc<T> {
    #[track_caller]
    fn default() -> Self {
        Arc::new(T::default())
    }
}

/// Implements traits as those of the value.
macro_rules! as_the_value {
    ($($name:ident: $($method:ident -> $result:ty),*;)*) => {$(
        impl<T: ?Sized + $name> $name for Arc<T> {
            $(fn $method(&self, other: &Self) -> $result {
                (**self).$method(&**other)
            })*
        }
    )*};
}

as_the_value! {
    PartialEq: eq -> bool;
    PartialOrd: partial_cmp -> Option<std::cmp::Ordering>;
    Ord: cmp -> std::cmp::Ordering;
}

impl<T: ?Sized + Eq> Eq for Arc<T> {}

impl<T: ?Sized + std::hash::Hash> std::hash::Hash for Arc<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Arc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized> fmt::Pointer for Arc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(self.count(), f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for Arc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
