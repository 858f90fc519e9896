//! A cell whose accesses are watched: they are no operations, so the machine has no acts.

use serde::{Deserialize, Serialize};

use super::{Machine, Words};
use crate::sync::engine::ids::Name;

/// That it is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Cell;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Act {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Effect {}

impl Machine for Cell {
    type Act = Act;
    type Effect = Effect;

    const NOUN: &'static str = "cell";

    fn meets(&self, act: Act, _: Name) -> Option<Effect> {
        match act {}
    }

    fn take(&mut self, act: Act, _: Effect, _: Name) {
        match act {}
    }

    fn answer(&self, act: Act, _: Effect) -> Option<u64> {
        match act {}
    }

    fn before(one: Effect, _: Effect) -> bool {
        match one {}
    }

    fn words(act: Act) -> Words {
        match act {}
    }

    fn told(&self, act: Act, _: Effect, _: Option<u64>, _: &dyn Fn(Name) -> String) -> String {
        match act {}
    }

    fn state(&self, _: &dyn Fn(Name) -> String) -> String {
        String::new()
    }
}
