//! Loops that look and yield: what a task does from one yield to the next is a *turn*.
//!
//! A yield is a hint to a scheduler and no step. But a loop that waits for something by looking again and again would
//! never end in a search, so it matters whether another turn can have any other result than the one before.
//!
//! A turn is *idle* if it leaves what it touched as it found it: the states of the objects, the content of what it
//! locked, and all cells; it has made nothing, started nobody and recorded nothing. And no other task has noticed it:
//! between its steps no step of another task depends on what the turn did for a while (it held a lock, say).
//!
//! A turn does not show whether the loop would go on like this for ever ([`loops`](super::super::loops) finds out). If
//! it would, and it has made the turn twice, then the task *spins*: it is where it was before the turn. It waits until
//! an operation of the turn would answer otherwise, as the machines say; for a lock, until another task has changed the
//! guarded value, or a cell, if the turn reads cells. Nothing is lost by that. In an equivalent execution an unnoticed
//! turn can be moved to where the next one would be; so of any number of turns that see the same, one is enough.
//! Another turn may begin like it and see a change in its middle, so a second turn is begun wherever it can be.

use std::panic::Location;
use std::rc::Rc;

use super::record::Trace;
use super::states::Place;
use super::step::{Accesses, Label, Step};
use super::watched::{Turn, Watched};
use crate::sync::engine::machine::request::{Request, Why};
use crate::sync::engine::machine::{Act, Effect, Part, State, rendezvous};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;

/// How many turns that end at the same line a circle may have.
const CIRCLE: usize = 4;
/// How often the same steps are run before they are taken for a circle: more often than a spinning loop makes its turn
/// before it waits.
const ROUNDS: usize = 4;

/// What a step did and saw, and which version of guarded values and cells it could have seen.
pub(in crate::check::engine) type Sight = (&'static Location<'static>, Vec<(Part, Option<u64>, usize)>, usize);

/// A loop that has spun.
#[derive(Clone, Copy)]
pub(super) struct Spun<'a> {
    pub(super) watched: &'a [Watched],
    /// The step that ends its turn.
    end: usize,
}

impl Spun<'_> {
    /// Whether it would spin on at another place.
    pub(super) fn goes_on_at(&self, place: Place<'_>) -> bool {
        !place.has_changed(self.watched, self.end)
    }
}

impl Step {
    /// The loop that its task was in before.
    pub(super) fn spun(&self) -> Option<Spun<'_>> {
        Some(Spun { watched: self.awaited.as_deref()?, end: self.previous? })
    }

    /// Whether it leaves something that the states of objects do not show: in a cell, behind a lock, in a history, or a
    /// task that it has started.
    fn leaves_a_mark(&self) -> bool {
        let marks = |part: &Part| part.act.changes_content() || matches!(part.act, Act::Moments(_));
        // What is chosen in the next turn may be another.
        let chooses = matches!(self.planned.request, Request::Choose(..)) && !self.decides_a_failure();
        self.accesses.writes || self.planned.spawned.is_some() || chooses || self.parts().iter().any(marks)
    }
}

