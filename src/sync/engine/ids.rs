//! Who and what: tasks and objects, by number and by name.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

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

/// The name of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectName(pub(crate) u32);

impl ObjectName {
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
