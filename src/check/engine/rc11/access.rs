//! What an operation is to a memory model: whether it reads, writes or both. The
//! [machine](crate::sync::engine::machine) of its object says which state it makes of the one that it reads, and what
//! it acquires and releases.
//!
//! To the model each object is a location whose value is the state of its machine. An operation on a lock or a semaphore
//! reads the state and leaves the next, as a read-modify-write does; one that leaves the state as it was is a read. So
//! the modification order has the operations whose order matters. In the order of SC events they count as SeqCst: a
//! program without weaker atomics is sequentially consistent.

use std::sync::Arc;

use super::deed::{Deed, Did, Value};
use super::event::{Stamp, What};
use super::graph::Graph;
use crate::check::story::Ordering;
use crate::sync::engine::machine::{Act, Passes, State, condvar, thread};
use crate::sync::engine::op::Name;

/// What an act that goes ahead does.
pub(super) struct Access {
    pub(super) kind: Kind,
    pub(super) effect: Did,
    pub(super) passes: Passes,
    /// Its place in the order of SC events: SeqCst, if it has one.
    pub(super) ordering: Ordering,
}

pub(super) enum Kind {
    /// It reads the state, and leaves it.
    Reads,
    /// It leaves this state, which depends on the one that it reads.
    Updates(Arc<Value>),
    /// It leaves this state, and reads none.
    Writes(Arc<Value>),
}

impl Access {
    /// What a deed of thread `me` does to `value`; `None` where it cannot go ahead.
    pub(super) fn of(deed: &Deed, value: &Value, me: Name) -> Option<Access> {
        let (Value::One(state), &Deed::One(act)) = (value, deed) else {
            let effect = value.meets(deed, me)?;
            let mut after = value.clone();
            after.take(deed, &effect, me);
            // The making of an object is no access to it.
            let ordering = if let Did::Made(_) = effect { Ordering::Relaxed } else { Ordering::SeqCst };
            return Some(Access { kind: Kind::Updates(Arc::new(after)), effect, passes: Passes::NOTHING, ordering });
        };
        let effect = state.meets(act, me)?;
        let passes = act.passes(effect, me);
        let after = || {
            let mut after = state.clone();
            if act == condvar::Act::Sleep.into() {
                // An earlier wakeup of this thread is forgotten now: waking is no event.
                let wake = condvar::Act::Wake.into();
                after.meets(wake, me).into_iter().for_each(|woken| after.take(wake, woken, me));
            }
            after.take(act, effect, me);
            after
        };
        let updated = |after: State| Arc::new(Value::One(after));
        let (kind, ordering) = match (act, passes) {
            // It reads nothing, not even whether its token is there.
            (Act::Thread(thread::Act::Exit), _) => {
                (Kind::Writes(updated(thread::Thread::at_its_end(me).into())), Ordering::Relaxed)
            }
            // To ask whether a thread has ended is relaxed, as std's is.
            (Act::Thread(thread::Act::Spawn(_) | thread::Act::IsFinished), _) => (Kind::Reads, Ordering::Relaxed),
            (Act::Thread(act), _) if act.waits_for_the_end() => (Kind::Reads, Ordering::Relaxed),
            (_, Passes::Memory { reads: true, writes: true, ordering }) => (Kind::Updates(updated(after())), ordering),
            (_, Passes::Memory { writes: true, ordering, .. }) => (Kind::Writes(updated(after())), ordering),
            (_, Passes::Memory { ordering, .. }) => (Kind::Reads, ordering),
            (_, Passes::Slots { .. }) => {
                let after = after();
                (
                    if after == *state && !value.may_commute() { Kind::Reads } else { Kind::Updates(updated(after)) },
                    Ordering::SeqCst,
                )
            }
        };
        Some(Access { kind, effect: Did::One(effect), passes, ordering })
    }
}

impl Graph {
    /// What `read` does where it reads from `write`; `None` where it cannot go ahead there.
    pub(super) fn access_of(&self, read: Stamp, write: Stamp) -> Option<Access> {
        match self[read].what {
            What::Read { ref act, .. } => Access::of(act, self.state(write), self[read].thread),
            ref other => unreachable!("{other:?} is no read"),
        }
    }

    /// Whether `read` can go ahead where it reads from `write`.
    pub(super) fn goes_ahead(&self, read: Stamp, write: Stamp) -> bool {
        match self[read].what {
            What::Read { ref act, .. } => self.state(write).meets(act, self[read].thread).is_some(),
            ref other => unreachable!("{other:?} is no read"),
        }
    }

    /// What `read` does.
    pub(super) fn access(&self, read: Stamp) -> Access {
        self.access_of(read, self[read].from().expect("it reads")).expect("it goes ahead")
    }
}
