//! The words of an execution: tasks, objects, operations and events.
//!
//! Every operation of the facade is *announced* as an [`Op`] before the scheduling point that
//! precedes it, and recorded as an [`Event`] once it has taken effect. Schedulers decide by ops, reports are made of
//! events.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::Location;

use serde::{Deserialize, Serialize};

use super::machine::Act;
use super::machine::request::Request;

/// A task of the running execution: 0 is the body of the check, the others count up in the order in
/// which they were spawned.
///
/// Numbers differ between equivalent schedules; a [`Name`] does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskId(pub(crate) u32);

impl TaskId {
    pub(crate) const MAIN: TaskId = TaskId(0);

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A task by its place in the tree of tasks, which is the same in equivalent executions; see
/// [`names`](super::names).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Name(pub(crate) u32);

impl Name {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A set of tasks, by name. Tasks from the 64th on share one bit: an operation that depends on one of them depends on
/// all of them, which is sound.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TaskSet(u64);

impl TaskSet {
    fn bit(task: Name) -> u64 {
        1 << task.0.min(u64::BITS - 1)
    }

    /// Adds a task.
    pub(crate) fn insert(&mut self, task: Name) {
        self.0 |= TaskSet::bit(task);
    }

    /// Whether the task may be in it.
    pub fn contains(self, task: Name) -> bool {
        self.0 & TaskSet::bit(task) != 0
    }

    /// Whether it is empty.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Debug for TaskSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tasks = (0..u64::BITS).map(Name).filter(|&task| self.contains(task));
        f.debug_set().entries(tasks).finish()
    }
}

/// A lock, channel, atomic or other object of the running execution, in the order of creation.
#[derive(Clone, Copy, Debug)]
pub struct ObjectId {
    number: u32,
    /// The execution that made it. An object that is kept in a static outlives its execution, and belongs to no other.
    execution: u32,
}

impl ObjectId {
    /// The object of that number of an execution.
    pub(crate) fn new(number: usize, execution: u32) -> Self {
        ObjectId { number: number as u32, execution }
    }

    pub(crate) fn index(self) -> usize {
        self.number as usize
    }

    pub(crate) fn is_of(self, execution: u32) -> bool {
        self.execution == execution
    }
}

// Only the number counts, so that ids of different executions can be compared.
impl PartialEq for ObjectId {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for ObjectId {}

impl Hash for ObjectId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl PartialOrd for ObjectId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ObjectId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.number.cmp(&other.number)
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_who_was_added() {
        let mut set = TaskSet::default();
        assert!(set.is_empty() && !set.contains(Name(3)));
        set.insert(Name(3));
        set.insert(Name(5));
        assert!(!set.is_empty());
        let held = |set: TaskSet| (0..66).filter(|&task| set.contains(Name(task))).collect::<Vec<_>>();
        assert_eq!(held(set), [3, 5]);
        set.insert(Name(70));
        assert_eq!(held(set), [3, 5, 63, 64, 65], "which of them it is, is not known");
    }
}
