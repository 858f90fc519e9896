//! Every schedule, without any reduction that could be observed: what the search that prunes is checked against.
//!
//! # Starts, joins and ends are run at once
//!
//! They are half of what a small program does, and would multiply its schedules. So without a bound, an enabled one is
//! run before all other operations. This loses no partial order:
//!
//! - A start commutes with every operation of every other thread, and no other thread can make it wait. The same holds
//!   for an enabled join: its thread has ended for good. In any schedule such a step can be moved to where it was first
//!   possible, past steps that are independent of it, and the result is an equivalent schedule. So the step by itself
//!   is a persistent set (Godefroid 1996, section 4.1), and with persistent sets every partial order of the complete
//!   executions is met, every deadlock, and every step that any execution takes.
//! - The end of a thread commutes with everything but a question whether the thread has ended. Joins only wait for it.
//!   Ends are run at once too, until some step of an execution asks about a thread; then the search starts again, and
//!   treats ends like all other operations. Such a step cannot be overlooked. Take any execution and its first step
//!   that asks: all earlier ends can be moved to where they were first possible, past steps that are independent of
//!   them. So an execution that runs ends at once comes to this step as well.
//! - A thread that stops all others depends on everything that they do. Where one does, the search starts again too, and
//!   runs nothing at once. By the same argument it cannot be overlooked.
//!
//! # With a bound
//!
//! With a bound it explores every schedule with at most so many preemptions (Musuvathi and Qadeer, PLDI 2007). Pruning
//! and a bound do not go together easily: the schedule that is run may need more preemptions than an equivalent one
//! that is pruned. So a bounded search prunes nothing, and is right.

use std::collections::BTreeSet;
use std::panic::Location;
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::chart::Chart;
use super::loops::Loops;
use super::resume::Trail;
use super::strategy::{Ended, Goes, Lost, Ready, Seen, Strategy};
use super::trace::Trace;
use super::trace::step::Label;
use crate::check::story::Role;
use crate::sync::engine::machine::request::Request;
use crate::sync::engine::machine::{Act, moments, thread};
use crate::sync::engine::op::{Name, Op};
use crate::sync::engine::world::World;

/// Which of the operations on threads are run before all others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Haste {
    /// None.
    #[default]
    Nothing,
    /// Their starts and joins: something depends on their ends.
    StartsAndJoins,
    /// Their ends too.
    All,
}

impl Haste {
    /// Whether an operation is run before all others.
    fn is_for(self, op: &Op) -> bool {
        match op.request.words().role {
            Role::Starts | Role::Joins => self > Haste::Nothing,
            Role::Ends => self == Haste::All,
            _ => false,
        }
    }

    /// The most haste that is right in an execution with this operation.
    fn allowed_by(op: &Op) -> Haste {
        match op.request {
            Request::One(_, Act::Moments(moments::Act::Seclude)) => Haste::Nothing,
            Request::One(_, Act::Thread(thread::Act::IsFinished)) => Haste::StartsAndJoins,
            _ => Haste::All,
        }
    }
}

/// A depth-first walk over all schedules.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Unpruned {
    /// Preemptions that a schedule may have.
    bound: Option<usize>,
    /// For each step its label, and the labels still to be run; the next one is the last of these.
    path: Vec<(Label, Vec<Label>)>,
    #[serde(skip)]
    depth: usize,
    #[serde(skip)]
    preemptions: usize,
    #[serde(skip)]
    trace: Trace,
    /// Of the running execution up to now.
    #[serde(skip)]
    fingerprint: u64,
    #[serde(skip)]
    loops: Loops,
    /// An operation has returned while all other threads were stopped. That answers the check; how the others go on
    /// does not matter.
    #[serde(skip)]
    answered: bool,
    /// What may be run at once, and whether the running execution has shown that this is too much.
    haste: Haste,
    #[serde(skip)]
    hasty: bool,
    /// The partial orders met so far, by their fingerprints.
    met: BTreeSet<u64>,
    /// What it draws, where it is to: then it goes on only from the first execution that comes to a moment.
    #[serde(skip)]
    chart: Option<Arc<Mutex<Chart>>>,
    /// An execution has ended.
    started: bool,
    /// What the path did in the process that saved it.
    trail: Trail,
}

impl Unpruned {
    pub(super) fn new(bound: Option<usize>) -> Self {
        // Running an operation at once may preempt another thread, which a bound would count.
        let haste = if bound.is_none() { Haste::All } else { Haste::Nothing };
        Unpruned { bound, haste, ..Unpruned::default() }
    }

    /// One that draws all schedules.
    pub(super) fn charting(chart: Arc<Mutex<Chart>>) -> Self {
        *chart.lock() = Chart::default();
        Unpruned { chart: Some(chart), ..Unpruned::new(None) }
    }

