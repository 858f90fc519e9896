//! A cell under an engine: an access is no scheduling point, but is recorded for the search for data races.

use std::panic::Location;

use super::backend::RawUnsafeCell;
use super::machine::cell::Cell;
use super::names::ObjectName;
use super::world::{self, Local};

/// A cell whose accesses are closures, so that every build can watch them.
#[derive(Debug)]
pub struct UnsafeCell<T: ?Sized> {
    /// None for one that was made outside of an execution.
    name: Option<ObjectName>,
    value: RawUnsafeCell<T>,
}

impl<T> UnsafeCell<T> {
    /// A cell that holds `value`.
    #[track_caller]
    pub fn new(value: T) -> Self {
        let name = world::add_to_current(Cell, Location::caller()).map(|(_, name)| name);
        UnsafeCell { name, value: RawUnsafeCell::new(value) }
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> UnsafeCell<T> {
    /// Reads through a pointer.
    #[track_caller]
    pub fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        self.access(false, Location::caller());
        self.value.with(f)
    }

    /// Writes through a pointer.
    #[track_caller]
    pub fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        self.access(true, Location::caller());
        self.value.with_mut(f)
    }

    /// A pointer to the value. An engine sees accesses through it only if they are declared:
    /// [`declare_read`](Self::declare_read), [`declare_write`](Self::declare_write).
    pub fn get(&self) -> *mut T {
        self.value.get()
    }

    /// Says that the value is read here, through a pointer from [`get`](Self::get).
    #[track_caller]
    pub fn declare_read(&self) {
        self.access(false, Location::caller());
        self.value.with(|_| ());
    }

    /// Says that the value is written here, through a pointer from [`get`](Self::get).
    #[track_caller]
    pub fn declare_write(&self) {
        self.access(true, Location::caller());
        self.value.with_mut(|_| ());
    }

    /// The value: there is no other reference. It counts as written.
    #[track_caller]
    pub fn get_mut(&mut self) -> &mut T {
        self.declare_write();
        // SAFETY: the reference is the only one.
        unsafe { &mut *self.value.get() }
    }

    fn access(&self, write: bool, location: &'static Location<'static>) {
        if let Some(cell) = self.name.filter(|_| world::active()) {
            let access = Local::Access { cell, write, location };
            world::with(|world| world.local(access)).unwrap_or_else(|why| world::stop(why));
        }
    }
}

impl<T: Default> Default for UnsafeCell<T> {
    #[track_caller]
    fn default() -> Self {
        UnsafeCell::new(T::default())
    }
}

impl<T> From<T> for UnsafeCell<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        UnsafeCell::new(value)
    }
}
