//! The states of objects at a place of the execution, and what an operation would do there.
//!
//! The state of each object is kept after every step that did something to it. At a place that no execution has
//! reached, the state is computed from the last recorded one that is still valid and the effects of the steps after it:
//! those that are kept of the execution, and those of a plan. A kept step has the same effects there, since the steps
//! that it depends on are kept with it.

use std::borrow::Cow;
use std::rc::Rc;

use smallvec::{SmallVec, smallvec};

use super::record::Trace;
use super::step::{Planned, dependent, meet};
use crate::sync::engine::machine::request::{Choices, Request, States};
use crate::sync::engine::machine::{Act, Effect, Part, Parts, State};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;

/// Steps to run one after another. Short ones take no memory of their own.
pub(in crate::check::engine) type Plan<'a> = SmallVec<[&'a Rc<Planned>; 32]>;

/// A place at which an operation could be run.
#[derive(Clone, Copy)]
pub(in crate::check::engine) struct Place<'a> {
    trace: &'a Trace,
    /// After the steps before this one,
    depth: usize,
    /// after those from it up to this one that do not come after it,
    end: usize,
    /// and after these.
    then: &'a [&'a Rc<Planned>],
}

impl<'a> Place<'a> {
    /// After the first steps, so many.
    pub(in crate::check::engine) fn after(trace: &'a Trace, depth: usize) -> Self {
        Place { trace, depth, end: depth, then: &[] }
    }

    /// After the steps before `end`, without the step `removed` and what comes after it.
    pub(in crate::check::engine) fn without(trace: &'a Trace, removed: usize, end: usize) -> Self {
        Place { trace, depth: removed, end, then: &[] }
    }

    /// The same, with the steps of a plan run after that.
    pub(in crate::check::engine) fn then<'b>(self, then: &'b [&'b Rc<Planned>]) -> Place<'b>
    where
        'a: 'b,
    {
        Place { trace: self.trace, depth: self.depth, end: self.end, then }
    }

    pub(super) fn trace(&self) -> &'a Trace {
        self.trace
    }

    /// The steps of the execution on an object that have been run here.
    pub(super) fn kept(&self, object: ObjectName) -> impl Iterator<Item = usize> {
        let history = self.trace.history(object).0;
        let at = history.partition_point(|&step| step < self.depth);
        history[..at].iter().copied().chain(self.kept_from(&history[at..]))
    }

    /// The steps of `history` from the removed one on that are kept.
    fn kept_from(&self, history: &'a [usize]) -> impl Iterator<Item = usize> {
        let Place { trace, depth, end, .. } = *self;
        let removed = trace.steps.get(depth).map(|removed| (removed.task(), removed.count));
        let comes_after = move |step, (task, count)| trace.clocks.includes(step, task, count);
        let kept = move |&step: &usize| step > depth && !removed.is_some_and(|removed| comes_after(step, removed));
        history.iter().copied().take_while(move |&step| step < end).filter(kept)
    }

    /// The state of an object.
    pub(super) fn state_of(&self, object: ObjectName) -> Cow<'a, State> {
        let (history, states) = self.trace.history(object);
        let at = history.partition_point(|&step| step < self.depth);
        let mut state = Cow::Borrowed(match at.checked_sub(1) {
            Some(last) => &states[last],
            None => self.trace.initial(object),
        });
        let mut take = |parts: &[Part], me: Name| {
            for part in parts.iter().filter(|part| part.object == object) {
                state.to_mut().take(part.act, part.effect, me);
            }
        };
        for step in self.kept_from(&history[at..]) {
            let step = &self.trace.steps[step];
            take(step.parts(), step.task());
        }
        self.then.iter().for_each(|planned| take(&planned.parts, planned.label.task));
        state
    }

    /// How a request of `me` could go ahead here.
    pub(in crate::check::engine) fn choices(&self, request: &Request<ObjectName>, me: Name) -> Choices {
        match request {
            Request::One(object, act) => Choices::one_if(self.state_of(*object).admits(act, me)),
            request => request.choices(me, &Here::of(self, request, me)),
        }
    }

    /// The parts of its effect by this choice, if it can go ahead so.
    pub(in crate::check::engine) fn parts(
        &self,
        request: &Request<ObjectName>,
        me: Name,
        choice: Option<u32>,
    ) -> Option<Parts> {
        match request.part(me, |object| self.state_of(object)) {
            Some(part) => Some(smallvec![part]),
            None => request.parts(me, choice, &Here::of(self, request, me)),
        }
    }

    /// Each way in which a request of `me` could go ahead here, as the choice of a label, and the parts of its effect.
    pub(in crate::check::engine) fn ways(
        &self,
        request: &Request<ObjectName>,
        me: Name,
    ) -> SmallVec<[(Option<u32>, Parts); 1]> {
        let way = |choice| Some((choice, self.parts(request, me, choice)?));
        match request {
            Request::Any(..) | Request::Choose(..) => self.choices(request, me).iter().filter_map(way).collect(),
            _ => way(None).into_iter().collect(),
        }
    }

    /// Whether an operation would do here what it did where it was run.
    fn does_the_same(&self, planned: &Planned) -> bool {
        let me = planned.label.task;
        let own = &planned.parts[..planned.own];
        match (&planned.request, own) {
            (Request::One(object, act), [part]) => self.state_of(*object).meets(*act, me) == Some(part.effect),
            (request, own) => self.parts(request, me, planned.label.choice).is_some_and(|parts| *parts == *own),
        }
    }
}

