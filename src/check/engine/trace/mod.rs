//! The execution so far: its steps, the partial order between them, and its reversible races.
//!
//! Two steps are ordered if they are of one task, if one starts the other's task, or if their
//! effects are [dependent](crate::sync::engine::machine::Effect::dependent); and by transitivity. Steps are kept from
//! one execution to the next as far as both are the same.
//!
//! # Which races are reversible
//!
//! A step e' races with an earlier dependent step e of another task if nothing between them orders
//! them already, and if e' could have gone ahead without e. The machines answer the second: would e' [be
//! enabled](states) after the steps that do not come after e? An unlock and the lock that it enabled cannot be
//! reversed; then the search for a race goes on to the steps before the unlock, and finds the earlier lock, which can.

pub(super) mod clock;
pub(super) mod race;
mod record;
pub(super) mod retry;
pub(super) mod states;
pub(super) mod step;
pub(super) mod turn;
pub(super) mod watched;

use std::rc::Rc;

use smallvec::{SmallVec, smallvec};

use self::clock::Clock;
pub(super) use self::record::Trace;
use self::states::{Place, Plan, commutes};
use self::step::{Label, Planned, Step, dependent};
use self::turn::Spun;
use super::seen::Seen;
use crate::sync::engine::machine::request::{Choices, Request};
use crate::sync::engine::machine::{Parts, moments};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::world::World;

impl Trace {
    /// Takes in the operation that went ahead last; a yield is no step.
    pub(super) fn observe(&mut self, seen: Seen<'_>) {
        if seen.yields() {
            self.end_turn(seen.task(), seen.accesses());
            let made = seen.world.objects.len();
            if self.steps.last().is_some_and(|last| last.task() == seen.task() && last.objects < made) {
                // What its task has made since belongs to the turn. In an execution before this one it may have made more
                // already, up to its next step.
                self.observe_objects(seen.world);
                self.steps.last_mut().expect("it is there").objects = self.made.len();
            }
            return;
        }
        let awaited = self.watched_by(seen.task()).cloned();
        let mut planned = self.spare.pop().unwrap_or_else(|| Rc::new(Planned::unknown(seen.label())));
        seen.plan(awaited.as_deref(), Rc::get_mut(&mut planned).expect("nobody else knows it"));
        self.observe_objects(seen.world);
        let index = self.steps.len();
        if self.is_held(seen.task()) {
            self.held.push(index);
        }
        let mut step = seen.step(planned, awaited);
        (step.previous, step.count) = (self.last_of(step.task()), self.own(step.task()).len() as u32 + 1);
        self.steps.push(step);
        self.find_past(index);
        self.find_states(index, seen.world);
    }

    /// Finds what the last step comes after, and what it races with.
    fn find_past(&mut self, index: usize) {
        let (mut settled, mut candidates) = (std::mem::take(&mut self.settled), std::mem::take(&mut self.candidates));
        let step = &self.steps[index];
        let mut latest = step.previous;
        settled.copy(latest.map_or(&[], |previous| self.clocks.row(previous)));
        for &partner in self.everybody(step).iter().flatten() {
            settled.join(self.clocks.row(partner));
            latest = latest.max(Some(partner));
        }
        self.find_candidates(step, &settled, &mut candidates);
        self.clocks.push(&settled, step.task(), step.count);
        for &earlier in &candidates {
            let [step, other] = [index, earlier].map(|step| &self.steps[step]);
            // What comes before a step that this one depends on for sure is no race, and is known.
            if settled.includes(other.task(), other.count) || !dependent(step.parts(), other.parts()) {
                continue;
            }
            latest = latest.max(Some(earlier));
            self.clocks.join_last(earlier);
            if self.goes_ahead_without(step, index, earlier) {
                settled.join(self.clocks.row(earlier));
                self.steps[index].races.push(earlier);
            }
        }
        self.steps[index].latest = latest;
        (self.settled, self.candidates) = (settled, candidates);
    }

    /// Takes in the states of its objects after the last step.
    fn find_states(&mut self, index: usize, world: &World) {
        let step = &self.steps[index];
        for part in step.parts() {
            let (history, states) = (&mut self.histories[part.object.index()], &mut self.states[part.object.index()]);
            if history.last() != Some(&index) {
                let object = world.object_of(part.object).expect("what was done was done to an object");
                history.push(index);
                states.push(world.object(object).state.clone());
            }
        }
        let (task, spawned) = (step.task(), step.planned.spawned);
        self.take_step(task, index);
        if let Some(child) = spawned {
            self.set_last(child, Some(index));
        }
    }

