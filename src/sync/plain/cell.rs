//! A cell whose accesses are closures, so that an engine can watch them.

/// `std::cell::UnsafeCell` with loom's interface: an access is a closure over a pointer. In the plain
/// build it is the cell and nothing else.
///
/// ```
/// use selvedge::sync::{Mutex, UnsafeCell};
///
/// # selvedge::check::verify(|| {
/// let (turn, cell) = (Mutex::new(()), UnsafeCell::new(1));
/// let held = turn.lock();
/// // SAFETY: whoever holds the lock has the cell to itself.
/// cell.with_mut(|value| unsafe { *value += 1 });
/// drop(held);
/// assert_eq!(cell.into_inner(), 2);
/// # });
/// ```
#[derive(Debug, Default)]
#[repr(transparent)]
pub struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    /// A cell that holds `value`.
    #[inline]
    pub const fn new(value: T) -> Self {
        UnsafeCell(std::cell::UnsafeCell::new(value))
    }

    /// Reads through a pointer.
    #[inline]
    pub fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        f(self.0.get())
    }

    /// Writes through a pointer.
    #[inline]
    pub fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }

    /// The value.
    #[inline]
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}
