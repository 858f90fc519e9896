//! The search: which step comes next, and what an execution that has ended leaves to be run.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::share::Share;
use super::tree::{Branch, Node, Sleeper};
use crate::check::engine::resume::Trail;
use crate::check::engine::strategy::{Ended, Lost, Ready, Seen, Strategy};
use crate::check::engine::trace::Trace;
use crate::check::engine::trace::step::{Label, Step};
use crate::sync::engine::op::{Kind, Name};

/// A depth-first walk over the tree of schedules, one execution a leaf.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(in crate::check::engine) struct Search {
    /// The path that is being run.
    nodes: Vec<Node>,
    /// The steps of the path that have been run, in this execution or in the one before.
    #[serde(skip)]
    trace: Trace,
    /// How many steps of the path this execution has begun, and how many it has told of.
    #[serde(skip)]
    begun: usize,
    #[serde(skip)]
    observed: usize,
    /// Every task that could go on is asleep: what is left of this execution has been explored.
    #[serde(skip)]
    redundant: bool,
    started: bool,
    /// Which part of the tree is this search's.
    share: Share,
    /// What the path did in the process that saved it.
    trail: Trail,
}

impl Search {
    /// A search of one part of the tree.
    pub(in crate::check::engine) fn of(share: Share) -> Self {
        Search { share, ..Search::default() }
    }

    /// What a new node at the end of the path has to know: who sleeps, and what is planned.
    fn inheritance(&mut self) -> (Vec<Sleeper>, Vec<Branch>) {
        let Some(last) = self.nodes.last_mut() else { return Default::default() };
        let guide = last.take_guide();
        let asker = self.nodes.iter().rposition(|node| node.label.choice.is_none()).expect("a path begins with a task");
        (self.nodes[asker].asleep_after(&self.trace.steps()[asker]), guide)
    }

    fn plan_reversals(&mut self) {
        let mut known = vec![None; self.trace.len()];
        for second in 0..self.trace.len() {
            for &first in &self.trace.steps()[second].races {
                let node = &mut self.nodes[first];
                if self.share.is_part() {
                    // Above the cut everything is run anyway.
                    if !node.is_open() {
                        node.add_to_source(&self.trace.reversal(first, second, second));
                    }
                    continue;
                }
                let known = known[first].get_or_insert_with(|| node.knows_every_reversal(&self.trace, first));
                if !*known {
                    node.add(self.trace.reversal(first, second, self.trace.len()));
                }
            }
        }
    }

    /// Goes back to the last node from which there is something to run.
    fn backtrack(&mut self) {
        while let Some(node) = self.nodes.last_mut() {
            if node.advance(self.share.is_part()) {
                break;
            }
            self.nodes.pop();
        }
        // A step has to be taken in anew with each outcome of a choice that it asks for.
        let asker = self.nodes.iter().rposition(|node| node.label.choice.is_none());
        self.trace.truncate(asker.unwrap_or_default());
    }
}

impl Strategy for Search {
    fn begin(&mut self) -> bool {
        (self.begun, self.observed) = (0, 0);
        !std::mem::replace(&mut self.started, true) || !self.nodes.is_empty()
    }

    fn goes_on(&self, task: Name) -> bool {
        // Where an execution is run again, the trace is ahead of it, and the step is one that was taken. Of
        // one that is only run to its end there is no trace.
        self.redundant || self.observed < self.trace.len() || self.trace.awaits(task).1
    }

    fn planned(&mut self) -> Option<Name> {
        // Of the step that the trace ends with, it is known that it can be taken.
        let Label { task, choice: None } = self.trace.steps().get(self.begun)?.label else { return None };
        let again = !self.redundant && self.nodes[self.begun].label == Label { task, choice: None };
        again.then(|| {
            self.begun += 1;
            task
        })
    }

