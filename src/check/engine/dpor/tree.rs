//! The tree of schedules, of which the path that is being run is kept: what has been explored from
//! each of its nodes, and what is still to be.
//!
//! A node's *sleep set* holds the tasks whose next step, run here, leads to executions that have been
//! explored elsewhere. Its *wakeup tree* holds the schedules that races have shown to be new, and that
//! are to be run from here, in order (Abdulla, Aronis, Jonsson and Sagonas, JACM 2017, section 6).

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::super::strategy::Ready;
use crate::check::engine::trace::Trace;
use crate::check::engine::trace::states::{Place, Plan, commutes};
use crate::check::engine::trace::step::{Label, Planned, dependent};

/// Steps to run one after another, and what to run after them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Branch {
    /// The last of them first. Empty only for a branch that is being run.
    steps: Vec<Rc<Planned>>,
    after: Vec<Branch>,
    /// A schedule ends here, and stands for another that was to be added. So it is run, even if it is known by then.
    stands_for_more: bool,
}

/// A point of the path, and the step that is taken from it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Node {
    pub(super) label: Label,
    /// Asleep when the node was reached, each with the effects that it has here.
    sleep: Vec<Rc<Planned>>,
    /// Explored since then.
    done: Vec<Rc<Planned>>,
    /// To be run from here, after the step that is taken now.
    pending: Vec<Branch>,
    /// To be run after the step that is taken now.
    guide: Option<Branch>,
    /// How many steps have been taken from here before.
    taken: u32,
    /// Every enabled step is taken from here, whether a race asks for it or not.
    open: bool,
    /// The step that is taken from here, once it has been run.
    step: Option<Rc<Planned>>,
}

impl Node {
    /// A node where what is left of a branch is run: its next step, or the first of what comes after it now, and the
    /// others later.
    pub(super) fn guided(sleep: Vec<Rc<Planned>>, branch: Branch) -> Self {
        let (first, pending) = match branch.steps.is_empty() {
            false => (branch, Vec::new()),
            true => {
                let mut after = branch.after;
                (after.remove(0), after)
            }
        };
        let (label, guide) = first.begin();
        Node { pending, guide, ..Node::free(sleep, label) }
    }

    /// A node for a step about which nothing has been decided.
    pub(super) fn free(sleep: Vec<Rc<Planned>>, label: Label) -> Self {
        Node { label, sleep, done: Vec::new(), pending: Vec::new(), guide: None, taken: 0, open: false, step: None }
    }

