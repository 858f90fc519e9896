//! What [`select!`](crate::select!) and [`select_biased!`](crate::select_biased!) expand to besides [`Select`].

use super::{AsSource, Select};

/// What an arm receives from.
#[inline]
pub fn source<By, S: AsSource<By> + ?Sized>(source: &S) -> &S::Source {
    source.as_source()
}

/// A select of no operation yet, for `select!`.
#[inline]
pub fn fair<'a>() -> Select<'a> {
    Select::new()
}

/// A select of no operation yet, for `select_biased!`.
#[inline]
pub fn biased<'a>() -> Select<'a> {
    Select::new_biased()
}

/// crossbeam's macros, by the names of the functions above.
#[cfg(not(any(loom, shuttle, jitter)))]
pub mod bare {
    pub use crossbeam_channel::{select as fair, select_biased as biased};
}

/// What the arm that was taken has received.
#[cfg(not(any(loom, shuttle, jitter)))]
#[inline]
pub fn message<T>(received: Option<T>) -> T {
    received.expect("the arm that was taken has received something")
}
