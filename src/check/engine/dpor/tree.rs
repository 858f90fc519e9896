//! The tree of schedules, of which the path that is being run is kept: what has been explored from
//! each of its nodes, and what is still to be.
//!
//! A node's *sleep set* holds the tasks whose next step, run here, leads to executions that have been
//! explored elsewhere. Its *wakeup tree* holds the schedules that races have shown to be new, and that
//! are to be run from here, in order (Abdulla, Aronis, Jonsson and Sagonas, JACM 2017, section 6).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::check::engine::trace::Trace;
use crate::check::engine::trace::step::{Effects, Label, Planned, Step, dependent};
use crate::sync::engine::op::Name;

/// A task whose next step need not be run, and what that step does.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Sleeper {
    pub(super) task: Name,
    pub(super) effects: Effects,
}

/// A step to run, and the steps to run after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Branch {
    step: Planned,
    after: Vec<Branch>,
    /// Another schedule was not added because this one, which ends here, leads to its executions too.
    stands_for_more: bool,
}

/// A point of the path, and the step that is taken from it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Node {
    pub(super) label: Label,
    /// Asleep when the node was reached.
    sleep: Vec<Sleeper>,
    /// Explored since then.
    done: Vec<Sleeper>,
    /// To be run from here, after the step that is taken now.
    pending: Vec<Branch>,
    /// To be run after the step that is taken now.
    guide: Vec<Branch>,
    /// How many steps have been taken from here before.
    taken: u32,
    /// Every step that can be taken from here is, whether a race asks for it or not.
    open: bool,
    /// What the step that is taken does, whatever its choices come to.
    effects: Effects,
}

impl Node {
    /// A node where the first of the branches is taken now, and the others later.
    pub(super) fn guided(sleep: Vec<Sleeper>, mut branches: Vec<Branch>) -> Self {
        let first = branches.remove(0);
        Node { pending: branches, guide: first.after, ..Node::taking(first.step.label, sleep) }
    }

    /// A node for a step of `task`, about which nothing has been decided.
    pub(super) fn free(sleep: Vec<Sleeper>, task: Name) -> Self {
        Node::taking(Label { task, choice: None }, sleep)
    }

    /// A node from which everybody who is awake is run: `first`, and then the `others`.
    pub(super) fn open(sleep: Vec<Sleeper>, first: Name, others: Vec<Name>) -> Self {
        let pending = others.into_iter().map(|task| Branch::open(Label { task, choice: None })).collect();
        Node { pending, open: true, ..Node::free(sleep, first) }
    }

    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// How many steps have been taken from here before, and how many are known to be taken in all.
    pub(super) fn progress(&self) -> (f64, f64) {
        (f64::from(self.taken), f64::from(self.taken) + 1.0 + self.pending.len() as f64)
    }

    /// Whether there is more than one step to take.
    pub(super) fn branches(&self) -> bool {
        !self.pending.is_empty() || !self.done.is_empty()
    }

    fn taking(label: Label, sleep: Vec<Sleeper>) -> Self {
        let effects = Effects::default();
        Node { label, sleep, done: Vec::new(), pending: Vec::new(), guide: Vec::new(), taken: 0, open: false, effects }
    }

    /// A node for a choice of `task` between `outcomes`, all of which will be explored.
    /// What follows is as `open` as the step that asks for the choice.
    pub(super) fn choice(task: Name, outcomes: u32, mut guide: Vec<Branch>, open: bool) -> Self {
        for outcome in 0..outcomes {
            let label = Label { task, choice: Some(outcome) };
            if guide.iter().all(|branch| branch.step.label != label) {
                guide.push(Branch::open(label));
            }
        }
        Node { open, ..Node::guided(Vec::new(), guide) }
    }

    /// Hands out what is to be run after the step that is taken.
    pub(super) fn take_guide(&mut self) -> Vec<Branch> {
        std::mem::take(&mut self.guide)
    }

    /// Adds to what the step that is taken does.
    pub(super) fn did(&mut self, effects: &Effects) {
        self.effects = match &*self.effects {
            [] => Arc::clone(effects),
            known => known.iter().chain(effects.iter().filter(|did| !known.contains(did))).copied().collect(),
        };
    }

    /// Who is asleep after the step that is taken: those to whom it makes no difference.
    pub(super) fn asleep_after(&self, step: &Step) -> Vec<Sleeper> {
        let stays = |sleeper: &&Sleeper| sleeper.task != step.label.task && !dependent(&sleeper.effects, &step.effects);
        self.asleep().filter(stays).cloned().collect()
    }