    /// A node from which each of the steps is run.
    pub(super) fn open(sleep: Vec<Rc<Planned>>, labels: Vec<Label>) -> Self {
        let first = labels[0];
        let pending = labels.into_iter().skip(1).map(Branch::open).collect();
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

    /// Hands out what is to be run after the step that is taken.
    pub(super) fn take_guide(&mut self) -> Option<Branch> {
        self.guide.take()
    }

    /// The step that is taken has been run.
    pub(super) fn did(&mut self, step: &Rc<Planned>) {
        self.step = Some(Rc::clone(step));
    }

    /// The sleep set after the step that is taken, which is the last of the trace: the sleeping steps that commute with
    /// it.
    pub(super) fn asleep_after(&self, trace: &Trace) -> Vec<Rc<Planned>> {
        let depth = trace.len() - 1;
        let step = &trace.steps()[depth].planned;
        let stays = |sleeper: &&Rc<Planned>| {
            sleeper.label.task != step.label.task && commutes(Place::after(trace, depth), sleeper, &[step])
        };
        self.asleep().filter(stays).cloned().collect()
    }

    fn asleep(&self) -> impl Iterator<Item = &Rc<Planned>> {
        self.sleep.iter().chain(&self.done)
    }

    /// Whether the executions that begin with any reversal of a race of this node's step have been explored. `depth` is
    /// the place of the node's step in the trace.
    pub(super) fn knows_every_reversal(&self, trace: &Trace, depth: usize) -> bool {
        self.asleep().any(|sleeper| trace.begins_every_reversal(depth, sleeper.label))
    }

    /// Whether what a schedule from here leads to has been explored: a sleeper could as well come first.
    fn knows(&self, trace: &Trace, depth: usize, plan: &[&Rc<Planned>]) -> bool {
        self.asleep().any(|sleeper| is_weak_initial(Place::after(trace, depth), sleeper, plan))
    }

    /// Adds a schedule to be run from here, unless it is known or already to be run.
    pub(super) fn add(&mut self, trace: &Trace, depth: usize, plan: &[&Rc<Planned>]) {
        if !self.knows(trace, depth, plan) {
            let reverses_select = self.label.choice.is_some();
            insert(&mut self.pending, Place::after(trace, depth), &[], plan.into(), reverses_select);
        }
    }

    /// Adds one step to be run from here, unless an initial of the plan has been, is being, or is to be run: what a
    /// source set needs (section 5 of the paper).
    pub(super) fn add_to_source(&mut self, plan: &[&Rc<Planned>]) {
        let taken = self.pending.iter().map(Branch::label).chain([self.label]);
        let mut taken = taken.chain(self.done.iter().map(|sleeper| sleeper.label));
        let first = |label: Label| {
            plan.iter().position(|step| step.label.task == label.task).filter(|&at| plan[at].label == label)
        };
        let plan_begins = |at: usize| begins(plan[at], plan[..at].iter().copied());
        if !taken.any(|label| first(label).is_some_and(plan_begins)) {
            let awake = |&at: &usize| self.sleep.iter().all(|sleeper| sleeper.label != plan[at].label);
            let begins = (0..plan.len()).filter(awake).find(|&at| plan_begins(at));
            self.pending.extend(begins.map(|at| Branch::of(&plan[at..=at])));
        }
    }

    /// The step that is taken could take from other arms as well: each of them is to be run too.
    ///
    /// `by_source` says that the branches come from [`add_to_source`](Self::add_to_source). A source set is not told what
    /// wakes an arm that sleeps here (see [why nothing is missed](super)), so every step is run then.
    pub(super) fn offer(&mut self, trace: &Trace, depth: usize, ready: &[Ready<'_>], by_source: bool) {
        let (taken, here) = (self.label, Place::after(trace, depth));
        if self.open || self.done.iter().any(|sleeper| sleeper.label.task == taken.task) {
            return;
        }
        let all = by_source && self.sleep.iter().any(|sleeper| sleeper.label.task == taken.task);
        let tasks = ready.iter().filter(|ready| all || ready.task == taken.task);
        let offered = tasks.flat_map(|ready| ready.labels().map(move |label| (ready, label)));
        for (ready, label) in offered.filter(|&(_, label)| label != taken) {
            if !by_source {
                let request = ready.request();
                let parts = here.parts(&request, label.task, label.choice).expect("it is one of its choices");
                self.add(trace, depth, &[&Rc::new(Planned { label, request, own: parts.len(), parts, spawned: None })]);
            } else if self.pending.iter().all(|branch| branch.label() != label) {
                self.pending.push(Branch::open(label));
            }
        }
    }

    /// Goes on to the next step to be taken from here, and returns whether there is one.
    ///
    /// `by_source` says that the branches came from [`add_to_source`](Self::add_to_source).
    pub(super) fn advance(&mut self, trace: &Trace, depth: usize, by_source: bool) -> bool {
        if self.pending.is_empty() {
            return false;
        }
        self.done.extend(self.step.take());
        while !self.pending.is_empty() {
            let mut next = self.pending.remove(0);
            // The effects of an explored step may not have been known when the branch grew.
            let known = match by_source {
                true => self.asleep().any(|sleeper| sleeper.label == next.label()),
                false => !self.prune(trace, depth, &mut next, &[]),
            };
            if known {
                continue;
            }
            (self.label, self.guide) = next.begin();
            self.taken += 1;
            return true;
        }
        false
    }

    /// Removes the schedules of a branch that have been explored, and returns whether any is left.
    fn prune(&self, trace: &Trace, depth: usize, branch: &mut Branch, before: &[&Rc<Planned>]) -> bool {
        let schedule: Plan<'_> = before.iter().copied().chain(branch.steps.iter().rev()).collect();
        if branch.after.is_empty() {
            return branch.stands_for_more || !self.knows(trace, depth, &schedule);
        }
        branch.after.retain_mut(|next| self.prune(trace, depth, next, &schedule));
        branch.stands_for_more || !branch.after.is_empty()
    }
}

impl Branch {
    /// A step of which nothing is known but its label, and nothing after it.
    fn open(label: Label) -> Self {
        Branch::of(&[&Rc::new(Planned::unknown(label))])
    }

    /// These steps, with nothing after them.
    fn of(plan: &[&Rc<Planned>]) -> Self {
        let steps = plan.iter().rev().map(|&step| Rc::clone(step)).collect();
        Branch { steps, after: Vec::new(), stands_for_more: false }
    }

    /// Its first step.
    fn label(&self) -> Label {
        self.steps.last().expect("a branch has a step").label
    }

    /// Takes its first step, and returns it with the branch to be run after it.
    fn begin(mut self) -> (Label, Option<Branch>) {
        let first = self.steps.pop().expect("a branch has a step");
        let more = !self.steps.is_empty() || !self.after.is_empty();
        (first.label, more.then_some(self))
    }

    /// Ends it after its first steps, so many; the others become what is to be run after them.
    fn split(&mut self, length: usize) {
        let first = self.steps.split_off(self.steps.len() - length);
        let rest = std::mem::replace(self, Branch { steps: first, ..Branch::of(&[]) });
        self.after.push(rest);
    }
}

/// Adds `plan` to a wakeup tree below the steps `before`, unless one of its schedules leads to the same executions.
///
/// The plan follows a branch as long as the branch's next step is a weak initial of what is left of the plan. A leaf
/// that is reached stands for the plan already. But if the plan is to be `whole`, what is left of it is run after the
/// leaf.
fn insert(branches: &mut Vec<Branch>, place: Place<'_>, before: &[&Rc<Planned>], mut plan: Plan<'_>, whole: bool) {
    for branch in branches.iter_mut() {
        let mut before = Plan::from_slice(before);
        let mut shared = 0;
        for step in branch.steps.iter().rev() {
            if !is_weak_initial(place.then(&before), step, &plan) {
                break;
            }
            let at = plan.iter().position(|planned| planned.label.task == step.label.task);
            at.map(|at| plan.remove(at));
            before.push(step);
            shared += 1;
        }
        if shared == 0 {
            continue;
        }
        match (shared == branch.steps.len(), branch.after.is_empty()) {
            (true, true) => {
                branch.stands_for_more = true;
                if whole && !plan.is_empty() {
                    drop(before);
                    branch.after.push(Branch::of(&plan));
                }
            }
            (true, false) => insert(&mut branch.after, place, &before, plan, whole),
            (false, _) if plan.is_empty() => (),
            (false, _) => {
                drop(before);
                branch.split(shared);
                branch.after.push(Branch::of(&plan));
            }
        }
        return;
    }
    if !plan.is_empty() {
        branches.push(Branch::of(&plan));
    }
}

/// Whether `step` is a weak initial of `plan` at `place`, where it is enabled and has its recorded effects: either it
/// is a step of the plan, and the steps before it are independent of it; or it is not, and commutes with all of them.
///
/// If a select is not a step of the plan, it is not known which arm it will take behind the plan. So it is no weak
/// initial.
fn is_weak_initial(place: Place<'_>, step: &Planned, plan: &[&Rc<Planned>]) -> bool {
    match plan.iter().position(|planned| planned.label.task == step.label.task) {
        // If it can come first, it does there what it does in the plan.
        Some(at) => plan[at].label == step.label && begins(plan[at], plan[..at].iter().copied()),
        None if step.label.choice.is_some() => false,
        None => commutes(place, step, plan),
    }
}

/// Whether a step that is run after others could as well be run before them.
fn begins<'a>(step: &Planned, mut others: impl Iterator<Item = &'a Rc<Planned>>) -> bool {
    others.all(|other| other.spawned != Some(step.label.task) && !dependent(&step.parts, &other.parts))
}