    /// Whether a step could have gone ahead before `end` without `removed` and what comes after that. Not where an endless
    /// loop would have to go on, though another task could.
    fn goes_ahead_without(&self, step: &Step, end: usize, removed: usize) -> bool {
        let mut held = self.held.iter().rev().take_while(|&&held| held > removed);
        if held.any(|&held| self.ordered(held, end)) {
            return false;
        }
        let place = Place::without(self, removed, end);
        let spins = step.spun().is_some_and(|spun| spun.goes_on_at(place));
        !spins && place.choices(&step.planned.request, step.task()) != Choices::Blocked
    }

    /// The last steps of all tasks, if the step is a `Settle`, which is enabled only when nothing else is: it comes
    /// after all earlier steps, so it races with nothing. A step that stops all other tasks also comes after all
    /// earlier steps: it makes others wait, so nothing may be pruned around it.
    fn everybody(&self, step: &Step) -> &[Option<usize>] {
        let request = &step.planned.request;
        let comes_last = request.is(moments::Act::Settle) || request.is(moments::Act::Seclude);
        if comes_last { &self.last } else { &[] }
    }

    /// The steps of other tasks that have an object in common with this one, and are not known to come before it, the latest
    /// first.
    fn find_candidates(&self, step: &Step, settled: &Clock, found: &mut Vec<usize>) {
        found.clear();
        // Nothing before that is looked at again: a lock has a long past.
        let first = self.first_outside(settled, step.task());
        for part in step.parts() {
            let later = self.history(part.object).0.iter().copied().rev().take_while(|&earlier| earlier >= first);
            let may_race = |&earlier: &usize| {
                let other = &self.steps[earlier];
                other.task() != step.task() && !settled.includes(other.task(), other.count)
            };
            found.extend(later.filter(may_race));
        }
        if step.parts().len() > 1 {
            found.sort_unstable_by(|one, other| other.cmp(one));
            found.dedup();
        }
    }

    /// Takes back the last steps, so that `length` are left.
    pub(super) fn truncate(&mut self, length: usize) {
        for (index, step) in self.steps.iter().enumerate().skip(length).rev() {
            for part in step.parts() {
                let history = &mut self.histories[part.object.index()];
                if history.last() == Some(&index) {
                    history.pop();
                    self.states[part.object.index()].truncate(history.len());
                }
            }
            if let Some(child) = step.planned.spawned {
                self.last[child.index()] = None;
            }
            self.last[step.task().index()] = step.previous;
            self.own[step.task().index()].pop();
        }
        let taken_back = self.steps.iter().skip(length).map(|step| &step.planned);
        self.spare.extend(taken_back.filter(|step| Rc::strong_count(step) == 1).cloned());
        self.held.truncate(self.held.partition_point(|&step| step < length));
        self.steps.truncate(length);
        self.clocks.truncate(length);
    }

    /// What to run after the steps before `first`, so that `second`, which races with it, comes before it: every step
    /// from there on that does not come after `first`, and then `second`; one plan for each way in which `second` can
    /// go ahead.
    ///
    /// The steps after `second` are among them too, up to the end of the execution. `second` did not depend on them,
    /// but without `first` it may: if it would have to wait behind them, they are left out. Their races are then found
    /// in the executions that begin with the plan.
    pub(super) fn reversals(&self, first: usize, second: usize, found: impl FnMut(&[&Rc<Planned>])) {
        let step = &self.steps[second];
        self.reversals_with(first, (&step.planned, step.spun()), second, found);
    }

    /// The same for an operation that waits behind all steps of the execution, and could go ahead before `end` without
    /// [one of them](Self::kept_waiting).
    pub(super) fn ends_of_wait(
        &self,
        first: usize,
        waits: &Rc<Planned>,
        end: usize,
        found: impl FnMut(&[&Rc<Planned>]),
    ) {
        self.reversals_with(first, (waits, self.spins(waits.label.task)), end, found);
    }