impl Trace {
    /// The loop that `task` is in.
    pub(super) fn spins(&self, task: Name) -> Option<Spun<'_>> {
        Some(Spun { watched: self.watched_by(task)?, end: self.turn_end(task)? })
    }

    /// Takes in that a task has yielded, whose step was the last, and what it has done to cells since.
    pub(super) fn end_turn(&mut self, task: Name, accesses: Accesses) {
        let last = self.last_of(task).filter(|&last| self.steps[last].task() == task);
        if let Some(step) = last.map(|last| &mut self.steps[last]) {
            step.accesses |= accesses;
            step.turn.get_or_insert(Turn::New);
        }
    }

    /// Whether the next step of `task` begins a turn of a loop which is [endless](Turn::Endless).
    pub(in crate::check::engine) fn is_held(&self, task: Name) -> bool {
        let ends_one = |end: usize| matches!(self.steps[end].turn, Some(Turn::Endless));
        self.endless && self.turn_end(task).is_some_and(ends_one)
    }

    /// Takes in what has been found out about the turn that a step ends.
    pub(in crate::check::engine) fn judged(&mut self, end: usize, turn: Turn) {
        self.endless |= matches!(turn, Turn::Endless);
        self.steps[end].turn = Some(turn);
    }

    /// The last step of `task`, if it has yielded after it.
    pub(in crate::check::engine) fn turn_end(&self, task: Name) -> Option<usize> {
        self.last_of(task).filter(|&last| self.steps[last].task() == task && self.steps[last].turn.is_some())
    }

    /// The steps of the turn that `end` ends, from the first to the last.
    pub(in crate::check::engine) fn turn(&self, end: usize) -> Vec<usize> {
        let task = self.steps[end].task();
        let ends = |&step: &usize| self.steps[step].task() != task || self.steps[step].turn.is_some();
        let earlier = |&step: &usize| self.steps[step].previous.filter(|earlier| !ends(earlier));
        let mut turn: Vec<usize> = std::iter::successors(Some(end), earlier).collect();
        turn.reverse();
        turn
    }

    /// What some steps of one task did to each object, if together they are idle. Not where an attempt in them has failed, or
    /// has not, for no reason: in the next turn that may be another.
    pub(in crate::check::engine) fn idle(&self, turn: &[usize]) -> Option<Vec<Watched>> {
        let comes_to = |at: usize, effect: fn(Effect) -> bool| {
            let step = turn.get(at).map(|&step| &self.steps[step]);
            step.and_then(|step| step.parts().first()).is_some_and(|part| effect(part.effect))
        };
        let may_be_another = |at: usize| match self.steps[turn[at]].planned.request {
            // Whatever is chosen, it comes to nothing but that it is time.
            Request::Choose(_, Why::AtOnce) => !(0..turn.len()).any(|at| comes_to(at, Effect::is_time)),
            // What fails by itself fails whatever is chosen.
            Request::Choose(_, why) => why.is_failure() && !comes_to(at + 1, Effect::is_failure),
            _ => false,
        };
        if (0..turn.len()).any(|at| self.steps[turn[at]].fails() || may_be_another(at)) {
            return None;
        }
        self.unnoticed(turn).filter(|found| !found.is_empty())
    }

    /// What some steps of one task did to each object, if together they leave everything as they have found it, but for
    /// attempts that have failed for no reason.
    pub(super) fn unnoticed(&self, turn: &[usize]) -> Option<Vec<Watched>> {
        let mut found: Vec<(Watched, State, State)> = Vec::new();
        let (&first, &last) = (turn.first()?, turn.last()?);
        let reads = turn.iter().any(|&step| self.steps[step].accesses.reads);
        for &index in turn {
            let step = &self.steps[index];
            let makes = step.objects > index.checked_sub(1).map_or(0, |before| self.steps[before].objects);
            if makes || step.leaves_a_mark() {
                return None;
            }
            for &Part { object, act, effect } in step.parts().iter().filter(|part| part.act != Act::Awaits) {
                let at = found.iter().position(|(watched, ..)| watched.object == object).unwrap_or_else(|| {
                    let state = Place::after(self, index).state_of(object).into_owned();
                    found.push((Watched { object, acts: Vec::new(), reads }, state.clone(), state));
                    found.len() - 1
                });
                let (watched, _, state) = &mut found[at];
                if state.meets(act, step.task()) != Some(effect) {
                    return None;
                }
                watched.acts.push((act, effect, state.answer(act, effect)));
                state.take(act, effect, step.task());
            }
        }
        let same = found.iter().all(|(_, before, after)| before == after);
        let noticed = || found.iter().any(|(watched, ..)| self.is_noticed(watched, first, last));
        (same && !noticed()).then(|| found.into_iter().map(|(watched, ..)| watched).collect())
    }

    /// Whether the task of a step has written to a cell up to that step, since its last step that is not `new`.
    fn has_written(&self, step: usize, new: impl Fn(&usize) -> bool) -> bool {
        let task = self.steps[step].task();
        let mut before = std::iter::successors(Some(step), |&step| {
            self.steps[step].previous.filter(|&previous| self.steps[previous].task() == task && new(&previous))
        });
        before.any(|step| self.steps[step].accesses.writes)
    }

    /// Whether a step of another task between `first` and `last` depends on what the turn has done to the object for a
    /// while.
    fn is_noticed(&self, watched: &Watched, first: usize, last: usize) -> bool {
        let changes = || watched.acts.iter().map(|&(_, effect, _)| effect).filter(|effect| !effect.is_look());
        let me = self.steps[last].task();
        let history = self.history(watched.object).0;
        let [from, to] = [first + 1, last].map(|bound| history.partition_point(|&step| step < bound));
        let between = history[from.min(to)..to].iter();
        let others = between.map(|&step| &self.steps[step]).filter(|step| step.task() != me);
        others.flat_map(|step| step.on(watched.object)).any(|did| changes().any(|change| change.dependent(did)))
    }

    /// How many of the last steps have been run [again and again](ROUNDS), if together they leave everything as it was,
    /// and each of their tasks yields in between.
    pub(in crate::check::engine) fn circle(&self) -> Option<usize> {
        let end = self.len();
        let last = &self.steps[end - 1];
        let like = |step: &Step| step.task() == last.task() && step.turn.is_some() && step.location == last.location;
        let earlier = (0..end - 1).rev().filter(|&step| like(&self.steps[step])).take(CIRCLE);
        earlier.map(|step| end - 1 - step).find(|&steps| self.is_circle(steps))
    }

    fn is_circle(&self, steps: usize) -> bool {
        let end = self.len();
        if end < ROUNDS * steps || !(end - (ROUNDS - 1) * steps..end).all(|step| self.does_the_same(step - steps, step))
        {
            return false;
        }
        let last = &self.steps[end - steps..];
        let before = end - steps - 1;
        let yields = |task: Name| last.iter().any(|step| step.task() == task && step.turn.is_some());
        let [now, then] = [end, end - steps].map(|depth| Place::after(self, depth));
        let same = |object: ObjectName| now.state_of(object) == then.state_of(object);
        self.steps[end - 1].objects == self.steps[before].objects
            && !last.iter().any(Step::leaves_a_mark)
            && last.iter().all(|step| yields(step.task()))
            && last.iter().flat_map(Step::parts).all(|part| same(part.object))
    }

    /// What a step did and saw. The task cannot tell apart two of its steps for which this is the same. Only the steps
    /// before `first` change guarded values.
    pub(in crate::check::engine) fn sight(&self, index: usize, first: usize) -> Sight {
        let first = index.min(first);
        let step = &self.steps[index];
        let place = Place::after(self, index);
        let changes = |&earlier: &usize| self.steps[earlier].parts().iter().any(|part| part.act.changes_content());
        let saw = |&part: &Part| {
            let answer = match part.act {
                Act::Awaits => None,
                act => place.state_of(part.object).answer(act, part.effect),
            };
            let history = self.history(part.object).0.iter().take_while(|&&earlier| earlier < first);
            (part, answer, history.filter(|earlier| changes(earlier)).count())
        };
        let own = step.parts().iter().filter(|part| part.act != Act::Awaits);
        let written = || self.steps[..first].iter().filter(|step| step.accesses.writes).count();
        (step.location, own.map(saw).collect(), if step.accesses.reads { written() } else { 0 })
    }

    /// Whether two steps are the same operation of the same task, with the same effects.
    pub(in crate::check::engine) fn does_the_same(&self, one: usize, other: usize) -> bool {
        let [one, other] = [one, other].map(|step| &self.steps[step]);
        one.planned.label == other.planned.label && one.location == other.location && one.parts() == other.parts()
    }

    /// A number for the past of a step, with the step itself.
    pub(in crate::check::engine) fn past_number(&self, step: usize) -> u64 {
        self.past(step).map(|earlier| self.number(earlier)).fold(0, u64::wrapping_add)
    }

    /// The past of a step, with the step itself, as a schedule.
    pub(in crate::check::engine) fn past_schedule(&self, step: usize) -> Vec<Label> {
        self.past(step).map(|earlier| self.steps[earlier].planned.label).collect()
    }

    fn past(&self, step: usize) -> impl Iterator<Item = usize> {
        (0..=step).filter(move |&earlier| self.ordered(earlier, step))
    }

    /// What the next step of `task` waits for, if the task spins.
    pub(super) fn watched_by(&self, task: Name) -> Option<&Rc<[Watched]>> {
        match &self.steps[self.turn_end(task)?].turn {
            Some(Turn::Spins(watched)) => Some(watched),
            _ => None,
        }
    }

    /// Whether an operation on one of those would answer otherwise by now.
    pub(in crate::check::engine) fn has_changed(&self, watched: &[Watched], end: usize) -> bool {
        Place::after(self, self.len()).has_changed(watched, end)
    }
}

