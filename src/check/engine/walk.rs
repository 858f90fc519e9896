//! The random walk: all tasks that can go on are equally likely, and so are all arms of a choice.

use super::pos::{draw, generator};
use super::strategy::{Lost, Ready, Strategy};
use crate::sync::engine::op::Name;

/// Samples by drawing each step.
#[derive(Debug)]
pub(super) struct Walk {
    random: fastrand::Rng,
    left: u64,
}

impl Walk {
    pub(super) fn new(seed: u64, executions: u64) -> Self {
        Walk { random: generator(seed, "walk"), left: executions }
    }
}

impl Strategy for Walk {
    fn begin(&mut self) -> bool {
        self.left.checked_sub(1).map(|left| self.left = left).is_some()
    }

    fn next(&mut self, ready: &[Ready<'_>], _: Name) -> Result<Name, Lost> {
        Ok(self.random.choice(ready).expect("somebody can go on").task)
    }

    fn choose(&mut self, _: Name, arms: u64) -> Result<u32, Lost> {
        Ok(draw(&mut self.random, arms))
    }
}
