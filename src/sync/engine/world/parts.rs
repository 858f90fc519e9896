//! What a world is made of: objects, tasks, and what operations did to them.

#[cfg(shuttle)]
use std::any::Any;
use std::borrow::Cow;
#[cfg(shuttle)]
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::check::story::Ordering;
use crate::sync::engine::lock_order::Held;
#[cfg(shuttle)]
use crate::sync::engine::machine::Act;
use crate::sync::engine::machine::request::Why;
use crate::sync::engine::machine::{Effect, Part, State};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{Name, ObjectId, Op, TaskId};
use crate::sync::engine::thread::end::End as Thread;
use crate::sync::place::Place;

/// An object of the execution.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) state: State,
    /// Its state before the first operation of the execution that did something to it.
    pub(crate) initial: State,
    pub(crate) name: ObjectName,
    pub(crate) born: &'static Location<'static>,
    /// The task that made it, and how many objects that task had made before.
    pub(crate) maker: (TaskId, u32),
    /// The object of several primitives that it is a part of, if the facade made it: by its number among
    /// [those](super::World::compounds).
    pub(crate) of: Option<usize>,
    /// It is there no more.
    pub(super) dropped: bool,
    /// How many operations had been done before, and how much tasks had done by themselves.
    #[cfg(shuttle)]
    pub(crate) events: usize,
    #[cfg(shuttle)]
    pub(crate) locals: usize,
}

/// An object of several primitives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compound {
    /// What it is, in the word of a report.
    pub(crate) noun: &'static str,
    pub(crate) made: &'static Location<'static>,
}

/// A call of a method of an object of several primitives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub(crate) task: TaskId,
    /// The object whose method it is, by its number among [those](super::World::compounds).
    pub(crate) compound: usize,
    pub(crate) verb: &'static str,
    /// Whether objects that are made in it belong to that object.
    pub(crate) owns: bool,
    /// The line of the program that calls; a destructor has none.
    pub(crate) location: Option<&'static Location<'static>>,
    /// After how many steps it began: operations, and what tasks did between them.
    pub(crate) begin: usize,
    /// After how many steps it returned.
    pub(crate) end: Option<usize>,
}

/// The ordinals of objects that exist from the beginning have this bit.
pub(super) const GLOBAL: u32 = 1 << 31;

impl Object {
    /// Whether it exists from the beginning.
    #[cfg(shuttle)]
    pub(crate) fn is_global(&self) -> bool {
        self.maker.1 & GLOBAL != 0
    }
}

/// A task of the execution.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) name: Name,
    /// What the program calls it.
    pub(in crate::sync::engine) title: Option<Cow<'static, str>>,
    /// Its object, on which others wait for its end and it parks, once it exists.
    pub(in crate::sync::engine) thread: Option<Arc<Thread>>,
    pub(crate) parent: TaskId,
    /// How many tasks its parent had spawned before it.
    pub(crate) ordinal: u32,
    pub(super) spawned: u32,
    /// How many objects it has made.
    pub(super) made: u32,
    /// Who has joined it last, or seen it return in a scope.
    #[cfg(shuttle)]
    pub(super) joined: Option<TaskId>,
    /// How many pointers it was the first task to give to an atomic.
    pub(super) pointers: u32,
    /// The operation it is about to perform; none while it runs code of its own.
    pub(crate) pending: Option<Op>,
    pub(crate) holds: SmallVec<[Held; 1]>,
    pub(crate) finished: bool,
    /// Its last operation was a yield, but for choices.
    pub(crate) yielded: bool,
    /// The calls that it is inside of, by their numbers.
    pub(super) calls: Vec<usize>,
    /// The values whose last owner it has just dropped, and whose destructors it is inside of.
    pub(in crate::sync::engine) destroying: SmallVec<[ObjectName; 4]>,
    /// Where something may have happened to it without a reason.
    pub(in crate::sync::engine) spurious: Vec<(Why, ObjectId, &'static Location<'static>)>,
    /// How many calls of [`catch_unwind`](super::super::panic::catch_unwind) it is inside of.
    pub(crate) catching: u32,
    /// It unwinds towards one of them, or a destructor does something meanwhile.
    pub(crate) panicking: bool,
    /// It unwinds, and nothing catches another panic before it would abort the process.
    pub(crate) defenceless: bool,
}

/// Which spurious events there are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spurious {
    /// Weak exchanges fail.
    pub(crate) exchanges: bool,
    /// Waits end.
    pub(crate) waits: bool,
}