    fn asleep(&self) -> impl Iterator<Item = &Sleeper> {
        self.sleep.iter().chain(&self.done)
    }

    /// Whether the executions that begin with the reversal of a race at this node, whichever it is,
    /// have been explored. `depth` is the place of the node's step in the trace.
    pub(super) fn knows_every_reversal(&self, trace: &Trace, depth: usize) -> bool {
        self.asleep().any(|sleeper| trace.begins_every_reversal(depth, sleeper.task))
    }

    fn knows(&self, plan: &[Planned]) -> bool {
        self.asleep().any(|sleeper| Trace::can_begin(sleeper.task, &sleeper.effects, plan))
    }

    /// Adds a schedule to be run from here, unless it is known or already to be run.
    pub(super) fn add(&mut self, plan: Vec<Planned>) {
        if !self.knows(&plan) {
            insert(&mut self.pending, plan);
        }
    }

    /// Adds one step to be run from here, unless one that could be run first in the plan has been, is
    /// being, or is to be run: what a source set needs (section 5 of the paper).
    pub(super) fn add_to_source(&mut self, plan: &[Planned]) {
        let taken = self.pending.iter().map(|branch| branch.step.label.task).chain([self.label.task]);
        let mut taken = taken.chain(self.done.iter().map(|sleeper| sleeper.task));
        let first = |task| plan.iter().position(|step| step.label.task == task);
        if !taken.any(|task| first(task).is_some_and(|at| begins(&plan[at], &plan[..at]))) {
            self.pending.push(Branch::last(plan[0].clone()));
        }
    }

    /// Goes on to the next step to be taken from here; whether there is one.
    ///
    /// `by_source` says that the branches came from [`add_to_source`](Self::add_to_source).
    pub(super) fn advance(&mut self, by_source: bool) -> bool {
        let taken = std::mem::take(&mut self.effects);
        if self.label.choice.is_none() {
            self.done.push(Sleeper { task: self.label.task, effects: taken });
        }
        while !self.pending.is_empty() {
            let mut next = self.pending.remove(0);
            // What an explored step does was perhaps not known when the branch grew.
            let task = next.step.label.task;
            let known = match self.label.choice {
                Some(_) => false,
                None if by_source => self.asleep().any(|sleeper| sleeper.task == task),
                None => !self.prune(&mut next, &mut Vec::new()),
            };
            if known {
                continue;
            }
            self.label = next.step.label;
            self.guide = next.after;
            self.taken += 1;
            return true;
        }
        false
    }

    /// Takes away the schedules of a branch that have been explored; whether any is left.
    fn prune(&self, branch: &mut Branch, before: &mut Vec<Planned>) -> bool {
        before.push(branch.step.clone());
        let leaf = branch.after.is_empty();
        branch.after.retain_mut(|next| self.prune(next, before));
        let left = if leaf { branch.stands_for_more || !self.knows(before) } else { !branch.after.is_empty() };
        before.pop();
        left
    }
}

impl Branch {
    /// A step of which nothing is known, and nothing after it.
    fn open(label: Label) -> Self {
        Branch::last(Planned { label, effects: Effects::default(), spawned: None })
    }

    /// A step with nothing after it.
    fn last(step: Planned) -> Self {
        Branch { step, after: Vec::new(), stands_for_more: false }
    }
}

/// Adds `plan` to a wakeup tree, unless one of its schedules leads to the same executions.
///
/// A branch whose step can begin the plan (an *initial* of it, or independent of all of it) takes in
/// the rest; a leaf that is reached has it already.
fn insert(branches: &mut Vec<Branch>, mut plan: Vec<Planned>) {
    for branch in branches.iter_mut() {
        let label = branch.step.label;
        match plan.iter().position(|step| step.label.task == label.task) {
            Some(at) if plan[at].label == label && begins(&branch.step, &plan[..at]) => {
                plan.remove(at);
            }
            None if begins(&branch.step, &plan) => (),
            _ => continue,
        }
        match branch.after.is_empty() {
            true => branch.stands_for_more = true,
            false => insert(&mut branch.after, plan),
        }
        return;
    }
    let chain = plan.into_iter().rev().fold(Vec::new(), |after, step| vec![Branch { after, ..Branch::last(step) }]);
    branches.extend(chain);
}

/// Whether `step` could be run before all of `others` as well as after them.
fn begins(step: &Planned, others: &[Planned]) -> bool {
    others.iter().all(|other| other.spawned != Some(step.label.task) && !dependent(&step.effects, &other.effects))
}
