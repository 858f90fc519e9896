//! What a program uses that is weaker than SeqCst. If there is nothing, what holds under sequential consistency holds
//! under C11 as well.
//!
//! The atomics inside the facade's own clocks and contexts do not count: their documentation makes promises to the
//! caller, and checks of their own prove those.

use std::panic::Location;

use super::source::Sources;
use crate::check::story::Ordering;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::world::{Local, World};
use crate::sync::place::Place;

/// What was met, without repetition.
#[derive(Debug, Default)]
pub(super) struct Weak {
    /// Which atomics, by their names.
    atomics: Vec<bool>,
    fences: Vec<&'static Location<'static>>,
    /// What has not been reported yet, by its name in the program and its line.
    new: Vec<String>,
}

impl Weak {
    /// Takes in the event of that number.
    pub(super) fn observe(&mut self, world: &World, event: usize) {
        let Some(part) = world.log.of(event).first() else { return };
        if part.act.ordering(part.effect).is_none_or(|ordering| ordering == Ordering::SeqCst) {
            return;
        }
        let ObjectName(name) = part.object;
        if self.atomics.len() <= name as usize {
            self.atomics.resize(name as usize + 1, false);
        }
        if !std::mem::replace(&mut self.atomics[name as usize], true)
            && let Some(object) = world.object_of(part.object).map(|id| world.object(id))
            && object.of.is_none()
        {
            let made = Place::of(object.born);
            let called = Sources::default().name_of(&made).unwrap_or_else(|| object.state.noun().to_owned());
            self.new.push(format!("{called} at {made}"));
        }
    }

    /// Takes in the fences of an execution that has ended. Returns what was not reported before.
    pub(super) fn end(&mut self, world: &World) -> Vec<String> {
        for (_, _, what) in &world.locals {
            if let &Local::Fence(_, at) = what
                && !self.fences.contains(&at)
            {
                self.fences.push(at);
                self.new.push(format!("a fence at {}", Place::of(at)));
            }
        }
        std::mem::take(&mut self.new)
    }
}
