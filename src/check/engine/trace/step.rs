//! A step of an execution as the search sees it: its task, what it did, and what it depends on.

use std::ops::BitOrAssign;
use std::panic::Location;
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::watched::{Turn, Watched};
use crate::sync::engine::machine::request::Request;
use crate::sync::engine::machine::{Effect, Part, Parts};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;

/// What a schedule consists of: a task to run, and for a select that could take from several arms, the arm that it
/// takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::check::engine) struct Label {
    pub(in crate::check::engine) task: Name,
    pub(in crate::check::engine) choice: Option<u32>,
}

/// A step that has been run from some place of the tree of schedules, or is to be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::check::engine) struct Planned {
    pub(in crate::check::engine) label: Label,
    pub(in crate::check::engine) request: Request<ObjectName>,
    /// Its effects there; empty if they are not known yet.
    pub(in crate::check::engine) parts: Parts,
    /// How many of the parts are the operation's own; the others are what its task did between this operation and the
    /// next.
    pub(in crate::check::engine) own: usize,
    /// The task that it starts.
    pub(in crate::check::engine) spawned: Option<Name>,
}

impl Planned {
    /// A step of which nothing is known but its label.
    pub(in crate::check::engine) fn unknown(label: Label) -> Self {
        Planned { label, request: Request::Yield, parts: Parts::new(), own: 0, spawned: None }
    }
}

/// What a task has done to cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::check::engine) struct Accesses {
    pub(in crate::check::engine) reads: bool,
    pub(in crate::check::engine) writes: bool,
}

impl BitOrAssign for Accesses {
    fn bitor_assign(&mut self, other: Accesses) {
        self.reads |= other.reads;
        self.writes |= other.writes;
    }
}

/// An operation that was run.
#[derive(Clone, Debug)]
pub(in crate::check::engine) struct Step {
    pub(in crate::check::engine) planned: Rc<Planned>,
    task: Name,
    pub(in crate::check::engine) location: &'static Location<'static>,
    /// How many objects there are after it.
    pub(in crate::check::engine) objects: usize,
    /// How many steps its task has run, with this one.
    pub(in crate::check::engine) count: u32,
    /// The step before it in its task; of the first, the one that started the task.
    pub(in crate::check::engine) previous: Option<usize>,
    /// The last step that it depends on.
    pub(in crate::check::engine) latest: Option<usize>,
    /// Earlier steps of other tasks that could as well have come after it.
    pub(in crate::check::engine) races: SmallVec<[usize; 2]>,
    /// What its task has done to cells after it, before its next operation.
    pub(in crate::check::engine) accesses: Accesses,
    /// What the task waited for, if it spun until then.
    pub(in crate::check::engine) awaited: Option<Rc<[Watched]>>,
    /// The turn that it ends, if its task has yielded after it.
    pub(in crate::check::engine) turn: Option<Turn>,
}

impl Step {
    /// The operation `planned`, of which is yet to be found out what it comes after.
    pub(in crate::check::engine) fn of(
        planned: Rc<Planned>,
        location: &'static Location<'static>,
        objects: usize,
        accesses: Accesses,
        awaited: Option<Rc<[Watched]>>,
    ) -> Self {
        Step {
            task: planned.label.task,
            planned,
            location,
            objects,
            count: 0,
            previous: None,
            latest: None,
            races: SmallVec::new(),
            accesses,
            awaited,
            turn: None,
        }
    }

    pub(in crate::check::engine) fn task(&self) -> Name {
        self.task
    }

    pub(in crate::check::engine) fn parts(&self) -> &[Part] {
        &self.planned.parts
    }

    /// Whether it is the choice that an attempt fails; where it is the choice that it does not, that is another.
    pub(in crate::check::engine) fn fails(&self) -> bool {
        self.decides_a_failure() && self.planned.label.choice == Some(1)
    }

    /// Whether it is the choice whether an attempt fails.
    pub(super) fn decides_a_failure(&self) -> bool {
        matches!(self.planned.request, Request::Choose(_, why) if why.is_failure())
    }

    /// What it did to one object.
    pub(in crate::check::engine) fn on(&self, object: ObjectName) -> impl Iterator<Item = Effect> {
        self.parts().iter().filter(move |part| part.object == object).map(|part| part.effect)
    }
}

/// Whether the order of two operations of different tasks can be told.
pub(in crate::check::engine) fn dependent(one: &[Part], other: &[Part]) -> bool {
    one.iter().any(|here| other.iter().any(|there| here.object == there.object && here.effect.dependent(there.effect)))
}

/// Whether two operations are about an object in common.
pub(in crate::check::engine) fn meet(one: &[Part], other: &[Part]) -> bool {
    one.iter().any(|here| other.iter().any(|there| here.object == there.object))
}
