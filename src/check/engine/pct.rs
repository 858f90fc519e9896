//! Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi and Nagarakatte, ASPLOS 2010).
//!
//! Each task has a random priority, and the highest that can go on does. At `depth - 1` random steps of the execution the
//! task that is about to go on gets a priority below all others. A defect that needs `depth` ordering constraints is met
//! with a chance of at least 1 in n·k^(depth-1), for n tasks and k steps. Steps without a choice do not count: a change
//! there is the same as one at the choice before. How many there are is learnt from the executions before. A task that
//! yields goes behind all others, and what a choice takes is drawn.

use std::collections::BTreeMap;

use super::pos::{draw, generator};
use super::strategy::{Lost, Ready, Strategy};
use crate::sync::engine::op::Name;

/// Samples by priorities of tasks.
#[derive(Debug)]
pub(super) struct Pct {
    random: fastrand::Rng,
    left: u64,
    depth: usize,
    /// Higher goes first. Priorities drawn at the beginning are above those given by a change.
    priorities: BTreeMap<Name, (bool, u64)>,
    /// The steps at which a priority changes.
    changes: Vec<u64>,
    step: u64,
    longest: u64,
    /// Each change goes below the ones before.
    changed: u64,
}

impl Pct {
    pub(super) fn new(seed: u64, executions: u64, depth: usize) -> Self {
        Pct {
            random: generator(seed, "pct"),
            left: executions,
            depth,
            priorities: BTreeMap::new(),
            changes: Vec::new(),
            step: 0,
            longest: 0,
            changed: 0,
        }
    }

    fn lower(&mut self, task: Name) {
        self.changed += 1;
        self.priorities.insert(task, (false, u64::MAX - self.changed));
    }

    fn highest(&self, ready: &[Ready<'_>]) -> Name {
        let highest = ready.iter().map(|ready| ready.task).max_by_key(|task| self.priorities[task]);
        highest.expect("somebody can go on")
    }
}

impl Strategy for Pct {
    fn begin(&mut self) -> bool {
        self.longest = self.longest.max(self.step);
        self.priorities.clear();
        (self.step, self.changed) = (0, 0);
        let (random, longest) = (&mut self.random, self.longest);
        self.changes = (1..self.depth).filter(|_| longest > 0).map(|_| random.u64(..longest)).collect();
        self.left.checked_sub(1).map(|left| self.left = left).is_some()
    }

    fn next(&mut self, ready: &[Ready<'_>], current: Name) -> Result<Name, Lost> {
        for ready in ready {
            let random = &mut self.random;
            self.priorities.entry(ready.task).or_insert_with(|| (true, random.u64(..)));
        }
        if ready.iter().any(|ready| ready.task == current && ready.op.yields()) {
            self.lower(current);
        }
        if ready.len() > 1 {
            for _ in 0..self.changes.iter().filter(|&&change| change == self.step).count() {
                self.lower(self.highest(ready));
            }
            self.step += 1;
        }
        Ok(self.highest(ready))
    }

    fn choose(&mut self, _: Name, arms: u64) -> Result<u32, Lost> {
        Ok(draw(&mut self.random, arms))
    }
}
