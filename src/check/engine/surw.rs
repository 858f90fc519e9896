//! Selectively uniform random walk (Zhao, Wolff, Mathur and Roychoudhury, ASPLOS 2025).
//!
//! A random walk prefers schedules in which a task with little left to do ends early. If each task is
//! chosen in proportion to what it has left to do, every interleaving is as likely as any other. Few of the operations
//! matter to a given defect, so a schedule is uniform over the operations on *one* object, which is drawn anew for each
//! execution. A task that comes to one of them waits until its turn is drawn; everything else is a random walk. How
//! many operations each task has on each object is learnt from the execution before.
//!
//! Only *open* operations are counted, and only objects that have them are drawn. An operation is open if another task
//! has an operation on the same object that no start or end of a thread orders with it, and at least one of the two
//! changes the object. Thread objects do not count, nor does what main does before it starts a thread.

use std::collections::{BTreeMap, BTreeSet};

use super::pos::{draw, generator};
use super::strategy::{Lost, Ready, Seen, Strategy};
use super::trace::clock::Clock;
use crate::sync::engine::machine::request::Request;
use crate::sync::engine::machine::{Act, thread};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;

/// An operation on an object.
#[derive(Clone, Copy, Debug)]
struct Done {
    /// How many its task had done before, with this one.
    count: u32,
    looks: bool,
    open: bool,
}

/// What an execution did, object by object and task by task, and the order that starts and ends of threads make.
#[derive(Debug, Default)]
struct Profile {
    done: BTreeMap<ObjectName, BTreeMap<Name, Vec<Done>>>,
    clocks: BTreeMap<Name, (Clock, u32)>,
    /// The task that a thread object stands for.
    threads: BTreeMap<ObjectName, Name>,
}

impl Profile {
    fn observe(&mut self, seen: Seen<'_>) {
        let (me, Some(object)) = (seen.task(), seen.object()) else { return };
        if let Request::One(_, Act::Thread(act)) = seen.event.op.request {
            self.start_or_end(me, object, act);
            return;
        }
        let (clock, count) = self.clocks.entry(me).or_default();
        *count += 1;
        let looks = seen.world.log.of(seen.number).iter().all(|part| part.effect.is_look());
        let mut done = Done { count: *count, looks, open: false };
        let tasks = self.done.entry(object).or_default();
        for (&task, theirs) in tasks.iter_mut().filter(|(task, _)| **task != me) {
            for other in theirs.iter_mut().rev().take_while(|other| !clock.includes(task, other.count)) {
                let open = !(looks && other.looks);
                (other.open, done.open) = (other.open || open, done.open || open);
            }
        }
        tasks.entry(me).or_default().push(done);
    }

    fn start_or_end(&mut self, me: Name, object: ObjectName, act: thread::Act) {
        let own = |clocks: &mut BTreeMap<Name, (Clock, u32)>, task: Name| {
            let (mut clock, count) = clocks.get(&task).cloned().unwrap_or_default();
            clock.set(task, count);
            clock
        };
        match act {
            thread::Act::Spawn(child) => {
                self.threads.insert(object, child);
                let past = own(&mut self.clocks, me);
                self.clocks.entry(child).or_default().0 = past;
            }
            thread::Act::Join | thread::Act::AwaitReturn => {
                let Some(&child) = self.threads.get(&object) else { return };
                let past = own(&mut self.clocks, child);
                self.clocks.entry(me).or_default().0.join_clock(&past);
            }
            _ => (),
        }
    }

    /// How many operations of each task are open, for each object that has such.
    fn open(&self) -> BTreeMap<ObjectName, BTreeMap<Name, u32>> {
        let tasks = |tasks: &BTreeMap<Name, Vec<Done>>| {
            let count = |(&task, done): (&Name, &Vec<Done>)| {
                let open = done.iter().filter(|done| done.open).count() as u32;
                (open > 0).then_some((task, open))
            };
            tasks.iter().filter_map(count).collect::<BTreeMap<_, _>>()
        };
        let open = self.done.iter().map(|(&object, done)| (object, tasks(done)));
        open.filter(|(_, tasks)| !tasks.is_empty()).collect()
    }
}

