//! A count as the world knows it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::Location;

use crate::sync::engine::backend;
use crate::sync::engine::ids::{ObjectId, ObjectName};
use crate::sync::engine::machine::count::{Act, Count};
use crate::sync::engine::op::Op;
use crate::sync::engine::world::{self, World};

/// A count as the world knows it.
#[derive(Clone, Copy)]
pub(super) struct Watched(pub(super) Option<(ObjectId, ObjectName)>);

impl Watched {
    /// A count that no execution knows.
    pub(super) const NOT: Watched = Watched(None);

    /// One that begins with so many owners.
    #[track_caller]
    pub(super) fn new(owners: u32) -> Self {
        Watched(world::add_to_current(Count { owners, weak: 0 }, Location::caller()))
    }

    /// Runs `ask` on the world, if the count was made in the execution that runs on this thread.
    pub(super) fn known<R>(self, ask: impl FnOnce(&mut World, ObjectId, ObjectName) -> R) -> Option<R> {
        let (id, name) = self.0?;
        let asked = world::with_active(|world| {
            let same = world.objects.get(id.index()).is_some_and(|object| object.name == name);
            same.then(|| ask(world, id, name))
        });
        asked.flatten()
    }

    /// Performs an act on the count: as an operation, if the count matters.
    pub(super) fn act<R>(self, act: Act, location: Option<&'static Location<'static>>, then: impl FnOnce() -> R) -> R {
        let op = self.known(|world, object, name| {
            if world.does_matter(name) {
                let location = location.unwrap_or(world.object(object).born);
                return Some(Op::one(object, act, location));
            }
            world.quietly(object, act);
            None
        });
        match op.flatten() {
            Some(op) => backend::perform(&[], op, |_| then()),
            None => then(),
        }
    }

    /// Reads the count, which matters from now on.
    #[track_caller]
    pub(super) fn ask<R>(self, act: Act, then: impl FnOnce() -> R) -> R {
        self.known(|world, _, name| world.matters(name));
        self.act(act, Some(Location::caller()), then)
    }
}

thread_local! {
    /// The counts of owners that have become pointers, by where their values are.
    static RAW: RefCell<HashMap<usize, Watched>> = RefCell::new(HashMap::new());
}

impl Watched {
    /// Remembers the count of a value by a pointer to it.
    pub(super) fn remember<T: ?Sized>(self, value: *const T) -> *const T {
        RAW.with_borrow_mut(|raw| raw.insert(value.cast::<()>().addr(), self));
        value
    }

    /// The count of a value, by a pointer to it.
    pub(super) fn of<T: ?Sized>(value: *const T) -> Self {
        RAW.with_borrow(|raw| raw.get(&value.cast::<()>().addr()).copied()).unwrap_or(Watched::NOT)
    }
}
