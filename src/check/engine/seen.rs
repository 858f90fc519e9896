//! What an execution has just done, by names that are the same in equivalent executions.

use std::panic::Location;
use std::rc::Rc;

use super::trace::step::{Accesses, Label, Planned, Step};
use super::trace::watched::{self, Watched};
use crate::sync::engine::machine::request::Request;
use crate::sync::engine::machine::{Act, Part, thread};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{Event, Name};
use crate::sync::engine::world::{Local, World};

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
    /// The task whose operation it was.
    pub(super) fn task(&self) -> Name {
        self.world.task(self.event.task).name
    }

    /// Whether it was a yield.
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

    /// Whether it is the same step as in the execution before.
    pub(super) fn is(&self, before: &Step) -> bool {
        let did = self.world.log.of(self.number);
        let same = before.planned.label == self.label() && same_place(before.location, self.event.op.location);
        // What a loop waited for comes last, and is no part of the world.
        let awaits = |part: &Part| matches!(part.act, Act::Awaits);
        same && match (did, before.parts()) {
            // As it is with most.
            ([did], [known]) => did == known,
            (did, known) => known.strip_prefix(did).is_some_and(|more| more.iter().all(awaits)),
        }
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
        parts.extend(self.world.log.of(self.number).iter().copied());
        parts.extend(awaited.into_iter().flat_map(watched::awaits));
        *own = self.world.log.own(self.number).len();
        *spawned = self.spawned();
    }

    /// The step `planned` that it is, of which is yet to be found out what it comes after.
    pub(super) fn step(&self, planned: Rc<Planned>, awaited: Option<Rc<[Watched]>>) -> Step {
        Step::of(planned, self.event.op.location, self.world.objects.len(), self.accesses(), awaited)
    }
}