/// Samples by what is left to do.
#[derive(Debug)]
pub(super) struct Surw {
    random: fastrand::Rng,
    left: u64,
    /// The open operations of the execution before, and the profile of this one.
    learnt: BTreeMap<ObjectName, BTreeMap<Name, u32>>,
    learning: Profile,
    /// The parent of each task, from all executions.
    parents: BTreeMap<Name, Name>,
    /// The tasks that have been started in this execution.
    started: BTreeSet<Name>,
    /// The object whose operations are interleaved uniformly, and what is left to do on it.
    chosen: Option<ObjectName>,
    remaining: BTreeMap<Name, u32>,
    /// The task that has the next turn on the chosen object.
    turn: Option<Name>,
}

impl Surw {
    pub(super) fn new(seed: u64, executions: u64) -> Self {
        Surw {
            random: generator(seed, "surw"),
            left: executions,
            learnt: BTreeMap::new(),
            learning: Profile::default(),
            parents: BTreeMap::new(),
            started: BTreeSet::new(),
            chosen: None,
            remaining: BTreeMap::new(),
            turn: None,
        }
    }

    /// What a task has left to do, with those that it is yet to start.
    fn weight(&self, task: Name) -> u32 {
        let stands_for = |name: &Name| {
            let mut at = *name;
            while at != task && !self.started.contains(&at) {
                match self.parents.get(&at) {
                    Some(&parent) => at = parent,
                    None => return false,
                }
            }
            at == task
        };
        self.remaining.iter().filter(|(name, _)| stands_for(name)).map(|(_, &left)| left).sum()
    }

    /// One of the tasks, in proportion to what it has left to do.
    fn draw_turn(&mut self, tasks: impl Iterator<Item = Name>) -> Option<Name> {
        let weights: Vec<(Name, u32)> = tasks.map(|task| (task, self.weight(task))).collect();
        let total: u32 = weights.iter().map(|(_, weight)| weight).sum();
        let mut at = (total > 0).then(|| self.random.u32(..total))?;
        for (task, weight) in weights {
            if at < weight {
                return Some(task);
            }
            at -= weight;
        }
        None
    }
}

impl Strategy for Surw {
    fn begin(&mut self) -> bool {
        let open = std::mem::take(&mut self.learning).open();
        if !open.is_empty() {
            self.learnt = open;
        }
        self.chosen = self.random.choice(self.learnt.keys().copied().collect::<Vec<_>>());
        self.remaining = self.chosen.map(|object| self.learnt[&object].clone()).unwrap_or_default();
        self.turn = None;
        self.started.clear();
        self.left.checked_sub(1).map(|left| self.left = left).is_some()
    }

    fn next(&mut self, ready: &[Ready<'_>], current: Name) -> Result<Name, Lost> {
        let known = |task: Name| ready.iter().any(|ready| ready.task == task);
        if self.turn.is_none_or(|task| !known(task)) {
            self.turn = self.draw_turn(ready.iter().map(|ready| ready.task));
        }
        let matters = |ready: &Ready| ready.object().is_some_and(|object| self.chosen == Some(object));
        // A task that comes to the chosen object out of turn waits, but not for a task that spins; and a task that
        // spins lets all others go first.
        let in_turn = |ready: &Ready| !matters(ready) || self.turn.is_none_or(|turn| ready.task == turn);
        let spins = |ready: &Ready| ready.op.yields() && ready.task == current;
        let rank = |ready: &Ready| (spins(ready), !in_turn(ready));
        let first = ready.iter().map(rank).min();
        let candidates: Vec<&Ready> = ready.iter().filter(|ready| Some(rank(ready)) == first).collect();
        let next = self.random.choice(candidates).expect("somebody can go on");
        if matters(next) {
            self.remaining.entry(next.task).and_modify(|left| *left = left.saturating_sub(1));
            self.turn = None;
        }
        Ok(next.task)
    }

    fn choose(&mut self, _: Name, arms: u64) -> Result<u32, Lost> {
        Ok(draw(&mut self.random, arms))
    }

    fn observe(&mut self, seen: Seen<'_>) -> Result<bool, Lost> {
        self.learning.observe(seen);
        if let Some(child) = seen.spawned() {
            self.parents.insert(child, seen.task());
            self.started.insert(child);
            // The turn was drawn for the parent and its child together.
            if self.turn == Some(seen.task()) {
                self.turn = self.draw_turn([seen.task(), child].into_iter());
            }
        }
        Ok(true)
    }
}
