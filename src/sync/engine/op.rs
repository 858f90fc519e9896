//! The words of an execution: tasks, objects, operations and events.
//!
//! Every operation of the facade is *announced* as an [`Op`] before the scheduling point that
//! precedes it, and recorded as an [`Event`] once it has taken effect. Schedulers decide by the
//! first, reports are made of the second.

use std::panic::Location;
use std::sync::atomic::Ordering;

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

/// A set of tasks, by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TaskSet(u64);

impl TaskSet {
    /// How many tasks can be told apart.
    pub(crate) const CAPACITY: usize = u64::BITS as usize;

    /// Adds a task.
    pub(crate) fn insert(&mut self, task: Name) {
        // Past the capacity an engine that needs the set has given up already.
        self.0 |= 1_u64.checked_shl(task.0).unwrap_or(0);
    }

    /// Whether the task is in it.
    pub fn contains(self, task: Name) -> bool {
        self.0 & 1_u64.checked_shl(task.0).unwrap_or(0) != 0
    }

    /// Whether nobody is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// A lock, channel, atomic or other object of the running execution, in the order of creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(pub(crate) u32);

impl ObjectId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// What an operation does. The object it does it to stands beside it in [`Op`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Lock,
    TryLock,
    Unlock,
    Read,
    TryRead,
    ReadUnlock,
    Write,
    /// The second half of [`Kind::Write`]: the writer has shut the door and waits for the readers
    /// inside to leave.
    WriteDrain,
    TryWrite,
    WriteUnlock,
    /// Releases the mutex and goes to sleep.
    Wait(ObjectId),
    /// Wakes up and takes the mutex again.
    Reacquire(ObjectId),
    NotifyOne,
    NotifyAll,
    Load,
    Store,
    Rmw,
    CompareExchange,
    Send,
    TrySend,
    /// A rendezvous send that met nobody waits for a receiver.
    AwaitTaker(u32),
    Recv,
    TryRecv,
    /// A rendezvous receive, or a select with one among its arms, waits to be handed a value.
    AwaitGiver(u32),
    Select,
    TrySelect,
    DropSender,
    DropReceiver,
    Add,
    Done,
    WaitGroup,
    Spawn,
    Join,
    Exit,
    Yield,
    /// An operation of what is checked begins; see [`Moments`](super::moments::Moments).
    Invoke,
    /// An operation of what is checked has returned.
    Respond,
    /// Nobody else can go on.
    Settle,
    /// From here on nobody else goes on.
    Seclude,
    /// Others go on again.
    Rejoin,
}

/// An operation: what, to which object, and the line of the program that asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Op {
    /// What is done.
    pub kind: Kind,
    /// To what; for a select, the first of its arms.
    pub object: ObjectId,
    /// The line in the checked program.
    pub location: &'static Location<'static>,
}

/// An operation that has taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    /// Who did it.
    pub task: TaskId,
    /// What was done.
    pub op: Op,
    /// The value read; 1 or 0 for whether an attempt at a lock, a send or a receive succeeded; for a select the
    /// number of the channel it took from; otherwise how many were woken, wait, or are left.
    pub value: Option<u64>,
    /// The value written, of an atomic.
    pub wrote: Option<u64>,
    /// The ordering that the operation on an atomic names.
    pub ordering: Option<Ordering>,
    /// Which of the arms that were ready a select took, counted from 0, where there were several.
    pub choice: Option<u32>,
    /// It took the turn from the task of the event before, which could have gone on.
    pub preempts: bool,
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
        let held: Vec<u32> = (0..70).filter(|&task| set.contains(Name(task))).collect();
        assert_eq!(held, [3, 5]);
    }
}
