//! Channels that a select looks at in one step are one location.
//!
//! A select comes to wait on all of its channels at once, or finds none of them ready; and who meets it takes it away from
//! the others. So the states of these channels are one [value](super::deed::Value), and an operation on any of them is a
//! read-modify-write of it. Its effect is what it does to each channel, as under `dpor`: operations on different channels
//! commute as before. Which channels these are is known only when a select looks at them; then the search starts again.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::deed::{Deed, Step};
use crate::sync::engine::machine::request::{Otherwise, Request};
use crate::sync::engine::machine::{Act, State};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Op;
use crate::sync::engine::world::World;

/// Which channels are one location, by its name.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Together {
    of: BTreeMap<ObjectName, ObjectName>,
}

impl Together {
    /// The locations.
    pub(super) fn locations(&self) -> Vec<ObjectName> {
        let mut all: Vec<ObjectName> = self.of.values().copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The location of which an object is a part.
    pub(super) fn of(&self, object: ObjectName) -> Option<ObjectName> {
        self.of.get(&object).copied()
    }

    /// The making of an object that begins like that.
    pub(super) fn makes(&self, object: ObjectName, initial: State) -> Step {
        match self.of(object) {
            None => Step::Makes(object, Arc::new(initial.into())),
            Some(location) => Step::Does(location, Deed::Makes(object, Arc::new(initial))),
        }
    }

    /// An act on an object.
    pub(super) fn does(&self, object: ObjectName, act: Act) -> Step {
        match self.of(object) {
            None => Step::Does(object, act.into()),
            Some(location) => Step::Does(location, Deed::Asks(Arc::new((Request::One(object, act), None)))),
        }
    }

    /// What a select does by a choice, all of whose channels are one location.
    pub(super) fn asks(&self, request: Request<ObjectName>, choice: Option<u32>) -> Step {
        let object = request.object().expect("a select has an arm");
        Step::Does(self.of(object).unwrap_or(object), Deed::Asks(Arc::new((request, choice))))
    }

    /// Takes in what a task has announced. Returns whether channels are one location now that were not.
    pub(super) fn take_in(&mut self, world: &mut World, op: &Op) -> bool {
        let Request::Any(arms, otherwise) = &op.request else { return false };
        let mut objects: Vec<ObjectName> = arms.iter().map(|&(object, _)| world.object(object).name).collect();
        objects.sort_unstable();
        objects.dedup();
        let location = self.of(objects[0]);
        let is_one = objects.len() == 1 || location.is_some() && objects.iter().all(|&name| self.of(name) == location);
        if *otherwise == Otherwise::Waits || is_one {
            return false;
        }
        let old: Vec<ObjectName> = objects.iter().filter_map(|&name| self.of(name)).collect();
        let first = || world.names.global(&format!("channels of one select, {}", self.of.len()));
        let new = old.first().copied().unwrap_or_else(first);
        self.of.values_mut().filter(|location| old.contains(location)).for_each(|location| *location = new);
        self.of.extend(objects.into_iter().map(|name| (name, new)));
        true
    }
}
