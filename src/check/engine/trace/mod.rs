//! The execution so far: its steps, the partial order between them, and its reversible races.
//!
//! Two steps are ordered if they are of one task, if one starts the other's task, or if their
//! effects are [dependent](crate::sync::engine::effect::Effect::dependent); and so is what follows
//! from that. Steps are kept from one execution to the next as far as both are the same.
//!
//! # Which races are reversible
//!
//! A step e' races with an earlier dependent step e of another task if nothing between them orders
//! them already, and if e' could have gone ahead without e. The second is asked of the state itself:
//! of the steps that do not come after e, [would e' be enabled](predict)? An unlock is
//! followed by the lock that it enabled, and cannot be reversed; then the question goes on to what
//! the unlock comes after, and finds the lock before it, which can.

pub(super) mod clock;
mod predict;
pub(super) mod race;
pub(super) mod step;

use std::borrow::Cow;
use std::hash::{BuildHasher, Hash, Hasher};

use self::clock::{Clock, Clocks};
use self::predict::Part;
use self::step::{Label, Planned, Step, dependent};
use crate::sync::engine::effect::Effect;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{Kind, Name};

/// The steps of an execution.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    steps: Vec<Step>,
    clocks: Clocks,
    /// For each object its steps, in order.
    histories: Vec<Vec<usize>>,
    /// For each task its last step; for one that has not begun, the step that started it.
    last: Vec<Option<usize>>,
    /// Room for the past of the next step, for the part of it that cannot be reversed, and for the steps
    /// that may be part of it.
    past: Clock,
    settled: Clock,
    candidates: Vec<usize>,
}

impl Trace {
    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    fn last_of(&self, task: Name) -> Option<usize> {
        self.last.get(task.index()).copied().flatten()
    }

    fn set_last(&mut self, task: Name, step: Option<usize>) {
        if self.last.len() <= task.index() {
            self.last.resize(task.index() + 1, None);
        }
        self.last[task.index()] = step;
    }

    /// A number for the partial order: equivalent executions have the same, others another, unless two
    /// of them collide in 64 bits.
    pub(super) fn fingerprint(&self) -> u64 {
        let hash = |index: usize| {
            let step = &self.steps[index];
            let mut hasher = foldhash::fast::FixedState::default().build_hasher();
            (step.label, step.count).hash(&mut hasher);
            let clock = self.clocks.row(index).iter().enumerate().filter(|&(_, &seen)| seen > 0);
            clock.for_each(|component| component.hash(&mut hasher));
            hasher.finish()
        };
        // The sum does not depend on the order in which the steps were run.
        (0..self.steps.len()).map(hash).fold(0, u64::wrapping_add)
    }

    /// Whether `earlier` comes before `later` in the partial order.
    fn ordered(&self, earlier: usize, later: usize) -> bool {
        let step = &self.steps[earlier];
        self.clocks.includes(later, step.label.task, step.count)
    }

    /// The steps in which `task` has only looked since it last yielded, each with its object; `None`
    /// where it has changed something meanwhile, or looked at nothing.
    ///
    /// A task that yields after looks only is in a spin loop, and its next turn can be no other
    /// than this one before something that it looked at has changed.
    ///
    /// `at` is the step of the task, or the one that started it, to look back from.
    fn looks(&self, task: Name, mut at: Option<usize>) -> Option<Vec<(usize, ObjectName)>> {
        let mut looks = Vec::new();
        while let Some(index) = at {
            let step = &self.steps[index];
            if step.label.task != task || step.kind == Kind::Yield {
                break;
            }
            if !step.effects.iter().all(|(_, effect)| effect.is_look()) {
                return None;
            }
            looks.extend(step.effects.iter().map(|&(object, _)| (index, object)));
            at = step.previous;
        }
        (!looks.is_empty()).then_some(looks)
    }

    /// Whether one of the looks may turn out otherwise after the kept steps.
    fn changed_since(&self, looks: &[(usize, ObjectName)], kept: impl Fn(usize) -> bool) -> bool {
        looks.iter().any(|&(look, object)| {
            let later = self.history(object).iter().copied().rev().take_while(|&step| step > look);
            later.filter(|&step| kept(step)).any(|step| self.steps[step].on(object).any(|did| !did.is_look()))
        })
    }

