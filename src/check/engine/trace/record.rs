//! What is kept of an execution: its steps, what each comes after, and the states of its objects.

use std::hash::{BuildHasher, Hash, Hasher};
use std::rc::Rc;

use super::clock::{Clock, Clocks};
use super::step::{Planned, Step};
use crate::sync::engine::machine::State;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;
use crate::sync::engine::world::World;

/// The steps of an execution.
#[derive(Debug, Default)]
pub(in crate::check::engine) struct Trace {
    pub(super) steps: Vec<Step>,
    pub(super) clocks: Clocks,
    /// For each object its steps, in order.
    pub(super) histories: Vec<Vec<usize>>,
    /// Its state after each of them, and before them all.
    pub(super) states: Vec<Vec<State>>,
    pub(super) initial: Vec<Option<State>>,
    /// The objects, in the order in which they were made.
    pub(super) made: Vec<ObjectName>,
    /// For each task its last step; for one that has not begun, the step that started it.
    pub(super) last: Vec<Option<usize>>,
    /// For each task its steps, in order.
    pub(super) own: Vec<Vec<usize>>,
    /// A loop was found to be [endless](super::watched::Turn::Endless), and the steps that begin a turn of one.
    pub(super) endless: bool,
    pub(super) held: Vec<usize>,
    /// Buffers: the part of the next step's past that cannot be reversed, and the steps that may belong to it.
    pub(super) settled: Clock,
    pub(super) candidates: Vec<usize>,
    /// Steps that were taken back and that nobody knows any more, for others to take their room.
    pub(super) spare: Vec<Rc<Planned>>,
}

impl Trace {
    pub(in crate::check::engine) fn len(&self) -> usize {
        self.steps.len()
    }

    pub(in crate::check::engine) fn steps(&self) -> &[Step] {
        &self.steps
    }

    pub(super) fn last_of(&self, task: Name) -> Option<usize> {
        self.last.get(task.index()).copied().flatten()
    }

    pub(super) fn set_last(&mut self, task: Name, step: Option<usize>) {
        if self.last.len() <= task.index() {
            self.last.resize(task.index() + 1, None);
        }
        self.last[task.index()] = step;
    }

    /// The steps of a task, in order.
    pub(super) fn own(&self, task: Name) -> &[usize] {
        self.own.get(task.index()).map(Vec::as_slice).unwrap_or_default()
    }

    /// Takes in the next step of a task.
    pub(super) fn take_step(&mut self, task: Name, step: usize) {
        self.set_last(task, Some(step));
        if self.own.len() <= task.index() {
            self.own.resize_with(task.index() + 1, Vec::new);
        }
        self.own[task.index()].push(step);
    }

    /// The first step of another task than `me` that a clock does not include.
    pub(super) fn first_outside(&self, clock: &Clock, me: Name) -> usize {
        let others = self.own.iter().enumerate().filter(|&(task, _)| task != me.index());
        let outside = others.filter_map(|(task, own)| own.get(clock.count(task)));
        outside.copied().min().unwrap_or(self.steps.len())
    }

    /// A number for the partial order: equivalent executions have the same number, others have different ones, unless
    /// two collide in 64 bits.
    pub(in crate::check::engine) fn fingerprint(&self) -> u64 {
        // The sum does not depend on the order in which the steps were run.
        (0..self.steps.len()).map(|step| self.number(step)).fold(0, u64::wrapping_add)
    }

    /// A number for a step and what it comes after: its part of the [fingerprint](Self::fingerprint).
    pub(in crate::check::engine) fn number(&self, index: usize) -> u64 {
        let step = &self.steps[index];
        let mut hasher = foldhash::fast::FixedState::default().build_hasher();
        (step.planned.label, step.count).hash(&mut hasher);
        let clock = self.clocks.row(index).iter().enumerate().filter(|&(_, &seen)| seen > 0);
        clock.for_each(|component| component.hash(&mut hasher));
        hasher.finish()
    }

    /// Whether `earlier` comes before `later` in the partial order.
    pub(super) fn ordered(&self, earlier: usize, later: usize) -> bool {
        let step = &self.steps[earlier];
        self.clocks.includes(later, step.task(), step.count)
    }

    /// The steps that did something to an object, in order, and its state after each.
    pub(super) fn history(&self, object: ObjectName) -> (&[usize], &[State]) {
        match self.histories.get(object.index()) {
            Some(history) => (history, &self.states[object.index()]),
            None => (&[], &[]),
        }
    }

    /// The state of an object before the first step that did something to it.
    pub(super) fn initial(&self, object: ObjectName) -> &State {
        self.initial[object.index()].as_ref().expect("an object is known once it is made")
    }

    /// The objects that there are after the first steps, so many.
    pub(super) fn objects(&self, depth: usize) -> impl Iterator<Item = ObjectName> + '_ {
        let objects = depth.checked_sub(1).map_or(self.made.len(), |last| self.steps[last].objects);
        self.made[..objects].iter().copied()
    }

    /// Takes in the objects that were made since the last step.
    pub(super) fn observe_objects(&mut self, world: &World) {
        let known = self.steps.last().map_or(0, |step| step.objects);
        self.made.truncate(known);
        for object in &world.objects[known..] {
            let needed = object.name.index() + 1;
            if self.initial.len() < needed {
                self.initial.resize(needed, None);
            }
            if self.histories.len() < needed {
                self.histories.resize_with(needed, Vec::new);
                self.states.resize_with(needed, Vec::new);
            }
            self.initial[object.name.index()] = Some(object.initial.clone());
            self.made.push(object.name);
        }
    }
}
