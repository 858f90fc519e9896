//! Objects of several primitives, whose calls are one step in a story: a context, a clock, a pattern's.
//!
//! A call is no operation, and no scheduling point: a world records beside its events where the call began and
//! returned, and the story decides whether the steps in between are one row.

use std::panic::Location;

use super::world::{self, Call, World};

/// An object of several primitives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compound {
    /// The execution that made it.
    execution: u32,
    number: usize,
}

/// A call that has not returned: it does when this is dropped.
#[must_use]
pub(crate) struct Entered(Option<(u32, usize)>);

impl Compound {
    /// What it is, in the word of a report.
    #[track_caller]
    pub(crate) fn new(noun: &'static str) -> Self {
        let made = Location::caller();
        // Every use of one that was made outside of an execution is an error.
        let none = (0, 0);
        let (execution, number) =
            if world::active() { world::with(|world| world.add_compound(noun, made)) } else { none };
        Compound { execution, number }
    }

    /// Begins a call of the facade's own, all of whose operations are reported at the line of the program. Objects that
    /// are made in it belong to this object.
    #[track_caller]
    pub(crate) fn enter(&self, verb: &'static str) -> Entered {
        self.begin(verb, true, Some(Location::caller()))
    }

    /// Begins the call of a destructor, which has no line of its own.
    pub(crate) fn end(&self, verb: &'static str) -> Entered {
        self.begin(verb, true, None)
    }

    /// A call of a method with this body, whose operations are reported at their own lines.
    #[track_caller]
    pub(crate) fn call<R>(&self, verb: &'static str, body: impl FnOnce() -> R) -> R {
        let _entered = self.begin(verb, false, Some(Location::caller()));
        body()
    }

    fn begin(&self, verb: &'static str, owns: bool, location: Option<&'static Location<'static>>) -> Entered {
        let begin = |world: &mut World| {
            let (task, compound) = (world.current, self.number);
            world.begin_call(self.execution, |begin| Call { task, compound, verb, owns, location, begin, end: None })
        };
        Entered(world::active().then(|| world::with(begin)).flatten())
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        if let Some((execution, call)) = self.0.filter(|_| world::active()) {
            world::with(|world| world.end_call(execution, call));
        }
    }
}
