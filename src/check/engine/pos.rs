//! Partial-order sampling (Yuan, Yang and Gu, CAV 2018).
//!
//! Each announced operation has a random priority, and the highest goes ahead; those that conflict
//! with it get a new one. So the order of operations that commute costs no luck, and each partial order
//! has a better chance than under a random walk. Two operations conflict if they are on one object and
//! one of them changes it.
//!
//! The paper's operations are accesses to what threads share. To start a thread, or to join one that has ended, is not
//! one of them: it goes ahead at once. With a priority it would compete with other operations, and threads that are
//! started late would run late.

use std::hash::BuildHasher;

use super::strategy::{Lost, Ready, Strategy};
use crate::sync::engine::machine::request::{Request, arms_of};
use crate::sync::engine::machine::{Act, thread};
use crate::sync::engine::op::{Name, Op};

/// Samples by priorities.
#[derive(Debug)]
pub(super) struct Pos {
    random: fastrand::Rng,
    left: u64,
    /// The priorities of the announced operations, by task.
    priorities: Vec<Option<u64>>,
}

/// A generator for one use of a seed: another for each of `what`.
pub(super) fn generator(seed: u64, what: &str) -> fastrand::Rng {
    fastrand::Rng::with_seed(foldhash::fast::FixedState::default().hash_one((seed, what)))
}

/// One of the arms.
pub(super) fn draw(random: &mut fastrand::Rng, arms: u64) -> u32 {
    random.choice(arms_of(arms).collect::<Vec<_>>()).expect("there is an arm to take")
}

impl Pos {
    pub(super) fn new(seed: u64, executions: u64) -> Self {
        Pos { random: generator(seed, "pos"), left: executions, priorities: Vec::new() }
    }
}

/// Whether the order of two announced operations may make a difference.
fn conflict(one: &Op, other: &Op) -> bool {
    let same = one.request.objects().any(|object| other.request.objects().any(|theirs| theirs == object));
    same && !(one.request.commutes_with_its_like() && other.request.commutes_with_its_like())
}

/// Whether it commutes with all that other tasks may do before it.
fn is_local(op: &Op) -> bool {
    matches!(
        op.request,
        Request::One(_, Act::Thread(thread::Act::Spawn(_) | thread::Act::Join | thread::Act::AwaitReturn))
    )
}

impl Strategy for Pos {
    fn begin(&mut self) -> bool {
        self.priorities.clear();
        self.left.checked_sub(1).map(|left| self.left = left).is_some()
    }

    fn next(&mut self, ready: &[Ready<'_>], current: Name) -> Result<Name, Lost> {
        let tasks = ready.iter().map(|ready| ready.task.index()).max().map_or(0, |last| last + 1);
        if self.priorities.len() < tasks {
            self.priorities.resize(tasks, None);
        }
        if let Some(local) = ready.iter().find(|ready| is_local(ready.op)) {
            return Ok(local.task);
        }
        // A task that yields in a spin loop lets the others go first.
        let lets_go = |ready: &Ready| ready.op.yields() && ready.task == current;
        let highest = ready.iter().max_by_key(|&ready| {
            let priority = self.priorities[ready.task.index()].get_or_insert_with(|| self.random.u64(..));
            (!lets_go(ready), *priority)
        });
        let highest = highest.expect("somebody can go on");
        for other in ready.iter().filter(|other| conflict(highest.op, other.op)) {
            self.priorities[other.task.index()] = None;
        }
        self.priorities[highest.task.index()] = None;
        Ok(highest.task)
    }

    fn choose(&mut self, _: Name, arms: u64) -> Result<u32, Lost> {
        Ok(draw(&mut self.random, arms))
    }
}
