//! What is known of a turn of a loop, and what a task waits for that has spun; see [`turn`](super::turn).

use std::rc::Rc;

use crate::sync::engine::machine::{Act, Effect, Part};
use crate::sync::engine::names::ObjectName;

/// What is known of the turn that a step ends.
#[derive(Clone, Debug)]
pub(in crate::check::engine) enum Turn {
    /// It has just ended.
    New,
    /// The task goes on: the turn was not idle, the so many-th such turn in a row.
    Passed(u32),
    /// It was idle, the so many-th idle turn in a row; but the loop does not go on like this.
    Counted(u32),
    /// The task waits until an operation on one of these would answer otherwise.
    Spins(Rc<[Watched]>),
    /// The same; but if no other task can go on, this one does: the loop ends at some time.
    HeldBack(Rc<[Watched]>),
    /// It was not idle, and the loop goes on like this for ever if its task is alone: the task goes on only if no other
    /// can.
    Endless,
}

/// What the turns of a loop do to one object, again and again.
#[derive(Clone, Debug)]
pub(in crate::check::engine) struct Watched {
    pub(super) object: ObjectName,
    /// Each act, with its effect and its answer.
    pub(super) acts: Vec<(Act, Effect, Option<u64>)>,
    /// The turns read cells, which the object may guard.
    pub(super) reads: bool,
}

/// Additional parts of a step that goes ahead because something has changed: it depends on the steps that change these.
pub(in crate::check::engine) fn awaits(watched: &[Watched]) -> impl Iterator<Item = Part> {
    watched.iter().map(|watched| Part { object: watched.object, act: Act::Awaits, effect: Effect::Changed })
}