    fn next(&mut self, ready: &[Ready], current: Name) -> Result<Name, Lost> {
        // The one that ran last goes on, which keeps the switches few; but a loop that yields lets others
        // go first, or it might never end, and of several such loops each has its turn.
        let rank = |ready: &&Ready| match ready.op.kind {
            Kind::Yield => (true, ready.task <= current, ready.task),
            _ => (false, ready.task != current, ready.task),
        };
        let favourite = |awake: &dyn Fn(Name) -> bool| {
            ready.iter().filter(|ready| awake(ready.task)).min_by_key(rank).map(|ready| ready.task)
        };
        let anybody = || favourite(&|_| true).expect("somebody can go on");
        if self.redundant {
            return Ok(anybody());
        }
        if self.begun == self.nodes.len() {
            let (sleep, guide) = self.inheritance();
            let awake = |task: Name| sleep.iter().all(|sleeper| sleeper.task != task);
            let free = favourite(&awake);
            let above_the_cut = guide.is_empty() && self.share.is_above_the_cut(&self.nodes);
            let node = match (guide.is_empty(), free) {
                (false, _) => Node::guided(sleep, guide),
                (true, Some(first)) if above_the_cut => {
                    let others =
                        ready.iter().map(|ready| ready.task).filter(|&task| task != first && awake(task)).collect();
                    Node::open(sleep, first, others)
                }
                (true, Some(task)) => Node::free(sleep, task),
                (true, None) => {
                    self.redundant = true;
                    return Ok(anybody());
                }
            };
            if !above_the_cut && self.nodes.last().is_some_and(Node::is_open) {
                self.share.enter_subtree();
            }
            self.nodes.push(node);
            if self.share.is_foreign() {
                self.redundant = true;
            }
        }
        let Label { task, choice } = self.nodes[self.begun].label;
        if choice.is_some() || ready.iter().all(|ready| ready.task != task) {
            return Err(Lost);
        }
        self.begun += 1;
        Ok(task)
    }

    fn choose(&mut self, task: Name, outcomes: u32) -> Result<u32, Lost> {
        if self.redundant {
            return Ok(0);
        }
        if self.begun == self.nodes.len() {
            let asker = self.nodes.last_mut().expect("a step asks for the choice");
            let (guide, open) = (asker.take_guide(), asker.is_open());
            self.nodes.push(Node::choice(task, outcomes, guide, open));
        }
        let label = self.nodes[self.begun].label;
        self.begun += 1;
        label.choice.filter(|_| label.task == task).ok_or(Lost)
    }

    fn observe(&mut self, seen: Seen<'_>) -> Result<(), Lost> {
        if self.redundant {
            return Ok(());
        }
        if let Some(before) = self.trace.steps().get(self.observed) {
            if before.label != self.nodes[self.observed].label || !seen.is(before) {
                return Err(Lost);
            }
        } else {
            let awaits = if seen.kind() == Kind::Yield { self.trace.awaits(seen.task()).0 } else { Vec::new() };
            let step = seen.step(awaits);
            if !self.trail.admits(self.observed, &step) {
                return Err(Lost);
            }
            self.nodes[self.observed].did(&step.effects);
            self.trace.push(step);
        }
        self.observed += 1;
        // The choices that it asked for.
        while self.observed < self.begun {
            if self.observed == self.trace.len() {
                self.trace.push_choice(self.nodes[self.observed].label);
            }
            self.observed += 1;
        }
        Ok(())
    }

    fn steps(&self) -> &[Step] {
        if self.redundant { &[] } else { self.trace.steps() }
    }

    fn end(&mut self) -> Result<Ended, Lost> {
        if self.begun < self.nodes.len() && !self.redundant {
            return Err(Lost);
        }
        self.trail = Trail::default();
        let repeated = std::mem::take(&mut self.redundant);
        // Of a redundant execution too, as far as it was a path of its own: a source set asks for its races.
        self.plan_reversals();
        let foreign = self.share.is_foreign() || self.nodes.iter().all(Node::is_open) && !self.share.has_the_rest();
        self.backtrack();
        if self.nodes.last().is_some_and(Node::is_open) {
            self.share.leave_subtree();
        }
        Ok(match (foreign, repeated) {
            (true, _) => Ended::Foreign,
            (false, true) => Ended::Repeated,
            (false, false) => Ended::New,
        })
    }

    fn progress(&self) -> f64 {
        let (mut share, mut done) = (1.0, 0.0);
        for (taken, width) in self.nodes.iter().map(Node::progress) {
            done += share * taken / width;
            share /= width;
        }
        done
    }

    fn start_again(&mut self) -> bool {
        *self = Search::of(self.share.restarted());
        true
    }

    fn save(&mut self) -> serde_json::Result<Value> {
        self.trail = Trail::of(self.trace.steps());
        let saved = serde_json::to_value(&*self);
        self.trail = Trail::default();
        saved
    }

    fn restore(&mut self, saved: Value) -> serde_json::Result<()> {
        *self = serde_json::from_value(saved)?;
        Ok(())
    }
}
