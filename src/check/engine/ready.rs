//! Who can go on in an execution, and whether they are to.

use std::rc::Rc;

use super::trace::step::{Label, Planned};
use crate::sync::engine::machine::Parts;
use crate::sync::engine::machine::request::{Choices, Request};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{Name, Op};
use crate::sync::engine::world::{self, World};

/// The execution is not the planned one: the check depends on more than the schedule, or has been changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lost;

/// Whether a task that has come back from a yield goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goes {
    /// It may.
    On,
    /// It waits until something changes.
    Waits,
    /// It goes on only if no other task does.
    Last,
    /// It is one of several that go round in a circle, and make no progress.
    Round,
    /// Unknown: to be found out by a probe.
    Unknown,
}

/// A task that can go on, and its announced operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ready<'a> {
    pub(super) task: Name,
    pub(super) op: &'a Op,
    /// How it can go ahead.
    pub(super) choices: Choices,
    /// It is to go on only if no other task does.
    pub(super) last: bool,
    /// It has just yielded.
    pub(super) yielded: bool,
    pub(super) world: &'a World,
}

impl Ready<'_> {
    /// Each way in which it can go ahead.
    pub(super) fn labels(&self) -> impl Iterator<Item = Label> {
        let task = self.task;
        self.choices.iter().map(move |choice| Label { task, choice })
    }

    /// The object of the operation; for a select, the first of its arms.
    pub(super) fn object(&self) -> Option<ObjectName> {
        self.op.request.object().map(|object| self.world.object(object).name)
    }

    /// What it asks for.
    pub(super) fn request(&self) -> Request<ObjectName> {
        self.op.request.at(|id| self.world.object(id).name)
    }

    /// The operations of the tasks that cannot go on where the tasks of `ready` can.
    pub(super) fn waiting(ready: &[Ready<'_>]) -> Vec<Rc<Planned>> {
        let world = ready[0].world;
        let waits = |task: &world::Task| {
            let request = task.pending.as_ref()?.request.at(|id| world.object(id).name);
            let goes_on = ready.iter().any(|ready| ready.task == task.name);
            let label = Label { task: task.name, choice: None };
            (!goes_on).then(|| Rc::new(Planned { label, request, parts: Parts::new(), own: 0, spawned: None }))
        };
        world.tasks.iter().filter_map(waits).collect()
    }
}
