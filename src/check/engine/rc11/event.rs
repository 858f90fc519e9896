//! The events of an execution.

use std::sync::Arc;

use super::clock::{Clock, Clocks};
use super::deed::{Deed, Did, Value};
use crate::check::story::Ordering;
use crate::sync::engine::machine::Passes;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;

/// An event, by its place in the order of addition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Stamp(pub(super) u32);

/// Something that a thread has done.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) thread: Name,
    /// How many events of its thread come before it.
    pub(super) index: u32,
    pub(super) what: What,
    /// Its place in the order of SC events: SeqCst, if it has one.
    pub(super) ordering: Ordering,
    /// What it acquires and releases.
    pub(super) passes: Passes,
    /// What a write that has revisited a read depends on: no later revisit may take it away.
    pub(super) fixed: bool,
    /// It is one step with the event before it in its thread: nothing comes between.
    pub(super) joined: bool,
    pub(super) clocks: Clocks,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    /// Reads from the write `from`. The act says what follows, which may be to write. It also comes after the write
    /// `after`, if its thread has waited for that one too.
    Read {
        location: ObjectName,
        act: Deed,
        from: Stamp,
        after: Option<Stamp>,
        /// The effect of the act on what is read.
        effect: Option<Did>,
    },
    /// Leaves a location in a state.
    Write {
        location: ObjectName,
        state: Arc<Value>,
        origin: Origin,
    },
    Fence,
    /// One of so many arms is chosen: the first, unless an item asks for another.
    Choice {
        chosen: u32,
        of: u32,
    },
    /// No other thread could go on: it comes after all events of the graph.
    Settles,
}

/// What kind of write it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The location was made. It is not an atomic access: every use of the location must happen after it.
    Birth,
    /// This thread was started, whose end the location tells.
    Start(Name),
    /// A store.
    Store,
    /// The second half of a read-modify-write.
    Half,
}

impl Event {
    /// The location that it reads or writes.
    pub(super) fn location(&self) -> Option<ObjectName> {
        match self.what {
            What::Read { location, .. } | What::Write { location, .. } => Some(location),
            What::Fence | What::Choice { .. } | What::Settles => None,
        }
    }

    /// The write that it reads from.
    pub(super) fn from(&self) -> Option<Stamp> {
        if let What::Read { from, .. } = self.what { Some(from) } else { None }
    }

    /// The events of other threads that have to be performed before it.
    pub(super) fn awaits(&self) -> impl Iterator<Item = Stamp> + use<> {
        let (from, after) =
            if let What::Read { from, after, .. } = self.what { (Some(from), after) } else { (None, None) };
        from.into_iter().chain(after)
    }

    pub(super) fn writes(&self) -> bool {
        matches!(self.what, What::Write { .. })
    }

    /// Whether it is the second half of a read-modify-write.
    pub(super) fn is_half(&self) -> bool {
        matches!(self.what, What::Write { origin: Origin::Half, .. })
    }

    /// Whether it is in a set of events.
    pub(super) fn is_in(&self, set: &Clock) -> bool {
        set.count(self.thread) > self.index
    }
}
