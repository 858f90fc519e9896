//! A step of an execution as the search sees it: who, what it did, and what it depends on.

use std::panic::Location;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::sync::atomic::Ordering;
use crate::sync::engine::effect::Effect;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{Kind, Name};

/// What an operation did, object by object.
pub(in crate::check::engine) type Effects = Arc<[(ObjectName, Effect)]>;

/// What a schedule consists of: a task to run, or the outcome of the choice that its operation
/// asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(in crate::check::engine) struct Label {
    pub(in crate::check::engine) task: Name,
    pub(in crate::check::engine) choice: Option<u32>,
}

/// A step of a schedule that is yet to be run, and what is known of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::check::engine) struct Planned {
    pub(in crate::check::engine) label: Label,
    pub(in crate::check::engine) effects: Effects,
    /// The task that it starts.
    pub(in crate::check::engine) spawned: Option<Name>,
}

/// A channel that an operation waits for or sends to.
#[derive(Clone, Copy, Debug)]
pub(in crate::check::engine) struct Arm {
    pub(in crate::check::engine) object: ObjectName,
    /// 0 for a rendezvous, `None` without a bound.
    pub(in crate::check::engine) capacity: Option<u32>,
}

/// An operation that was run.
#[derive(Clone, Debug)]
pub(in crate::check::engine) struct Step {
    pub(in crate::check::engine) label: Label,
    pub(in crate::check::engine) kind: Kind,
    pub(in crate::check::engine) location: &'static Location<'static>,
    pub(in crate::check::engine) effects: Effects,
    /// Of an operation on an atomic.
    pub(in crate::check::engine) ordering: Option<Ordering>,
    /// The channels of a send, receive or select.
    pub(in crate::check::engine) arms: Vec<Arm>,
    pub(in crate::check::engine) spawned: Option<Name>,
    /// How many steps its task has run, with this one.
    pub(in crate::check::engine) count: u32,
    /// The step before it in its task; of the first, the one that started the task.
    pub(in crate::check::engine) previous: Option<usize>,
    /// The last step that it depends on.
    pub(in crate::check::engine) latest: Option<usize>,
    /// Earlier steps of other tasks that could as well have come after it.
    pub(in crate::check::engine) races: Vec<usize>,
}

impl Step {
    pub(in crate::check::engine) fn planned(&self) -> Planned {
        Planned { label: self.label, effects: Arc::clone(&self.effects), spawned: self.spawned }
    }

    /// What it did to one object.
    pub(in crate::check::engine) fn on(&self, object: ObjectName) -> impl DoubleEndedIterator<Item = Effect> {
        self.effects.iter().filter(move |&&(other, _)| other == object).map(|&(_, effect)| effect)
    }
}

/// Whether the order of two operations of different tasks can be told.
pub(in crate::check::engine) fn dependent(one: &[(ObjectName, Effect)], other: &[(ObjectName, Effect)]) -> bool {
    one.iter().any(|&(here, effect)| other.iter().any(|&(there, later)| here == there && effect.dependent(later)))
}
