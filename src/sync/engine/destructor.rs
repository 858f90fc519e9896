//! Notices that a destructor performs an operation: then the order of the drops matters.

use super::names::ObjectName;
use super::world;

/// While it lives, this task runs a destructor for the object: if it performs an operation, the object
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
