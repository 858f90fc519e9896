//! How to explore: what an engine under Shuttle decides, and what it is told.
//!
//! A [`Strategy`] decides which task goes on, of those whose announced operation can. It knows tasks and objects by
//! names that are the same in equivalent executions, and it is told what each operation did. The code that a task runs
//! between two operations belongs to the first of them.

use std::panic::Location;

use serde_json::Value;

use super::loops::Loops;
pub(super) use super::ready::{Goes, Lost, Ready};
pub(super) use super::seen::Seen;
use crate::sync::engine::op::Name;
use crate::sync::engine::world::World;

/// How to explore. The default methods are those of a sampler, which keeps nothing.
pub(super) trait Strategy {
    /// Whether it draws its schedules. If the first execution has nothing to draw, no other is run.
    const SAMPLES: bool = true;

    /// Whether there is an execution to run.
    fn begin(&mut self) -> bool;

    /// Whether the execution that has begun is drawn beside a search, and counts for nothing unless it fails. It does not
    /// [end](Self::end) for the search.
    fn is_beside(&self) -> bool {
        false
    }

    /// Whether `task`, whose operation can go ahead, is to go on: not if it spins on something that has not changed.
    fn goes_on(&mut self, _task: Name) -> Goes {
        Goes::On
    }

    /// Whether the attempt that `task` is about to make there may fail without a reason; `None` where that is to be found out
    /// first.
    fn may_fail(&mut self, _task: Name, _location: &'static Location<'static>) -> Option<bool> {
        Some(true)
    }

    /// What has been found out about loops, where that is asked. To such a strategy a yield is no step.
    fn loops(&mut self) -> Option<&mut Loops> {
        None
    }

    /// The task to go on, if that is decided already: then the other tasks need not be examined.
    fn planned(&mut self) -> Option<Name> {
        None
    }

    /// Whether it is planned which step comes next.
    fn is_planned(&self) -> bool {
        false
    }

    /// Whether `task` goes on, which did the last operation and can do its next in one way, whatever others could do: then
    /// they need not be examined. Nobody has just yielded.
    fn stays(&mut self, _task: Name) -> bool {
        false
    }

    /// The task to go on, of those that can; `current` is the one whose operation was the last.
    fn next(&mut self, ready: &[Ready<'_>], current: Name) -> Result<Name, Lost>;

    /// The arm that the operation of `task` takes, of those whose bits are set.
    fn choose(&mut self, task: Name, arms: u64) -> Result<u32, Lost>;

    /// Takes in the operation that went ahead last; whether it is new, and not the same as in the execution before, which
    /// began like this one.
    fn observe(&mut self, _seen: Seen<'_>) -> Result<bool, Lost> {
        Ok(true)
    }

    /// How much of the tree of schedules has been run, assuming that the subtrees known now are all, and of equal size.
    /// 0 if there is no tree.
    fn progress(&self) -> f64 {
        0.0
    }

    /// Takes in the execution that is about to [end](Self::end), where something is kept of it.
    fn keep(&mut self, _world: &World) {}

    /// Ends an execution.
    fn end(&mut self) -> Result<Ended, Lost> {
        Ok(Ended::New)
    }

    /// Whether this execution is one that other parts of the search do not run.
    fn is_apart(&self) -> bool {
        false
    }

    /// Ends an execution in which a reference count turned out to be observable, so that the recordings up to now are
    /// incomplete. Returns whether the search starts again, so that all executions are to be forgotten.
    fn start_again(&mut self) -> bool {
        false
    }

    /// The state that it needs, between two executions, to go on in another process.
    fn save(&mut self) -> serde_json::Result<Value> {
        Ok(Value::Null)
    }

    /// Goes on from what was saved.
    fn restore(&mut self, _saved: Value) -> serde_json::Result<()> {
        Ok(())
    }
}

/// What an execution counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// It differs from all before, as far as is known.
    New,
    /// It repeated one before.
    Repeated,
    /// It belongs to another part of the search.
    Foreign,
    /// It shows that the search has to be done as a whole.
    Apart,
}
