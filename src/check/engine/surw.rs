//! Selectively uniform random walk (Zhao, Wolff, Mathur and Roychoudhury, ASPLOS 2025).
//!
//! A random walk prefers schedules in which a task with little left to do ends early. If each task is
//! chosen in proportion to what it has left to do, every interleaving is as likely as any other. Few of
//! the operations matter to a given defect, so a schedule is uniform over those on *one* object, drawn
//! anew for each execution; a task that comes to one of them waits until its turn is drawn, and all
//! else is a random walk. How much each task has to do on each object is learnt from the execution
//! before.

use std::collections::BTreeMap;

use super::pos::{draw, generator};
use super::strategy::{Lost, Ready, Seen, Strategy};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;

/// How often each task acted on each object.
type Profile = BTreeMap<ObjectName, BTreeMap<Name, u32>>;

/// Samples by what is left to do.
#[derive(Debug)]
pub(super) struct Surw {
    random: fastrand::Rng,
    left: u64,
    /// Of the execution before, and of this one.
    learnt: Profile,
    learning: Profile,
    /// Who started whom, in any execution.
    parents: BTreeMap<Name, Name>,
    /// The object whose operations are interleaved uniformly, and what is left to do on it.
    chosen: Option<ObjectName>,
    remaining: BTreeMap<Name, u32>,
    /// Whose turn on the chosen object it is.
    turn: Option<Name>,
}

impl Surw {
    pub(super) fn new(seed: u64, executions: u64) -> Self {
        Surw {
            random: generator(seed, "surw"),
            left: executions,
            learnt: Profile::new(),
            learning: Profile::new(),
            parents: BTreeMap::new(),
            chosen: None,
            remaining: BTreeMap::new(),
            turn: None,
        }
    }

    /// What a task has left to do, with those that it is yet to start.
    fn weight(&self, task: Name, ready: &[Ready<'_>]) -> u32 {
        let started = |name: Name| ready.iter().any(|ready| ready.task == name);
        let stands_for = |name: &Name| {
            let mut at = *name;
            while at != task && !started(at) {
                match self.parents.get(&at) {
                    Some(&parent) => at = parent,
                    None => return false,
                }
            }
            at == task
        };
        self.remaining.iter().filter(|(name, _)| stands_for(name)).map(|(_, &left)| left).sum()
    }

    fn draw_turn(&mut self, ready: &[Ready<'_>]) -> Option<Name> {
        let weights: Vec<(Name, u32)> = ready.iter().map(|one| (one.task, self.weight(one.task, ready))).collect();
        let total: u32 = weights.iter().map(|(_, weight)| weight).sum();
        let mut at = (total > 0).then(|| self.random.u32(..total))?;
        for (task, weight) in weights {
            if at < weight {
                return Some(task);
            }
            at -= weight;
        }
        None
    }
}

impl Strategy for Surw {
    fn begin(&mut self) -> bool {
        if !self.learning.is_empty() {
            self.learnt = std::mem::take(&mut self.learning);
        }
        let shared: Vec<ObjectName> =
            self.learnt.iter().filter(|(_, tasks)| tasks.len() > 1).map(|(&object, _)| object).collect();
        self.chosen = self.random.choice(shared);
        self.remaining = self.chosen.map(|object| self.learnt[&object].clone()).unwrap_or_default();
        self.turn = None;
        let more = self.left > 0;
        self.left = self.left.saturating_sub(1);
        more
    }

    fn next(&mut self, ready: &[Ready<'_>], current: Name) -> Result<Name, Lost> {
        let known = |task: Name| ready.iter().any(|ready| ready.task == task);
        if self.turn.is_none_or(|task| !known(task)) {
            self.turn = self.draw_turn(ready);
        }
        let matters = |ready: &Ready| ready.object.is_some() && ready.object == self.chosen;
        // Who comes to the chosen object out of turn waits, but not for one who spins until something
        // changes; and who spins lets all others go first.
        let in_turn = |ready: &Ready| !matters(ready) || self.turn.is_none_or(|turn| ready.task == turn);
        let spins = |ready: &Ready| ready.op.yields() && ready.task == current;
        let rank = |ready: &Ready| (spins(ready), !in_turn(ready));
        let first = ready.iter().map(rank).min();
        let candidates: Vec<&Ready> = ready.iter().filter(|ready| Some(rank(ready)) == first).collect();
        let next = self.random.choice(candidates).expect("somebody can go on");
        if matters(next) {
            self.remaining.entry(next.task).and_modify(|left| *left = left.saturating_sub(1));
            self.turn = None;
        }
        Ok(next.task)
    }

    fn choose(&mut self, _: Name, arms: u64) -> Result<u32, Lost> {
        Ok(draw(&mut self.random, arms))
    }

    fn observe(&mut self, seen: Seen<'_>) -> Result<(), Lost> {
        if let Some(object) = seen.object() {
            *self.learning.entry(object).or_default().entry(seen.task()).or_default() += 1;
        }
        if let Some(child) = seen.spawned() {
            self.parents.insert(child, seen.task());
        }
        Ok(())
    }
}
