//! Every schedule, with nothing left out: what the search that prunes is checked against.
//!
//! With a bound it explores every schedule that takes the turn from a task which could have gone on at
//! most so often (Musuvathi and Qadeer, PLDI 2007). Pruning and a bound do not go together easily: the
//! schedule that stands for its equivalents may need more preemptions than one of them. So a bounded
//! search prunes nothing, and is right.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::resume::Trail;
use super::strategy::{Ended, Lost, Ready, Seen, Strategy};
use super::trace::Trace;
use super::trace::step::{Label, Step};
use crate::sync::engine::machine::moments;
use crate::sync::engine::op::Name;

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
    /// An operation has returned with everybody else stopped: that was the question, and how they go on is none.
    #[serde(skip)]
    answered: bool,
    /// The partial orders met so far, by their fingerprints.
    met: BTreeSet<u64>,
    started: bool,
    /// What the path did in the process that saved it.
    trail: Trail,
}

impl Unpruned {
    pub(super) fn new(bound: Option<usize>) -> Self {
        Unpruned { bound, ..Unpruned::default() }
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
    fn begin(&mut self) -> bool {
        (self.depth, self.preemptions, self.answered) = (0, 0, false);
        self.trace.truncate(0);
        !std::mem::replace(&mut self.started, true) || !self.path.is_empty()
    }

    fn goes_on(&self, task: Name) -> bool {
        self.trace.awaits(task).1
    }

    fn next(&mut self, ready: &[Ready<'_>], current: Name) -> Result<Name, Lost> {
        let stays = ready.iter().any(|ready| ready.task == current && !ready.op.yields());
        let spent = self.bound.is_some_and(|bound| self.preemptions >= bound);
        let label = self.take(|| {
            let tasks = ready.iter().filter(|ready| !(stays && spent) || ready.task == current);
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

    fn observe(&mut self, seen: Seen<'_>) -> Result<(), Lost> {
        self.trace.observe(seen);
        let step = self.trace.steps().last().expect("one was just taken in");
        self.answered |= step.planned.request.is(moments::Act::Rejoin);
        self.trail.admits(self.trace.len() - 1, step).then_some(()).ok_or(Lost)
    }

    fn steps(&self) -> &[Step] {
        self.trace.steps()
    }

    fn end(&mut self) -> Result<Ended, Lost> {
        if self.depth < self.path.len() {
            return Err(Lost);
        }
        self.trail = Trail::default();
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
