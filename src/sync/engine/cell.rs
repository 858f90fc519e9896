//! A cell under an engine: no scheduling point, but every access is told to whoever looks for data races.

use std::panic::Location;

use super::backend::RawUnsafeCell;
use super::machine::cell::Cell;
use super::names::ObjectName;
use super::world::{self, Local};

/// A cell whose accesses are closures, so that every build can watch them.
#[derive(Debug)]
pub struct UnsafeCell<T> {
    value: RawUnsafeCell<T>,
    /// None for one that was made outside of an execution.
    name: Option<ObjectName>,
}

impl<T> UnsafeCell<T> {
    /// A cell that holds `value`.
    #[track_caller]
    pub fn new(value: T) -> Self {
        let name = world::add_to_current(Cell, Location::caller()).map(|(_, name)| name);
        UnsafeCell { value: RawUnsafeCell::new(value), name }
    }

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

    /// The value.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
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