/// The states of the objects of one request.
struct Here<'a> {
    place: &'a Place<'a>,
    states: SmallVec<[(ObjectName, Cow<'a, State>); 2]>,
}

impl<'a> Here<'a> {
    fn of(place: &'a Place<'a>, request: &Request<ObjectName>, me: Name) -> Self {
        let mut here = Here { place, states: SmallVec::new() };
        request.objects().for_each(|object| here.add(object));
        // The task that is met may wait at other objects too.
        let one;
        let acts: &[(ObjectName, Act)] = match request {
            Request::One(object, act) => {
                one = [(*object, *act)];
                &one
            }
            Request::Any(arms, _) => arms,
            Request::Both(..) | Request::Yield | Request::Choose(..) => &[],
        };
        for &(object, act) in acts {
            if let Some(who) = here.state(object).meets(act, me).and_then(Effect::met_elsewhere) {
                here.place.awaited_beside(object, who).into_iter().for_each(|beside| here.add(beside));
            }
        }
        here
    }

    fn add(&mut self, object: ObjectName) {
        if self.states.iter().all(|&(known, _)| known != object) {
            self.states.push((object, self.place.state_of(object)));
        }
    }
}

impl Place<'_> {
    fn awaited_beside(&self, object: ObjectName, who: Name) -> Vec<ObjectName> {
        let awaits =
            |other: &ObjectName| *other != object && self.state_of(*other).as_arm().is_some_and(|arm| arm.awaits(who));
        self.trace.objects(self.depth).filter(awaits).collect()
    }
}

impl States<ObjectName> for Here<'_> {
    fn state(&self, object: ObjectName) -> &State {
        &self.states.iter().find(|&&(known, _)| known == object).expect("it is an object of the request").1
    }

    fn awaited_beside(&self, object: ObjectName, who: Name) -> Vec<ObjectName> {
        self.place.awaited_beside(object, who)
    }
}

/// Whether `planned`, which can be run at `place` with its recorded effects, can as well be run after all of `plan`: it
/// is independent of each of the plan's steps, and does the same behind it.
///
/// Independence is asked where it matters. `planned` and the first step of the plan are independent if the step, and then
/// `planned`, have independent effects, and those of `planned` are the same as without the step: then they commute, by the
/// first law of the [machines](crate::sync::engine::machine). So it goes on, step by step.
pub(in crate::check::engine) fn commutes(place: Place<'_>, planned: &Planned, plan: &[&Rc<Planned>]) -> bool {
    let starts = |step: &Planned| step.spawned == Some(planned.label.task);
    if plan.iter().any(|step| starts(step) || dependent(&planned.parts, &step.parts)) {
        return false;
    }
    // A step about other objects changes nothing for it.
    let mut met = plan.iter().enumerate().filter(|(_, step)| meet(&planned.parts, &step.parts));
    met.all(|(at, _)| {
        let before: Plan<'_> = place.then.iter().chain(&plan[..=at]).copied().collect();
        place.then(&before).does_the_same(planned)
    })
}
