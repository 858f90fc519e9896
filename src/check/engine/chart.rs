//! The graph of a program's [schedules](crate::check::Schedules), drawn while they are run.
//!
//! A moment is known by the fingerprint of the steps before it and of the partial order between them. Two beginnings that
//! have the same are equivalent: one becomes the other by exchanging neighbours that commute, so that everybody has got the
//! same answers and every object is the same. What can follow is then the same too, and the search need go on from there
//! once only. It does so from where it comes to a moment first: from there it takes every step that can be taken, and an
//! execution that comes there later is run to its end in any one way. Moments do not come again within one execution, so
//! that this ends.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Sources;
use super::story;
use super::trace::step::Label;
use crate::check::moments::{Found, Moment, Move};
use crate::check::story::{Step, Story, lanes};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{Name, TaskId};
use crate::sync::engine::world::World;

/// The graph as far as it is known, and the execution that runs.
#[derive(Debug, Default)]
pub(super) struct Chart {
    found: Found,
    /// The moments, by their fingerprints.
    moments: BTreeMap<u64, usize>,
    threads: BTreeMap<Name, usize>,
    objects: BTreeMap<ObjectName, usize>,
    sources: Sources,
    /// The moves that are drawn.
    moves: BTreeSet<(usize, Label)>,
    /// The moments that the running execution has come to.
    path: Vec<usize>,
    /// What it did after each of them: the number of the event, and whether it was to be done at once.
    steps: Vec<(usize, Label, bool)>,
}

impl Chart {
    /// An execution begins.
    pub(super) fn begin(&mut self) {
        self.path.clear();
        self.steps.clear();
    }

    /// The running execution comes to the moment with this fingerprint; whether it is the first that does.
    pub(super) fn arrive(&mut self, fingerprint: u64, world: &World) -> bool {
        let next = self.found.moments.len();
        let moment = *self.moments.entry(fingerprint).or_insert(next);
        self.path.push(moment);
        if moment == next {
            let drawn = self.draw(world);
            self.found.moments.push(drawn);
        }
        moment == next
    }

    /// And takes this step there, by which the event with this number came.
    pub(super) fn step(&mut self, number: usize, label: Label, at_once: bool) {
        self.steps.push((number, label, at_once));
    }

    /// The running execution has ended, at the moment with this fingerprint.
    pub(super) fn end(&mut self, fingerprint: u64, world: &World) {
        self.arrive(fingerprint, world);
        let end = self.path.last().copied().expect("it has just come there");
        self.found.moments[end].value = world.given;
        let new = |(at, (_, label, _)): (usize, &(usize, Label, bool))| !self.moves.contains(&(self.path[at], *label));
        if !self.steps.iter().enumerate().any(new) {
            return;
        }
        let told = story::tell_with(&mut self.sources, None, None, world);
        // What has the name of another is told from it by a number once both are made: the names of whole executions count.
        for (object, told) in world.objects.iter().zip(&told.objects) {
            self.found.objects[self.objects[&object.name]] = told.clone();
        }
        let events: Vec<&Step> = told.steps.iter().filter(|step| step.action.is_scheduled()).collect();
        for (at, &(number, label, at_once)) in self.steps.iter().enumerate() {
            if self.moves.insert((self.path[at], label)) {
                let Step { action, object, text, place, .. } = events[number];
                let object = object.map(|object| format!(" {}", told.objects[object].name)).unwrap_or_default();
                self.found.moments[self.path[at]].moves.push(Move {
                    thread: self.threads[&label.task],
                    asks: format!("{}{object}", action.words),
                    text: text.clone(),
                    place: place.clone(),
                    at_once,
                    to: self.path[at + 1],
                });
            }
        }
    }

    /// The graph.
    pub(super) fn found(mut self) -> Found {
        for moment in &mut self.found.moments {
            moment.states.resize(self.found.objects.len(), None);
            moment.moves.sort_by_key(|next| next.thread);
        }
        self.found
    }

    /// What is in the world, without what can be done there.
    fn draw(&mut self, world: &World) -> Moment {
        let of = |name: Name| world.task_of(name).map(|task| world.task_name(task)).unwrap_or_default();
        let told = Story {
            threads: story::threads(world),
            objects: story::objects(world, &mut self.sources),
            ..Story::default()
        };
        for (task, told) in world.tasks.iter().zip(&told.threads) {
            let next = self.threads.len();
            if *self.threads.entry(task.name).or_insert(next) == next {
                self.found.threads.push(told.clone());
            }
        }
        let mut states = vec![None; self.found.objects.len()];
        for (object, told) in world.objects.iter().zip(&told.objects) {
            let next = self.objects.len();
            let number = *self.objects.entry(object.name).or_insert(next);
            if number == next {
                self.found.objects.push(told.clone());
                states.push(None);
            }
            states[number] = Some(object.state.words(&of));
        }
        let waits = story::waits(world, &mut self.sources);
        let waits = waits.iter().filter(|wait| !world.enabled(TaskId(wait.thread as u32)));
        let waits = waits.map(|wait| (self.threads[&world.tasks[wait.thread].name], lanes::wait(&told, wait)));
        Moment { states, waits: waits.collect(), ..Moment::default() }
    }
}
