//! A cell whose accesses are closures, so that an engine can watch them.

/// `std::cell::UnsafeCell` with loom's interface: an access is a closure over a pointer. In the plain build it is just
/// the cell.
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
/// // Or by a pointer, of whose uses an engine knows what is declared.
/// let pointer = cell.get();
/// cell.declare_read();
/// // SAFETY: there is nobody else.
/// assert_eq!(unsafe { *pointer }, 2);
/// assert_eq!(cell.into_inner(), 2);
/// # });
/// ```
#[derive(Debug, Default)]
#[repr(transparent)]
pub struct UnsafeCell<T: ?Sized>(std::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    /// A cell that holds `value`.
    #[inline]
    pub const fn new(value: T) -> Self {
        UnsafeCell(std::cell::UnsafeCell::new(value))
    }

    /// The value.
    #[inline]
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl<T: ?Sized> UnsafeCell<T> {
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

    /// A pointer to the value. An engine sees accesses through it only if they are declared:
    /// [`declare_read`](Self::declare_read), [`declare_write`](Self::declare_write).
    #[inline]
    pub const fn get(&self) -> *mut T {
        self.0.get()
    }

    /// Says that the value is read here, through a pointer from [`get`](Self::get).
    #[inline]
    pub fn declare_read(&self) {}

    /// Says that the value is written here, through a pointer from [`get`](Self::get).
    #[inline]
    pub fn declare_write(&self) {}

    /// The value: there is no other reference. An engine takes this for a write.
    #[inline]
    pub fn get_mut(&mut self) -> &mut T {
        self.0.get_mut()
    }
}

impl<T> From<T> for UnsafeCell<T> {
    fn from(value: T) -> Self {
        UnsafeCell::new(value)
    }
}
