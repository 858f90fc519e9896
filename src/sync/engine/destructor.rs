//! Noticing that a destructor does an operation: then it matters to others who ran it.

use super::names::ObjectName;
use super::world;

/// While it lives, an operation of this task is one of a destructor that this object has run: it
/// [matters](super::names::Names::matters) from then on.
#[derive(Debug)]
pub(super) struct Destructor;

impl Destructor {
    pub(super) fn of(object: ObjectName) -> Self {
        world::with(|world| world.me().destroying.push(object));
        Destructor
    }
}

impl Drop for Destructor {
    fn drop(&mut self) {
        world::with(|world| world.me().destroying.pop());
    }
}
