//! Every schedule, with nothing left out that anybody could tell: what the search that prunes is checked against.
//!
//! # Starts, joins and ends are run at once
//!
//! They are a half of what a small program does, and would multiply its schedules. Without a bound, one that can be run is
//! therefore run before all else. This loses no partial order:
//!
//! - A start commutes with every operation of every other thread, and nothing that another does can make it wait. So does
//!   a join that can go ahead: its thread has ended, and stays so. In any schedule the step can be moved to where it first
//!   was possible, past steps that are independent of it, and the result is an equivalent schedule. A single step of which
//!   that is so is a persistent set (Godefroid 1996, section 4.1), and with persistent sets every partial order of the
//!   complete executions is met, every deadlock, and every step that any execution takes.
//! - The end of a thread commutes with everything but what asks about it: whether it has ended. Joins only wait for it. Ends are run at once too, until some step of an execution asks about a thread; then
//!   the search starts again, and treats ends like all other operations. Such a step cannot be overlooked. Take any
//!   execution, and the first step of it that asks: all ends before that can be moved to where they first were possible,
//!   past steps that are independent of them, so that an execution which runs them at once comes to this step as well.
//! - A thread that stops all others depends on everything that they do. Where one does, the search starts again too, and
//!   runs nothing at once. By the same argument it cannot be overlooked.
//!
//! # With a bound
//!
//! With a bound it explores every schedule that takes the turn from a task which could have gone on at
//! most so often (Musuvathi and Qadeer, PLDI 2007). Pruning and a bound do not go together easily: the
//! schedule that stands for its equivalents may need more preemptions than one of them. So a bounded
//! search prunes nothing, and is right.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::loops::Loops;
use super::resume::Trail;
use super::strategy::{Ended, Goes, Lost, Ready, Seen, Strategy};
use super::trace::Trace;
use super::trace::step::Label;
use crate::check::story::Role;
use crate::sync::engine::machine::request::Request;
use crate::sync::engine::machine::{Act, moments, thread};
use crate::sync::engine::op::{Name, Op};

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

    /// The most that an execution allows in which this was done.
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
    /// What was chosen, and what is still to be, from the last to the next.
    path: Vec<(Label, Vec<Label>)>,
    #[serde(skip)]
    depth: usize,
    #[serde(skip)]
    preemptions: usize,
    #[serde(skip)]
    trace: Trace,
    #[serde(skip)]
    loops: Loops,
    /// An operation has returned with everybody else stopped: that was the question, and how they go on is none.
    #[serde(skip)]
    answered: bool,
    /// What may be run at once, and whether that has turned out to be too much in the running execution.
    haste: Haste,
    #[serde(skip)]
    hasty: bool,
    /// The partial orders met so far, by their fingerprints.
    met: BTreeSet<u64>,
    /// An execution has ended.
    started: bool,
    /// What the path did in the process that saved it.
    trail: Trail,
}

impl Unpruned {
    pub(super) fn new(bound: Option<usize>) -> Self {
        // What is run at once takes the turn from others, which a bound would count.
        let haste = if bound.is_none() { Haste::All } else { Haste::Nothing };
        Unpruned { bound, haste, ..Unpruned::default() }
    }

    fn take(&mut self, alternatives: impl FnOnce() -> Vec<Label>) -> Label {
        if self.depth == self.path.len() {
            let mut alternatives = alternatives();
            let first = alternatives.pop().expect("there is one thing to do at least");
            if self.answered {
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
        (self.depth, self.preemptions, self.answered, self.hasty) = (0, 0, false, false);
        self.trace.truncate(0);
        !self.started || !self.path.is_empty()
    }

    fn goes_on(&mut self, task: Name) -> Goes {
        self.loops.goes_on(&mut self.trace, task)
    }

    fn loops(&mut self) -> Option<&mut Loops> {
        Some(&mut self.loops)
    }

    fn next(&mut self, ready: &[Ready<'_>], current: Name) -> Result<Name, Lost> {
        let stays = ready.iter().any(|ready| ready.task == current && !ready.yielded && !ready.last);
        let others_go = ready.iter().any(|ready| !ready.last);
        let spent = self.bound.is_some_and(|bound| self.preemptions >= bound);
        let at_once = ready.iter().find(|ready| self.haste.is_for(ready.op)).and_then(|ready| ready.labels().next());
        let label = self.take(|| {
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
        let allowed = Haste::allowed_by(&seen.event.op);
        if allowed < self.haste {
            (self.haste, self.hasty) = (allowed, true);
        }
        let yields = seen.yields();
        self.trace.observe(seen);
        if yields {
            return Ok(true);
        }
        let step = self.trace.steps().last().expect("one was just taken in");
        self.answered |= step.planned.request.is(moments::Act::Rejoin);
        self.trail.admits(self.trace.len() - 1, step).then_some(true).ok_or(Lost)
    }

    fn end(&mut self) -> Result<Ended, Lost> {
        if self.depth < self.path.len() {
            return Err(Lost);
        }
        self.started = true;
        self.trail = Trail::default();
        if self.hasty {
            // What was met before is met again, and stays counted once; this execution has not been counted yet.
            (self.started, self.path) = (false, Vec::new());
            return Ok(Ended::Foreign);
        }
        while let Some((label, alternatives)) = self.path.last_mut() {
            if let Some(next) = alternatives.pop() {
                *label = next;
                break;
            }
            self.path.pop();
        }
        Ok(if self.met.insert(self.trace.fingerprint()) { Ended::New } else { Ended::Repeated })
    }

    fn start_again(&mut self) -> bool {
        *self = Unpruned::new(self.bound);
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