    /// What `task`, which is about to yield, waits for: the objects that it has looked at, and
    /// whether one of them may have changed. Empty and `true` where it is not in a spin loop.
    pub(super) fn awaits(&self, task: Name) -> (Vec<ObjectName>, bool) {
        let Some(looks) = self.looks(task, self.last_of(task)) else { return (Vec::new(), true) };
        let changed = self.changed_since(&looks, |_| true);
        let mut objects: Vec<ObjectName> = looks.into_iter().map(|(_, object)| object).collect();
        objects.sort_unstable();
        objects.dedup();
        (objects, changed)
    }

    /// The steps that did something to an object, in order.
    fn history(&self, object: ObjectName) -> &[usize] {
        self.histories.get(object.index()).map(Vec::as_slice).unwrap_or_default()
    }

    /// Adds the outcome of a choice that the last step asked for.
    pub(super) fn push_choice(&mut self, label: Label) {
        let index = self.steps.len();
        let (previous, asked) = (index - 1, &self.steps[index - 1]);
        let step = Step {
            label,
            effects: Default::default(),
            ordering: None,
            arms: Vec::new(),
            spawned: None,
            count: asked.count + 1,
            previous: Some(previous),
            latest: Some(previous),
            races: Vec::new(),
            ..*asked
        };
        self.past.clear();
        self.past.join(self.clocks.row(previous));
        self.clocks.push(&self.past, label.task, step.count);
        self.set_last(label.task, Some(index));
        self.steps.push(step);
    }

    /// Adds a step, of which `count`, `previous`, `latest` and `races` are yet to be found.
    pub(super) fn push(&mut self, mut step: Step) {
        let (index, task) = (self.steps.len(), step.label.task);
        let (mut past, mut settled) = (std::mem::take(&mut self.past), std::mem::take(&mut self.settled));
        past.clear();
        settled.clear();
        step.previous = self.last_of(task);
        step.latest = step.previous;
        if let Some(previous) = step.previous {
            settled.join(self.clocks.row(previous));
        }
        let first = step.previous.is_none_or(|previous| self.steps[previous].label.task != task);
        step.count = if first { 1 } else { self.steps[step.previous.expect("it has one")].count + 1 };
        let partners: Vec<usize> = self.partners(&step).collect();
        for partner in partners {
            settled.join(self.clocks.row(partner));
            step.latest = step.latest.max(Some(partner));
        }
        past.join_clock(&settled);
        let mut candidates = std::mem::take(&mut self.candidates);
        self.find_candidates(&step, &mut candidates);
        for &earlier in &candidates {
            let other = &self.steps[earlier];
            // What comes before a step that this one depends on for sure is no race, and is known.
            if other.label.task == task
                || settled.includes(other.label.task, other.count)
                || !dependent(&step.effects, &other.effects)
            {
                continue;
            }
            step.latest = step.latest.max(Some(earlier));
            past.join(self.clocks.row(earlier));
            if predict::predict(&step, &Without { trace: self, removed: earlier, later: (&step, index) }).is_some() {
                settled.join(self.clocks.row(earlier));
                step.races.push(earlier);
            }
        }
        self.clocks.push(&past, task, step.count);
        (self.past, self.settled, self.candidates) = (past, settled, candidates);
        for &(object, _) in step.effects.iter() {
            let needed = object.index() + 1;
            if self.histories.len() < needed {
                self.histories.resize_with(needed, Vec::new);
            }
            if self.histories[object.index()].last() != Some(&index) {
                self.histories[object.index()].push(index);
            }
        }
        self.set_last(task, Some(index));
        if let Some(child) = step.spawned {
            self.set_last(child, Some(index));
        }
        self.steps.push(step);
    }

    /// The steps without which this one would have waited, whatever else had been run: who notified
    /// it, or met it. For one that waits until nobody else can go on, all of them: it comes after everything that is
    /// run before it, in whichever order, so it races with nothing. One that stops everybody else is told from
    /// another by what has been run before it, too; and since it makes others wait, nothing is to be pruned around it.
    fn partners(&self, step: &Step) -> impl Iterator<Item = usize> {
        let me = step.label.task;
        let everybody = if matches!(step.kind, Kind::Settle | Kind::Seclude) { self.last.as_slice() } else { &[] };
        let met = step.effects.iter().filter_map(move |&(object, effect)| {
            let awaited: fn(Effect, Name) -> bool = match effect {
                Effect::Woken => |did, me| matches!(did, Effect::Wake(woken) if woken.contains(me)),
                Effect::Met => |did, me| did == Effect::Take(me) || did == Effect::Hand(me),
                _ => return None,
            };
            self.history(object)
                .iter()
                .copied()
                .rev()
                .find(|&step| self.steps[step].on(object).any(|did| awaited(did, me)))
        });
        everybody.iter().flatten().copied().chain(met)
    }

