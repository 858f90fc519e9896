//! How to explore: what an engine under Shuttle decides, and what it is told.
//!
//! A [`Strategy`] decides which task goes on, of those whose announced operation can. It knows tasks
//! and objects by names that are the same in equivalent executions, and it is told what each operation
//! did. What a task does up to its next operation belongs to the operation before.

use std::panic::Location;
use std::rc::Rc;

use serde_json::Value;

use super::loops::Loops;
use super::trace::step::{Accesses, Label, Planned, Step};
use super::trace::turn::{self, Watched};
use crate::sync::engine::machine::request::{Choices, Request};
use crate::sync::engine::machine::{Act, Part, Parts, thread};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{Event, Name, Op};
use crate::sync::engine::world::{self, Local, World};

/// The execution is not the one that was planned: the check does not depend on the schedule alone, or
/// it is another than it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lost;

/// Whether a task goes on that has come back from a yield.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goes {
    /// It may.
    On,
    /// It waits until something changes.
    Waits,
    /// It goes on only where nobody else does.
    Last,
    /// It is one of several that go round in a circle, and come to nothing.
    Round,
    /// That is to be found out first.
    Unknown,
}

/// How to explore. What has a default is what a sampler does, which keeps nothing.
pub(super) trait Strategy {
    /// Whether it draws its schedules. Where the first execution leaves nothing to draw, there is no other.
    const SAMPLES: bool = true;

    /// Whether there is an execution to run.
    fn begin(&mut self) -> bool;

    /// Whether the execution that has begun is drawn beside a search, and counts for nothing unless it fails. It does not
    /// [end](Self::end) for the search.
    fn is_beside(&self) -> bool {
        false
    }

    /// Whether `task`, whose operation can go ahead, is to go on: not where it spins on what nobody has changed.
    fn goes_on(&mut self, _task: Name) -> Goes {
        Goes::On
    }

    /// What has been found out about loops, where that is asked. To such a strategy a yield is no step.
    fn loops(&mut self) -> Option<&mut Loops> {
        None
    }

    /// The task to go on, where that is decided: then nobody need know who else can.
    fn planned(&mut self) -> Option<Name> {
        None
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

    /// How much of the tree of schedules has been run, if its subtrees that are known now were all there
    /// are, and alike. 0 where there is no tree.
    fn progress(&self) -> f64 {
        0.0
    }

    /// Ends an execution.
    fn end(&mut self) -> Result<Ended, Lost> {
        Ok(Ended::New)
    }

    /// Ends an execution that showed that a reference count matters, and that what was observed up to
    /// now was incomplete. Whether the search starts again, so that all executions are to be forgotten.
    fn start_again(&mut self) -> bool {
        false
    }

    /// What it has to know, between two executions, in order to go on in another process.
    fn save(&mut self) -> serde_json::Result<Value> {
        Ok(Value::Null)
    }

    /// Goes on from what was saved.
    fn restore(&mut self, _saved: Value) -> serde_json::Result<()> {
        Ok(())
    }
}

/// What an execution was worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// It was another than all before, as far as is known.
    New,
    /// It repeated one before.
    Repeated,
    /// It belongs to another part of the search.
    Foreign,
}

/// A task that can go on, and its announced operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ready<'a> {
    pub(super) task: Name,
    pub(super) op: &'a Op,
    /// The object of the operation; for a select, the first of its arms.
    pub(super) object: Option<ObjectName>,
    /// How it can go ahead.
    pub(super) choices: Choices,
    /// It is to go on only where nobody else does.
    pub(super) last: bool,
    /// It has just let others go first.
    pub(super) yielded: bool,
    pub(super) world: &'a World,
}

impl Ready<'_> {
    /// Each way in which it can.
    pub(super) fn labels(&self) -> impl Iterator<Item = Label> {
        let task = self.task;
        self.choices.iter().map(move |choice| Label { task, choice })
    }

    /// What it asks for.
    pub(super) fn request(&self) -> Request<ObjectName> {
        self.op.request.at(|id| self.world.object(id).name)
    }

    /// What those ask for who cannot go on where these can.
    pub(super) fn waiting(ready: &[Ready<'_>]) -> Vec<Rc<Planned>> {
        let world = ready[0].world;
        let waits = |task: &world::Task| {
            let request = task.pending.as_ref()?.request.at(|id| world.object(id).name);
            let goes_on = ready.iter().any(|ready| ready.task == task.name);
            let label = Label { task: task.name, choice: None };
            (!goes_on).then(|| Rc::new(Planned { label, request, parts: Parts::new(), own: 0, spawned: None }))
        };
        world.tasks.iter().filter_map(waits).collect()
    }
}

/// Whether two lines are the same: most often it is the same record of the compiler's.
pub(super) fn same_place(one: &'static Location<'static>, other: &'static Location<'static>) -> bool {
    std::ptr::eq(one, other) || one == other
}

/// An operation that went ahead.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) world: &'a World,
    pub(super) event: &'a Event,
    /// Its number.
    pub(super) number: usize,
}

impl Seen<'_> {
    /// Whose it was.
    pub(super) fn task(&self) -> Name {
        self.world.task(self.event.task).name
    }

    /// Whether it let others go first.
    pub(super) fn yields(&self) -> bool {
        self.event.op.yields()
    }

    /// To what it was done; for a select, the first of its arms.
    pub(super) fn object(&self) -> Option<ObjectName> {
        self.event.op.request.object().map(|object| self.world.object(object).name)
    }

    /// The task that it started.
    pub(super) fn spawned(&self) -> Option<Name> {
        match self.event.op.request {
            Request::One(_, Act::Thread(thread::Act::Spawn(child))) => Some(child),
            _ => None,
        }
    }

    /// Whether its task has read a cell since, and whether it has written to one.
    pub(super) fn accesses(&self) -> Accesses {
        let since = self.world.locals.iter().rev().take_while(|&&(before, ..)| before > self.number);
        let mut all = Accesses::default();
        for &(_, _, what) in since.filter(|&&(_, task, _)| task == self.event.task) {
            if let Local::Access { write, .. } = what {
                all |= Accesses { reads: !write, writes: write };
            }
        }
        all
    }

    /// Whether it is the same as in the execution before.
    pub(super) fn is(&self, before: &Step) -> bool {
        let did = self.world.log.of(self.number);
        let same = before.planned.label == self.label() && same_place(before.location, self.event.op.location);
        // What a loop waited for comes last, and is no part of the world.
        let awaits = |part: &Part| matches!(part.act, Act::Awaits);
        same && before.parts().strip_prefix(did).is_some_and(|more| more.iter().all(awaits))
    }

    pub(super) fn label(&self) -> Label {
        Label { task: self.task(), choice: self.event.choice }
    }

    /// Puts into `room` the step that it is, of a task that has spun until one of these has changed.
    pub(super) fn plan(&self, awaited: Option<&[Watched]>, room: &mut Planned) {
        let Planned { label, request, parts, own, spawned } = room;
        *label = self.label();
        *request = self.event.op.request.at(|id| self.world.object(id).name);
        parts.clear();
        parts.extend_from_slice(self.world.log.of(self.number));
        parts.extend(awaited.into_iter().flat_map(turn::awaits));
        *own = self.world.log.own(self.number).len();
        *spawned = self.spawned();
    }
}
