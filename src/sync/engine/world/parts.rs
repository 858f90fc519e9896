//! What a world is made of: objects, tasks, and what operations did to them.

use std::panic::Location;
use std::sync::atomic::Ordering;

use crate::sync::engine::channel::ChannelState;
use crate::sync::engine::condvar::CondvarState;
use crate::sync::engine::effect::Effect;
use crate::sync::engine::mutex::MutexState;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{Name, ObjectId, Op, TaskId};
use crate::sync::engine::rwlock::RwLockState;
use crate::sync::place::Place;

use super::World;

/// What an object is, and the part of its state that decides which operations can go ahead.
#[derive(Debug)]
pub(crate) enum State {
    Mutex(MutexState),
    RwLock(RwLockState),
    Condvar(CondvarState),
    Channel(ChannelState),
    /// Things counted that are not done yet.
    WaitGroup(usize),
    /// Whether the thread has ended.
    Thread(bool),
    Atomic,
    /// A reference count.
    Count,
    /// A cell whose accesses are watched.
    Cell,
    /// The order in which operations of what is checked begin and return.
    Moments,
}

/// An object of the execution.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) state: State,
    pub(crate) name: ObjectName,
    pub(crate) born: &'static Location<'static>,
    /// Who made it, and how many objects that task had made before.
    pub(crate) maker: (TaskId, u32),
}

/// A lock that a task holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hold {
    pub(crate) object: ObjectId,
    pub(crate) since: &'static Location<'static>,
}

/// A task of the execution.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) name: Name,
    /// What the program calls it.
    pub(super) title: Option<String>,
    pub(crate) parent: TaskId,
    /// How many tasks its parent had spawned before it.
    pub(crate) ordinal: u32,
    pub(super) spawned: u32,
    /// How many objects it has made.
    pub(super) made: u32,
    /// The operation it is about to perform; none while it runs code of its own.
    pub(crate) pending: Option<Op>,
    /// The channels of a pending select.
    pub(crate) arms: Vec<ObjectId>,
    pub(crate) holds: Vec<Hold>,
    pub(crate) finished: bool,
    /// The values whose last owner it has just dropped, and whose destructors it is inside of.
    pub(in crate::sync::engine) destroying: Vec<ObjectName>,
    /// How many calls of [`catch_unwind`](super::super::panic::catch_unwind) it is inside of.
    pub(crate) catching: u32,
}

/// What an operation did, besides what its event tells.
#[derive(Debug, Default)]
pub(crate) struct Deed {
    pub(crate) effects: Vec<(ObjectName, Effect)>,
    /// The channels that it selected from.
    pub(crate) arms: Vec<ObjectId>,
    /// Of an operation on an atomic.
    pub(crate) ordering: Option<Ordering>,
    pub(super) wrote: Option<u64>,
    pub(super) choice: Option<u32>,
    pub(super) preempts: bool,
}

impl Deed {
    pub(super) fn clear(&mut self) {
        self.effects.clear();
        self.arms.clear();
        (self.ordering, self.wrote, self.choice, self.preempts) = (None, None, None, false);
    }
}

/// The effects of every event, where they are kept.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(super) effects: Vec<(ObjectName, Effect)>,
    /// Where those of each event end.
    pub(super) ends: Vec<usize>,
}

impl Log {
    pub(super) fn clear(&mut self) {
        self.effects.clear();
        self.ends.clear();
    }

    /// Those of the event of that number.
    pub(crate) fn of(&self, event: usize) -> &[(ObjectName, Effect)] {
        let start = event.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.effects[start..self.ends[event]]
    }
}

/// Something that a task does between its operations: it is no scheduling point.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Local {
    Fence(Ordering, &'static Location<'static>),
    Access { cell: ObjectName, write: bool, location: &'static Location<'static> },
}

/// How an execution ended that did not run to completion.
#[derive(Debug)]
pub(crate) enum Stop {
    /// A task panicked and nothing caught it.
    Panicked { message: String, violation: bool, location: Option<Place> },
    /// No task can go on.
    Stuck,
    /// More operations than any check needs.
    Livelock,
    /// This task spins on something that nobody is left to change.
    Spinning(TaskId),
    /// What a search was to go on from cannot be used, in words.
    Unusable(String),
    /// The explorer has seen enough: the budget is used up, or only this execution was wanted.
    Enough,
}

/// Defines typed access to the states of objects: an id is only ever used with the type that made it.
macro_rules! states {
    ($($variant:ident: $get_mut:ident $(, $get:ident)? -> $state:ty;)*) => {
        impl World {
            $(
                $(pub(crate) fn $get(&self, id: ObjectId) -> &$state {
                    match &self.objects[id.index()].state {
                        State::$variant(state) => state,
                        other => unreachable!("{} is not what {other:?} is", stringify!($variant)),
                    }
                })?

                pub(crate) fn $get_mut(&mut self, id: ObjectId) -> &mut $state {
                    match &mut self.objects[id.index()].state {
                        State::$variant(state) => state,
                        other => unreachable!("{} is not what {other:?} is", stringify!($variant)),
                    }
                }
            )*
        }
    };
}

states! {
    Mutex: mutex_mut, mutex -> MutexState;
    RwLock: rwlock_mut -> RwLockState;
    Condvar: condvar_mut -> CondvarState;
    Channel: channel_mut, channel -> ChannelState;
    WaitGroup: wait_group_mut -> usize;
    Thread: thread_mut, thread -> bool;
}
