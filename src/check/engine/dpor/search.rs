//! The search: which step comes next, and what an execution that has ended leaves to be run.

use std::cmp::Ordering;
use std::panic::Location;
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::scouts::Scouts;
use super::share::Share;
use super::tree::Node;
use crate::check::engine::loops::Loops;
use crate::check::engine::resume::Trail;
use crate::check::engine::strategy::{Ended, Goes, Lost, Ready, Seen, Strategy};
use crate::check::engine::trace::Trace;
use crate::check::engine::trace::step::{Label, Planned};
use crate::sync::engine::names::Names;
use crate::sync::engine::op::Name;

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
    #[serde(skip)]
    loops: Loops,
    /// Every task that could go on is asleep: what is left of this execution has been explored.
    #[serde(skip)]
    redundant: bool,
    /// The operations of the tasks that were not enabled then.
    #[serde(skip)]
    waiting: Vec<Rc<Planned>>,
    /// An execution has ended.
    started: bool,
    /// Which part of the tree is this search's.
    share: Share,
    /// What is drawn beside it.
    scouts: Scouts,
    /// What the path did in the process that saved it.
    trail: Trail,
}

impl Search {
    /// A search of one part of the tree.
    pub(in crate::check::engine) fn of(share: Share, scouts: Scouts) -> Self {
        Search { share, scouts, ..Search::default() }
    }

    /// The sleep set of a new node at the end of the path.
    fn inheritance(&self) -> Vec<Rc<Planned>> {
        self.nodes.last().map(|last| last.asleep_after(&self.trace)).unwrap_or_default()
    }

    /// Whether the execution is not, or not yet, in a subtree.
    fn is_above_the_cut(&self) -> bool {
        self.nodes.iter().all(Node::is_open)
    }

    fn plan_reversals(&mut self) {
        let mut known = vec![None; self.trace.len()];
        for second in 0..self.trace.len() {
            for &first in &self.trace.steps()[second].races {
                let node = &mut self.nodes[first];
                if self.share.is_part() {
                    // Above the cut everything is run anyway.
                    if !node.is_open() {
                        self.trace.reversals(first, second, |plan| node.add_to_source(plan));
                    }
                    continue;
                }
                let known = *known[first].get_or_insert_with(|| node.knows_every_reversal(&self.trace, first));
                if !known || self.trace.is_met_later(first, second) {
                    self.trace.reversals(first, second, |plan| node.add(&self.trace, first, plan));
                }
            }
        }
    }

    /// For a blocked execution: plans schedules in which the operations that waited at its end come earlier. A step of
    /// this execution may keep them waiting until a sleeping step is run, and that step is in another part.
    fn plan_ends_of_waits(&mut self) {
        for waits in std::mem::take(&mut self.waiting) {
            for (first, end) in self.trace.kept_waiting(&waits) {
                let node = &mut self.nodes[first];
                if !node.is_open() {
                    self.trace.ends_of_wait(first, &waits, end, |plan| node.add_to_source(plan));
                }
            }
        }
    }

    /// Goes back to the last node from which there is something to run.
    fn backtrack(&mut self) {
        while let Some(depth) = self.nodes.len().checked_sub(1) {
            if self.nodes[depth].advance(&self.trace, depth, self.share.is_part()) {
                break;
            }
            self.nodes.truncate(depth);
        }
        self.trace.truncate(self.nodes.len().saturating_sub(1));
    }

