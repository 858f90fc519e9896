//! What an operation is to a memory model: whether it reads, writes or both, and with which ordering. What it makes of
//! what it reads, and what it leaves, is said by the [machine](crate::sync::engine::machine) of its object.

use std::sync::Arc;

use super::graph::{Graph, Stamp, What};
use crate::check::story::Ordering;
use crate::sync::engine::machine::{Act, Passes, State, thread};
use crate::sync::engine::op::Name;

/// What an act comes to in a state of its location.
pub(super) enum Access {
    /// It cannot go ahead.
    Waits,
    /// It reads the state, and leaves it.
    Reads(Ordering),
    /// It leaves this state, which depends on the one that it reads.
    Updates(Ordering, Arc<State>),
    /// It leaves this state, and reads none.
    Writes(Ordering, Arc<State>),
}

impl Access {
    /// What `act` of thread `me` comes to in `state`.
    pub(super) fn of(act: Act, state: &State, me: Name) -> Access {
        let Some(effect) = state.meets(act, me) else { return Access::Waits };
        let after = || {
            let mut after = state.clone();
            after.take(act, effect, me);
            Arc::new(after)
        };
        match (act, act.passes(effect, me)) {
            // What happens before a thread's end happens before what follows a join. That it was seen to have ended, or
            // not to, orders nothing.
            (Act::Thread(thread::Act::Exit), _) => Access::Writes(Ordering::Release, after()),
            (Act::Thread(thread::Act::Join), _) => Access::Reads(Ordering::Acquire),
            (Act::Thread(thread::Act::IsFinished), _) => Access::Reads(Ordering::Relaxed),
            (_, Passes::Memory { reads: true, writes: true, ordering }) => Access::Updates(ordering, after()),
            (_, Passes::Memory { writes: true, ordering, .. }) => Access::Writes(ordering, after()),
            (_, Passes::Memory { ordering, .. }) => Access::Reads(ordering),
            (_, Passes::Slots { .. }) => unreachable!("{act:?} is no access to memory"),
        }
    }
}

impl Access {
    /// The ordering of an access that goes ahead.
    pub(super) fn ordering(&self) -> Ordering {
        match *self {
            Access::Reads(ordering) | Access::Updates(ordering, _) | Access::Writes(ordering, _) => ordering,
            Access::Waits => unreachable!("it goes ahead"),
        }
    }
}

/// Whether an act is one of those that the model knows.
pub(super) fn is_known(act: Act) -> bool {
    matches!(act, Act::Atomic(_) | Act::Thread(_))
}

impl Graph {
    /// What `read` comes to where it reads from `write`.
    pub(super) fn access_of(&self, read: Stamp, write: Stamp) -> Access {
        match self[read].what {
            What::Read { act, .. } => Access::of(act, self.state(write), self[read].thread),
            ref other => unreachable!("{other:?} is no read"),
        }
    }
}