impl Place<'_> {
    /// Whether the turns that end with the step `end` would answer otherwise here.
    pub(super) fn has_changed(&self, watched: &[Watched], end: usize) -> bool {
        watched.iter().any(|watched| self.would_answer_otherwise(watched, end) || self.has_new_content(watched, end))
    }

    fn would_answer_otherwise(&self, watched: &Watched, end: usize) -> bool {
        let me = self.trace().steps[end].task();
        let mut state = self.state_of(watched.object);
        if state.as_arm().is_some_and(|arm| arm.meet(me).is_some()) {
            // It waits there by now, and was met.
            return true;
        }
        for &(act, effect, answer) in &watched.acts {
            match state.meets(act, me) {
                // It would meet a waiting task, instead of waiting itself.
                None if matches!(act, Act::Rendezvous(rendezvous::Act::Arrive { .. })) => return true,
                // It would have to wait, and would see no more than that.
                None => return false,
                Some(now) if now != effect || state.answer(act, now) != answer => return true,
                Some(_) if effect.is_look() => (),
                Some(_) => state.to_mut().take(act, effect, me),
            }
        }
        false
    }

    /// Whether another task has changed what the object guards, unknown to the turn.
    fn has_new_content(&self, watched: &Watched, end: usize) -> bool {
        let trace = self.trace();
        let changes =
            |step: &Step| step.parts().iter().any(|part| part.object == watched.object && part.act.changes_content());
        let new = |&step: &usize| !trace.ordered(step, end);
        self.kept(watched.object)
            .filter(new)
            .any(|step| changes(&trace.steps[step]) || watched.reads && trace.has_written(step, new))
    }
}
