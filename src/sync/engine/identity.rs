//! What an object is known by, kept in the object itself: with it the world learns that the object is dropped.
//!
//! Only unsafe code can use what is dropped. But an operation that is announced and has not taken effect yet is use
//! enough: on real threads it would be under way in memory that is free.

use std::ops::Deref;
use std::panic::Location;

use super::ids::ObjectId;
use super::machine::State;
use super::world;

/// The id of the object that it is a part of.
#[derive(Debug)]
pub(super) struct Identity(ObjectId);

impl Identity {
    /// That of a new object.
    pub(super) fn new(state: impl Into<State>, born: &'static Location<'static>) -> Self {
        Identity(world::with(|world| world.add_object(state, born)))
    }

    /// That of an object which exists from the beginning of the execution.
    pub(super) fn global(key: &str, state: impl Into<State>, born: &'static Location<'static>) -> Self {
        Identity(world::with(|world| world.add_global(key, state, born)))
    }
}

impl Deref for Identity {
    type Target = ObjectId;

    fn deref(&self) -> &ObjectId {
        &self.0
    }
}

impl Drop for Identity {
    fn drop(&mut self) {
        if let Some(Err(why)) = world::with_active(|world| world.drop_object(self.0)) {
            world::stop(why);
        }
    }
}