    fn chart(&self) -> Option<MutexGuard<'_, Chart>> {
        self.chart.as_ref().map(|chart| chart.lock())
    }

    fn take(&mut self, first_here: bool, alternatives: impl FnOnce() -> Vec<Label>) -> Label {
        if self.depth == self.path.len() {
            let mut alternatives = alternatives();
            let first = alternatives.pop().expect("there is one thing to do at least");
            if self.answered || !first_here {
                alternatives.clear();
            }
            self.path.push((first, alternatives));
        }
        self.depth += 1;
        self.path[self.depth - 1].0
    }
}

impl Strategy for Unpruned {
    const SAMPLES: bool = false;

    fn begin(&mut self) -> bool {
        (self.depth, self.preemptions, self.fingerprint) = (0, 0, 0);
        (self.answered, self.hasty) = (false, false);
        self.trace.truncate(0);
        self.chart().iter_mut().for_each(|chart| chart.begin());
        !self.started || !self.path.is_empty()
    }

    fn goes_on(&mut self, task: Name) -> Goes {
        self.loops.goes_on(&mut self.trace, task)
    }

    fn may_fail(&mut self, task: Name, location: &'static Location<'static>) -> Option<bool> {
        self.loops.may_fail(&self.trace, task, location)
    }

    fn loops(&mut self) -> Option<&mut Loops> {
        Some(&mut self.loops)
    }

    fn next(&mut self, ready: &[Ready<'_>], current: Name) -> Result<Name, Lost> {
        let stays = ready.iter().any(|ready| ready.task == current && !ready.yielded && !ready.last);
        let others_go = ready.iter().any(|ready| !ready.last);
        let spent = self.bound.is_some_and(|bound| self.preemptions >= bound);
        let at_once = ready.iter().find(|ready| self.haste.is_for(ready.op)).and_then(|ready| ready.labels().next());
        let first_here = self.chart().is_none_or(|mut chart| chart.arrive(self.fingerprint, ready[0].world));
        let label = self.take(first_here, || {
            if let Some(label) = at_once {
                return vec![label];
            }
            let tasks =
                ready.iter().filter(|ready| !(ready.last && others_go) && (!(stays && spent) || ready.task == current));
            let mut labels: Vec<Label> = tasks.flat_map(Ready::labels).collect();
            // The last is taken first: the one that changes nothing.
            labels.sort_by_key(|label| (label.task == current, std::cmp::Reverse((label.task, label.choice))));
            labels
        });
        self.preemptions += usize::from(stays && label.task != current);
        let planned = ready.iter().any(|ready| ready.task == label.task && ready.choices.has(label.choice));
        planned.then_some(label.task).ok_or(Lost)
    }

    fn choose(&mut self, _: Name, _: u64) -> Result<u32, Lost> {
        self.path[self.depth - 1].0.choice.ok_or(Lost)
    }

    fn observe(&mut self, seen: Seen<'_>) -> Result<bool, Lost> {
        let at_once = self.haste.is_for(&seen.event.op);
        let number = seen.number;
        let allowed = Haste::allowed_by(&seen.event.op);
        if allowed < self.haste {
            (self.haste, self.hasty) = (allowed, true);
        }
        let yields = seen.yields();
        self.trace.observe(seen);
        if yields {
            return Ok(true);
        }
        self.fingerprint = self.fingerprint.wrapping_add(self.trace.number(self.trace.len() - 1));
        let step = self.trace.steps().last().expect("one was just taken in");
        self.chart().iter_mut().for_each(|chart| chart.step(number, step.planned.label, at_once));
        self.answered |= step.planned.request.is(moments::Act::Rejoin);
        self.trail.admits(self.trace.len() - 1, step).then_some(true).ok_or(Lost)
    }

    fn keep(&mut self, world: &World) {
        self.chart().iter_mut().for_each(|chart| chart.end(self.fingerprint, world));
    }

    fn end(&mut self) -> Result<Ended, Lost> {
        if self.depth < self.path.len() {
            return Err(Lost);
        }
        self.started = true;
        self.trail = Trail::default();
        if self.hasty {
            // The partial orders met before are met again, and stay counted once; this execution has not been counted
            // yet.
            (self.started, self.path) = (false, Vec::new());
            self.chart().iter_mut().for_each(|chart| **chart = Chart::default());
            return Ok(Ended::Foreign);
        }
        while let Some((label, alternatives)) = self.path.last_mut() {
            if let Some(next) = alternatives.pop() {
                *label = next;
                break;
            }
            self.path.pop();
        }
        Ok(if self.met.insert(self.fingerprint) { Ended::New } else { Ended::Repeated })
    }

    fn start_again(&mut self) -> bool {
        *self = match self.chart.take() {
            Some(chart) => Unpruned::charting(chart),
            None => Unpruned::new(self.bound),
        };
        true
    }

    fn save(&mut self) -> serde_json::Result<Value> {
        // The last step of the path is another than it was.
        let same = self.path.len().saturating_sub(1).min(self.trace.len());
        self.trail = Trail::of(&self.trace.steps()[..same]);
        let saved = serde_json::to_value(&*self);
        self.trail = Trail::default();
        saved
    }

    fn restore(&mut self, saved: Value) -> serde_json::Result<()> {
        *self = serde_json::from_value(saved)?;
        Ok(())
    }
}