/// The result of an operation, for its caller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Done {
    /// The task that did it.
    pub(in crate::sync::engine) me: Name,
    /// The effect of its act; for a select, that of the arm that it took, if it took one. `None` for a yield.
    pub(in crate::sync::engine) effect: Option<Effect>,
    /// The answer of that act.
    pub(in crate::sync::engine) value: Option<u64>,
    /// The arm that a select took, or what was chosen.
    pub(in crate::sync::engine) arm: Option<usize>,
}

/// What every operation has done, object by object, and what its task did between it and the next.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(super) parts: Vec<Part>,
    /// Where the parts of each event end.
    pub(super) ends: Vec<End>,
}

/// Where the parts of an event end: the operation's own, and all of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) own: usize,
    pub(super) all: usize,
}

impl Log {
    pub(super) fn clear(&mut self) {
        self.parts.clear();
        self.ends.clear();
    }

    /// The operation's own parts of the event of that number.
    pub(crate) fn own(&self, event: usize) -> &[Part] {
        &self.parts[self.start(event)..self.ends[event].own]
    }

    /// All parts of the event of that number.
    pub(crate) fn of(&self, event: usize) -> &[Part] {
        &self.parts[self.start(event)..self.ends[event].all]
    }

    fn start(&self, event: usize) -> usize {
        event.checked_sub(1).map_or(0, |before| self.ends[before].all)
    }
}

/// Something that a task does between its operations: it is no scheduling point.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Local {
    Fence(Ordering, &'static Location<'static>),
    Access { cell: ObjectName, write: bool, location: &'static Location<'static> },
}

/// What the engine knows of an execution that has been stopped.
#[cfg(shuttle)]
#[derive(Default)]
pub(crate) struct Witness(pub(crate) Option<Box<dyn Any + Send>>);

#[cfg(shuttle)]
impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Witness { .. }")
    }
}

/// Something that a task does to an object between operations; no other task can tell when.
#[cfg(shuttle)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Besides {
    pub(crate) task: TaskId,
    pub(crate) object: ObjectName,
    pub(crate) act: Act,
    /// How much tasks had done by themselves before.
    pub(crate) locals: usize,
}

/// An object that others have used was dropped, and no owner of an `Arc` was the last.
#[cfg(shuttle)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Freed {
    pub(crate) object: ObjectName,
    pub(crate) by: TaskId,
    /// How many operations had been done before, and how much tasks had done by themselves.
    pub(crate) events: usize,
    pub(crate) locals: usize,
}

/// The drop of an object, and a use of it by another task, which nothing orders that the facade knows.
#[cfg(shuttle)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Freeing {
    pub(crate) object: ObjectName,
    pub(crate) by: TaskId,
    pub(crate) user: TaskId,
    pub(crate) at: &'static Location<'static>,
}

/// The message of a select's send is there: what its task has done since, to make it, comes before the send.
#[cfg(shuttle)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Handed {
    /// How many operations had been done before, the send being the last, how much tasks had done by themselves, and how many
    /// objects they had made.
    pub(crate) events: usize,
    pub(crate) locals: usize,
    pub(crate) objects: usize,
}

/// What nothing orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Race {
    /// Two accesses to a cell, by their numbers among [what tasks did by themselves](super::World::locals).
    Accesses { earlier: usize, later: usize },
    /// The making of an object, which writes it, and a use of it by another task.
    Making { object: ObjectName, user: TaskId, at: &'static Location<'static> },
}

/// How an execution that did not run to completion ended.
#[derive(Debug)]
pub(crate) enum Stop {
    /// A task panicked and nothing caught it.
    Panicked { message: String, violation: bool, location: Option<Place> },
    /// Two accesses race, or a use and a making.
    Race(Race),
    /// No task can go on.
    Stuck,
    /// More operations than an execution may have.
    Operations,
    /// This task spins on something that no task is left to change.
    Spinning(TaskId),
    /// These tasks go round in a circle, and no other task can go on.
    Round(Vec<TaskId>),
    /// The same schedule gave another execution when it was run again, in words.
    Nondeterministic(String),
    /// It does what this engine cannot explore: what that is, and what to do about it.
    Unsupported(String),
    /// Its time is over, and it has not ended: where it is.
    Overdue(String),
    /// The file that a search was to go on from cannot be used, in words.
    Unusable(String),
    /// The search cannot go on in parts: why not, in words.
    Apart(&'static str),
    /// The explorer has seen enough: the budget is used up, or only this execution was wanted.
    #[cfg_attr(shuttle, allow(dead_code, reason = "Shuttle asks before it begins an execution"))]
    Enough,
}
