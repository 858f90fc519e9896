//! How to explore: what an engine under Shuttle decides, and what it is told.
//!
//! A [`Strategy`] decides which task goes on, of those whose announced operation can. It knows tasks
//! and objects by names that are the same in equivalent executions, and it is told what each operation
//! did. What a task does up to its next operation belongs to the operation before.

use serde_json::Value;

use super::trace::step::{Arm, Effects, Label, Step};
use crate::sync::engine::effect::Effect;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{Event, Kind, Name, ObjectId, Op};
use crate::sync::engine::world::{State, World};

/// The execution is not the one that was planned: the check does not depend on the schedule alone, or
/// it is another than it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lost;

/// How to explore. What has a default is what a sampler does, which keeps nothing.
pub(super) trait Strategy {
    /// Whether there is an execution to run.
    fn begin(&mut self) -> bool;

    /// Whether `task`, which is about to yield, can go on: it cannot where it spins on what nobody has
    /// changed.
    fn goes_on(&self, _task: Name) -> bool {
        true
    }

    /// The task to go on, where the execution is one that was run before up to here: then nobody need know
    /// who else can.
    fn planned(&mut self) -> Option<Name> {
        None
    }

    /// The task to go on, of those that can; `current` is the one whose operation was the last.
    fn next(&mut self, ready: &[Ready], current: Name) -> Result<Name, Lost>;

    /// The outcome of a choice that the operation of `task` asks for.
    fn choose(&mut self, task: Name, outcomes: u32) -> Result<u32, Lost>;

    /// Takes in the operation that went ahead last.
    fn observe(&mut self, _seen: Seen<'_>) -> Result<(), Lost> {
        Ok(())
    }

    /// The steps of the execution that is about to end, if they are kept.
    fn steps(&self) -> &[Step] {
        &[]
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
pub(super) struct Ready {
    pub(super) task: Name,
    pub(super) op: Op,
    /// The object of the operation; for a select, the first of its arms.
    pub(super) object: ObjectName,
}

/// An operation that went ahead.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) world: &'a World,
    pub(super) event: &'a Event,
}

impl Seen<'_> {
    /// Whose it was.
    pub(super) fn task(&self) -> Name {
        self.world.task(self.event.task).name
    }

    /// What it was.
    pub(super) fn kind(&self) -> Kind {
        self.event.op.kind
    }

    /// To what it was done; for a select, the first of its arms.
    pub(super) fn object(&self) -> ObjectName {
        self.world.objects[self.event.op.object.index()].name
    }

    /// The task that it started.
    pub(super) fn spawned(&self) -> Option<Name> {
        // Nobody else has started one since then.
        (self.kind() == Kind::Spawn).then(|| self.world.tasks.last().expect("a task was started").name)
    }

    /// Whether it is the same as in the execution before.
    pub(super) fn is(&self, before: &Step) -> bool {
        let Op { kind, location, .. } = self.event.op;
        let same = before.kind == kind && before.location == location;
        // What a yield waited for is no part of the world.
        same && (kind == Kind::Yield || *before.effects == *self.world.done.effects)
    }

    /// The step of a trace; for a yield that ends a turn of a spin loop, with what the loop `awaits`.
    pub(super) fn step(&self, awaits: Vec<ObjectName>) -> Step {
        let Event { op, .. } = self.event;
        let did = &self.world.done;
        let effects: Effects = match awaits.as_slice() {
            [] => did.effects.as_slice().into(),
            awaits => {
                let changed = awaits.iter().map(|&object| (object, Effect::Changed));
                did.effects.iter().copied().chain(changed).collect()
            }
        };
        Step {
            label: Label { task: self.task(), choice: None },
            kind: op.kind,
            location: op.location,
            effects,
            ordering: did.ordering,
            arms: self.arms(),
            spawned: self.spawned(),
            count: 0,
            previous: None,
            latest: None,
            races: Vec::new(),
        }
    }

    /// The channels of an operation on some.
    fn arms(&self) -> Vec<Arm> {
        let arm = |&id: &ObjectId| {
            let object = &self.world.objects[id.index()];
            let State::Channel(channel) = &object.state else { return None };
            Some(Arm { object: object.name, capacity: channel.capacity.map(|capacity| capacity as u32) })
        };
        match self.event.op.kind {
            Kind::Send | Kind::TrySend | Kind::AwaitTaker(_) => arm(&self.event.op.object).into_iter().collect(),
            _ => self.world.done.arms.iter().filter_map(arm).collect(),
        }
    }
}