    /// The steps that have an object in common with this one, the latest first.
    fn find_candidates(&self, step: &Step, found: &mut Vec<usize>) {
        found.clear();
        step.effects.iter().for_each(|&(object, _)| found.extend(self.history(object).iter().rev()));
        if step.effects.len() > 1 {
            found.sort_unstable_by(|one, other| other.cmp(one));
            found.dedup();
        }
    }

    /// Takes back the last steps, so that `length` are left.
    pub(super) fn truncate(&mut self, length: usize) {
        while self.steps.len() > length {
            let step = self.steps.pop().expect("it is longer than nothing");
            let index = self.steps.len();
            for &(object, _) in step.effects.iter() {
                let history = &mut self.histories[object.index()];
                if history.last() == Some(&index) {
                    history.pop();
                }
            }
            if let Some(child) = step.spawned {
                self.set_last(child, None);
            }
            self.set_last(step.label.task, step.previous);
        }
        self.clocks.truncate(length);
    }

    /// What to run after the steps before `first`, so that `second`, which races with it, comes
    /// before it: every step from there on, up to `end`, that does not come after `first`, and then `second`.
    pub(super) fn reversal(&self, first: usize, second: usize, end: usize) -> Vec<Planned> {
        let apart = |&step: &usize| !self.ordered(first, step);
        let mut plan = Vec::with_capacity(end - first);
        plan.extend((first + 1..end).filter(apart).map(|step| self.steps[step].planned()));
        let part = Without { trace: self, removed: first, later: (&self.steps[second], second) };
        let effects = predict::predict(&self.steps[second], &part).expect("a race is reversible");
        let planned = self.steps[second].planned();
        plan.push(match effects {
            Cow::Borrowed(_) => planned,
            Cow::Owned(effects) => Planned { effects: effects.into(), ..planned },
        });
        plan
    }

    /// Whether running `task` right after the steps before `first` leads to the same executions as
    /// every reversal of a race of `first`: its next step depends on nothing since then.
    pub(super) fn begins_every_reversal(&self, first: usize, task: Name) -> bool {
        let next = self.steps[first..].iter().find(|step| step.label.task == task);
        next.is_some_and(|step| step.latest.is_none_or(|latest| latest < first))
    }

    /// Whether `effects`, done by `task` now, are independent of every step of the plan before the
    /// task's own, and of all where it has none: then the plan's executions can begin with it.
    pub(super) fn can_begin(task: Name, effects: &[(ObjectName, Effect)], plan: &[Planned]) -> bool {
        for step in plan {
            if step.label.task == task {
                return true;
            }
            if step.spawned == Some(task) || dependent(effects, &step.effects) {
                return false;
            }
        }
        true
    }
}

/// The steps before a later one that do not come after an earlier one, which is left out too.
struct Without<'a> {
    trace: &'a Trace,
    removed: usize,
    /// The later one, which may not be in the trace yet, and its place.
    later: (&'a Step, usize),
}

impl Without<'_> {
    fn keeps(&self, step: usize) -> bool {
        step < self.removed || !self.trace.ordered(self.removed, step)
    }

    /// The steps before the later one that did something to an object.
    fn before(&self, object: ObjectName) -> &[usize] {
        let all = self.trace.history(object);
        &all[..all.partition_point(|&step| step < self.later.1)]
    }
}

impl Part for Without<'_> {
    fn history(&self, object: ObjectName) -> impl DoubleEndedIterator<Item = (Effect, bool)> {
        let step = |&step: &usize| (&self.trace.steps[step], self.keeps(step));
        self.before(object).iter().map(step).flat_map(move |(step, kept)| step.on(object).map(move |did| (did, kept)))
    }

    fn waits_beside(&self, object: ObjectName) -> impl Iterator<Item = ObjectName> {
        let kept = self.before(object).iter().filter(|&&step| self.keeps(step)).map(|&step| &self.trace.steps[step]);
        let waits = kept.filter(move |step| step.on(object).any(|did| did == Effect::Wait));
        let places = waits.flat_map(|step| step.effects.iter()).filter(|&&(_, did)| did == Effect::Wait);
        places.map(|&(place, _)| place).filter(move |&place| place != object)
    }

    fn changed(&self) -> bool {
        let (step, end) = self.later;
        let looks = self.trace.looks(step.label.task, step.previous);
        looks.is_none_or(|looks| self.trace.changed_since(&looks, |step| step < end && self.keeps(step)))
    }
}
