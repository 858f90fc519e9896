//! The words of an execution: operations and events.
//!
//! Every operation of the facade is *announced* as an [`Op`] before the scheduling point that
//! precedes it, and recorded as an [`Event`] once it has taken effect. Schedulers decide by ops, reports are made of
//! events.

use std::panic::Location;

pub use super::ids::{Name, ObjectId, TaskId};
use super::machine::Act;
use super::machine::request::Request;

/// An operation: what is asked for, and the line of the program that asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Op {
    /// What is asked for.
    pub(crate) request: Request<ObjectId>,
    /// The line in the checked program.
    pub(crate) location: &'static Location<'static>,
}

impl Op {
    /// One act on one object.
    pub(crate) fn one(object: ObjectId, act: impl Into<Act>, location: &'static Location<'static>) -> Self {
        Op { request: Request::One(object, act.into()), location }
    }

    /// Whether it is this act on one object.
    pub(crate) fn is(&self, act: impl Into<Act>) -> bool {
        self.request.is(act)
    }

    /// Whether it is a choice, which concerns only its task.
    pub(crate) fn chooses(&self) -> bool {
        matches!(self.request, Request::Choose(..))
    }

    /// Whether it is the choice whether an attempt fails.
    #[cfg(shuttle)]
    pub(crate) fn may_fail(&self) -> bool {
        matches!(self.request, Request::Choose(_, why) if why.is_failure())
    }

    /// Whether it lets others go first.
    pub(crate) fn yields(&self) -> bool {
        matches!(self.request, Request::Yield)
    }
}

/// An operation that has taken effect.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Event {
    /// The task that did it.
    pub(crate) task: TaskId,
    /// What was done.
    pub(crate) op: Op,
    /// The answer of its act; for a select the number of the channel that it took from, and for a choice what was
    /// chosen.
    pub(crate) value: Option<u64>,
    /// The value written, if it wrote to an atomic.
    pub(crate) wrote: Option<u64>,
    /// Which of its arms a select took, or what was chosen.
    pub(crate) choice: Option<u32>,
    /// It preempted the task of the event before.
    pub(crate) preempts: bool,
}