    fn reversals_with(
        &self,
        first: usize,
        step: (&Rc<Planned>, Option<Spun<'_>>),
        second: usize,
        mut found: impl FnMut(&[&Rc<Planned>]),
    ) {
        let Step { ref planned, count, .. } = self.steps[first];
        for end in [self.len(), second] {
            let ways = self.ways(step, first, end);
            if ways.is_empty() {
                continue;
            }
            let after = self.clocks.include(first + 1..end, planned.label.task, count);
            let apart = self.steps[first + 1..end].iter().zip(after).filter(|&(_, after)| !after);
            let mut plan: Plan<'_> = apart.map(|(step, _)| &step.planned).collect();
            let mut reversed = false;
            for last in &ways {
                plan.push(last);
                // With another arm it may commute with `first`: then it is found behind `first` as well, and this is no
                // reversal.
                if last.label.choice.is_none() || !commutes(Place::after(self, first), planned, &plan) {
                    found(&plan);
                    reversed = true;
                }
                plan.pop();
            }
            if reversed {
                break;
            }
        }
    }

    /// Each way in which a step could go ahead before `end` without `removed` and what comes after that.
    fn ways(
        &self,
        (step, spun): (&Rc<Planned>, Option<Spun<'_>>),
        removed: usize,
        end: usize,
    ) -> SmallVec<[Rc<Planned>; 1]> {
        let place = Place::without(self, removed, end);
        if spun.is_some_and(|spun| spun.goes_on_at(place)) {
            return SmallVec::new();
        }
        let Planned { label: Label { task, .. }, ref request, spawned, .. } = **step;
        // Most steps are one act, and do what they did.
        if let (Request::One(object, act), [part], None) = (request, &*step.parts, spun)
            && part.effect.met_elsewhere().is_none()
            && place.state_of(*object).meets(*act, task) == Some(part.effect)
        {
            return smallvec![Rc::clone(step)];
        }
        let way = |(choice, mut parts): (Option<u32>, Parts)| {
            let (label, own) = (Label { task, choice }, parts.len());
            parts.extend(spun.iter().flat_map(|spun| watched::awaits(spun.watched)));
            match label == step.label && parts == step.parts {
                true => Rc::clone(step),
                false => Rc::new(Planned { label, own, parts, request: request.clone(), spawned }),
            }
        };
        place.ways(request, task).into_iter().map(way).collect()
    }

    /// Whether two steps that are not ordered may each keep a third waiting, against the machines' fourth law.
    pub(super) fn disables_together(&self) -> bool {
        let disables = |step: usize| {
            let parts = self.steps[step].parts().iter().filter(|part| part.effect.disables_beside_its_like());
            parts.map(move |part| (step, part.object))
        };
        let all: Vec<(usize, ObjectName)> = (0..self.len()).flat_map(disables).collect();
        let apart = |(step, of): (usize, ObjectName), (later, its): (usize, ObjectName)| {
            of == its && !self.ordered(step, later)
        };
        (1..all.len()).any(|at| all[..at].iter().any(|&earlier| apart(earlier, all[at])))
    }

    /// The steps that keep an operation waiting behind all steps of the execution: without one of them, and what comes
    /// after it, the operation could have gone ahead, at the latest before the step that is returned with it. Of
    /// ordered ones only the last is returned.
    pub(super) fn kept_waiting(&self, waits: &Planned) -> Vec<(usize, usize)> {
        let me = waits.label.task;
        let mut settled = Clock::default();
        let last = self.last_of(me);
        last.into_iter().for_each(|last| settled.join(self.clocks.row(last)));
        // Before that the task was about to do something else.
        let begun = last.map_or(0, |last| last + 1);
        let spun = self.spins(me);
        let awaited = spun.iter().flat_map(|spun| watched::awaits(spun.watched)).map(|part| part.object);
        let objects = waits.request.objects().chain(awaited);
        let mut steps: Vec<usize> = objects.flat_map(|object| self.history(object).0).copied().collect();
        steps.sort_unstable_by(|one, other| other.cmp(one));
        steps.dedup();
        let goes_ahead = |removed: usize, end| {
            let place = Place::without(self, removed, end);
            !spun.is_some_and(|spun| spun.goes_on_at(place)) && place.choices(&waits.request, me) != Choices::Blocked
        };
        let keeps = |earlier: usize| {
            let Step { ref planned, count, .. } = self.steps[earlier];
            if planned.label.task == me || settled.includes(planned.label.task, count) {
                return None;
            }
            let end = (begun.max(earlier + 1)..=self.len()).rev().find(|&end| goes_ahead(earlier, end))?;
            settled.join(self.clocks.row(earlier));
            Some((earlier, end))
        };
        steps.into_iter().filter_map(keeps).collect()
    }

    /// Whether the step `label`, run right after the steps before `first`, is a weak initial of every reversal of a
    /// race of `first` with a later step: it is the next step of its task, and depends on no step from `first` on.
    pub(super) fn begins_every_reversal(&self, first: usize, label: Label) -> bool {
        let next = self.steps[first..].iter().find(|step| step.task() == label.task);
        next.is_some_and(|step| step.planned.label == label && step.latest.is_none_or(|latest| latest < first))
    }

    /// Whether a step later than `second`, which does not come after `first`, is about an object of `second`: without
    /// `first`, the two may be dependent.
    pub(super) fn is_met_later(&self, first: usize, second: usize) -> bool {
        let later = |object| {
            let steps = self.history(object).0.iter().rev().take_while(|&&step| step > second);
            steps.copied().any(|step| !self.ordered(first, step))
        };
        self.steps[second].planned.request.objects().any(later)
    }
}
