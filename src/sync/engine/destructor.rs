//! Notices that a destructor does what depends on who runs it, or when: then the order of the drops matters.

use super::names::ObjectName;
use super::world;

/// While it lives, this task runs a destructor for the object: if it performs an operation, asks which task runs it, or
/// panics, the object [matters](super::names::Names::matters) from then on.
#[derive(Debug)]
pub(super) struct Destructor {
    /// Its task was unwinding before.
    unwinds: bool,
}

impl Destructor {
    pub(super) fn of(object: ObjectName) -> Self {
        world::with(|world| world.me().destroying.push(object));
        Destructor { unwinds: std::thread::panicking() }
    }
}

impl Drop for Destructor {
    fn drop(&mut self) {
        world::with(|world| {
            if std::thread::panicking() && !self.unwinds {
                // Whom it happens to matters.
                world.owners_of_the_destroyed_matter();
            }
            world.me().destroying.pop();
        });
    }
}