    /// Adds a node for what comes next, about which nothing is planned; whether there is anything that has not been explored.
    fn grow(&mut self, ready: &[Ready<'_>], current: Name) -> bool {
        let sleep = self.inheritance();
        // A loop that is endless does not go on where another task could, be that asleep: what it would do then is not explored.
        let held = |task| self.trace.is_held(task);
        let others = !ready.iter().all(|ready| held(ready.task));
        let awake = |&(_, label): &(Rank, Label)| {
            sleep.iter().all(|sleeper| sleeper.label != label) && !(others && held(label.task))
        };
        let free = || ranked(ready, current).filter(awake);
        let sooner = sooner(ready);
        if self.share.is_above_the_cut(&self.nodes) {
            let mut all: Vec<(Rank, Label)> = free().collect();
            all.sort_by(sooner);
            let all = all.into_iter().map(|(_, label)| label).collect::<Vec<_>>();
            let is_new = !all.is_empty();
            self.nodes.extend(is_new.then(|| Node::open(sleep, all)));
            return is_new;
        }
        if self.nodes.last().is_some_and(Node::is_open) {
            self.share.enter_subtree();
        }
        let first = free().min_by(sooner);
        self.nodes.extend(first.map(|(_, first)| Node::free(sleep, first)));
        first.is_some()
    }
}

/// How soon a step comes, where nothing is planned.
type Rank = (bool, bool, bool);

/// The steps that can be taken. The task that ran last goes on, which keeps the switches few. A task that has yielded
/// lets others go first, or a loop might never end; several such loops take turns.
fn ranked(ready: &[Ready<'_>], current: Name) -> impl Iterator<Item = (Rank, Label)> {
    ready.iter().flat_map(move |ready| {
        let names = &ready.world.names;
        let after = if ready.yielded { names.compare(ready.task, current).is_le() } else { ready.task != current };
        let rank = (ready.last, ready.yielded, after);
        ready.labels().map(move |label| (rank, label))
    })
}

/// Which of two steps comes sooner, in every part of the search alike.
fn sooner<'r>(ready: &'r [Ready<'_>]) -> impl Fn(&(Rank, Label), &(Rank, Label)) -> Ordering + Copy + 'r {
    let names = |ready: &'r Ready<'_>| &ready.world.names;
    let names: &Names = ready.first().map(names).expect("somebody can go on");
    move |(rank, one), (other_rank, other)| {
        let by_task = || names.compare(one.task, other.task);
        rank.cmp(other_rank).then_with(by_task).then_with(|| one.choice.cmp(&other.choice))
    }
}

impl Strategy for Search {
    const SAMPLES: bool = false;

    fn begin(&mut self) -> bool {
        (self.begun, self.observed) = (0, 0);
        self.scouts.begin();
        !self.started || !self.nodes.is_empty()
    }

    fn is_beside(&self) -> bool {
        self.scouts.is_running()
    }

    fn goes_on(&mut self, task: Name) -> Goes {
        if self.scouts.is_running() {
            return if self.scouts.is_too_long() { Goes::Unknown } else { Goes::On };
        }
        // A redundant execution is only run to its end: no trace is kept of it.
        if self.redundant { Goes::On } else { self.loops.goes_on(&mut self.trace, task) }
    }

    fn may_fail(&mut self, task: Name, location: &'static Location<'static>) -> Option<bool> {
        // What is planned is kept to, though it may be in vain.
        let fails = self.nodes.get(self.begun).is_some_and(|planned| planned.label.choice == Some(1));
        if self.redundant || self.scouts.is_running() || fails {
            return Some(true);
        }
        self.loops.may_fail(&self.trace, task, location)
    }

    fn loops(&mut self) -> Option<&mut Loops> {
        Some(&mut self.loops)
    }

    fn planned(&mut self) -> Option<Name> {
        if self.redundant || self.scouts.is_running() {
            return None;
        }
        if self.begun == self.nodes.len() {
            let guide = self.nodes.last_mut()?.take_guide()?;
            self.nodes.push(Node::guided(self.inheritance(), guide));
        }
        let label = self.nodes[self.begun].label;
        // Other arms of a select, and whether a loop goes on, are examined where a step is met for the first time.
        let decided = self.begun < self.trace.len()
            || label.choice.is_none() && self.loops.goes_on(&mut self.trace, label.task) != Goes::Unknown;
        decided.then(|| {
            self.begun += 1;
            label.task
        })
    }

    fn is_planned(&self) -> bool {
        !self.redundant && !self.scouts.is_running() && self.begun < self.nodes.len()
    }

    fn stays(&mut self, task: Name) -> bool {
        let above_the_cut = self.share.is_part() && self.is_above_the_cut();
        if self.redundant || self.scouts.is_running() || above_the_cut || self.begun < self.nodes.len() {
            return self.redundant;
        }
        let sleep = self.inheritance();
        let awake = sleep.iter().all(|sleeper| sleeper.label.task != task);
        if awake {
            // It is the first of those that are ranked.
            self.nodes.push(Node::free(sleep, Label { task, choice: None }));
            self.begun += 1;
        }
        awake
    }

    fn next(&mut self, ready: &[Ready<'_>], current: Name) -> Result<Name, Lost> {
        if self.scouts.is_running() {
            return self.scouts.next(ready, current);
        }
        let anybody = || ranked(ready, current).min_by(sooner(ready)).expect("somebody can go on").1.task;
        if self.redundant {
            return Ok(anybody());
        }
        if self.begun == self.nodes.len() && !self.grow(ready, current) {
            self.redundant = true;
            if self.share.is_part() {
                self.waiting = Ready::waiting(ready);
            }
            return Ok(anybody());
        }
        let node = &mut self.nodes[self.begun];
        let Label { task, choice } = node.label;
        if !ready.iter().any(|ready| ready.task == task && ready.choices.has(choice)) {
            return Err(Lost);
        }
        if choice.is_some() {
            node.offer(&self.trace, self.begun, ready, self.share.is_part());
        }
        self.begun += 1;
        Ok(task)
    }

    fn choose(&mut self, task: Name, arms: u64) -> Result<u32, Lost> {
        if self.scouts.is_running() {
            return self.scouts.choose(task, arms);
        }
        match self.begun.checked_sub(1) {
            Some(node) if !self.redundant => self.nodes[node].label.choice.ok_or(Lost),
            _ => Ok(arms.trailing_zeros()),
        }
    }

    fn observe(&mut self, seen: Seen<'_>) -> Result<bool, Lost> {
        self.scouts.observe();
        if self.redundant || self.scouts.is_running() {
            return Ok(true);
        }
        let is_new = self.observed == self.trace.len();
        if seen.yields() {
            // Of an execution that is run again it is known.
            if is_new {
                self.trace.observe(seen);
            }
            return Ok(is_new);
        }
        if let Some(before) = self.trace.steps().get(self.observed) {
            debug_assert_eq!(before.planned.label, self.nodes[self.observed].label, "it was run from this node");
            if !seen.is(before) {
                return Err(Lost);
            }
        } else {
            self.trace.observe(seen);
            let step = self.trace.steps().last().expect("one was just taken in");
            let node = &mut self.nodes[self.observed];
            if step.planned.label != node.label || !self.trail.admits(self.observed, step) {
                return Err(Lost);
            }
            node.did(&step.planned);
        }
        self.observed += 1;
        Ok(is_new)
    }

    fn end(&mut self) -> Result<Ended, Lost> {
        if self.begun < self.nodes.len() && !self.redundant {
            return Err(Lost);
        }
        if self.share.is_part() && self.trace.disables_together() {
            return Ok(Ended::Apart);
        }
        self.started = true;
        self.scouts.searched(self.trace.len());
        self.trail = Trail::default();
        let repeated = std::mem::take(&mut self.redundant);
        if self.share.is_foreign() {
            self.nodes.retain(Node::is_open);
            self.waiting.clear();
        } else {
            // For a redundant execution too, up to where it became redundant: source sets need its races.
            self.plan_reversals();
            self.plan_ends_of_waits();
        }
        let foreign = self.share.is_foreign() || self.is_above_the_cut() && !self.share.has_the_rest();
        self.backtrack();
        self.share.go_on();
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

    fn is_apart(&self) -> bool {
        self.share.is_part() && (self.scouts.is_running() || !self.share.is_first() && !self.is_above_the_cut())
    }

    fn start_again(&mut self) -> bool {
        *self = Search::of(self.share.restarted(), self.scouts.restarted());
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
