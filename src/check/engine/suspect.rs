//! From two tasks that take two locks in opposite orders to the deadlock, if there is one.
//!
//! That two tasks did so in an execution that passed proves nothing: something else may keep them apart. So it is
//! tried: a task that holds one of the two locks and asks for the other is held back until all other tasks wait, and
//! everything else is drawn (Joshi, Park, Sen and Naik, "A randomized dynamic program analysis technique for detecting
//! real deadlocks", PLDI 2009). A deadlock that is met is a failure like any other; where none is, the order is only
//! suspicious.

use super::pos::{draw, generator};
use super::strategy::{Lost, Ready, Strategy};
use crate::sync::engine::machine::Act;
use crate::sync::engine::machine::request::Request;
use crate::sync::engine::op::{Name, ObjectId};
use crate::sync::engine::world::World;

/// Executions that are tried.
const ATTEMPTS: u64 = 50;

/// Two locks that were taken in both orders.
#[derive(Clone, Debug)]
pub(super) struct Suspicion {
    /// Their places in the program.
    pub(super) locks: [String; 2],
    /// What was seen, in one line.
    pub(super) remark: String,
}

/// The place of an object in the program: the task that made it, and how many objects that task had made before.
pub(super) fn path(world: &World, object: ObjectId) -> String {
    let (maker, number) = world.object(object).maker;
    format!("{}/{number}", world.task_path(maker))
}

/// Samples with an eye on two locks.
#[derive(Debug)]
pub(super) struct Directed {
    random: fastrand::Rng,
    left: u64,
    locks: [String; 2],
}

impl Directed {
    pub(super) fn new(seed: u64, locks: [String; 2]) -> Self {
        Directed { random: generator(seed, "directed"), left: ATTEMPTS, locks }
    }

    /// Whether a task is about to take one of the locks, and holds the other.
    fn closes(&self, ready: &Ready<'_>) -> bool {
        let Request::One(asked, Act::Mutex(_) | Act::RwLock(_)) = ready.op.request else { return false };
        let world = ready.world;
        let task = world.task_of(ready.task).expect("who is ready is there");
        let [one, other] = &self.locks;
        let asked = path(world, asked);
        let first = if asked == *one { other } else { one };
        let holds = || world.task(task).holds.iter().any(|held| path(world, held.object) == *first);
        self.locks.contains(&asked) && holds()
    }
}

impl Strategy for Directed {
    fn begin(&mut self) -> bool {
        self.left.checked_sub(1).map(|left| self.left = left).is_some()
    }

    fn next(&mut self, ready: &[Ready<'_>], _: Name) -> Result<Name, Lost> {
        let others: Vec<Name> = ready.iter().filter(|ready| !self.closes(ready)).map(|ready| ready.task).collect();
        let anybody = || ready.iter().map(|ready| ready.task).collect();
        let candidates: Vec<Name> = if others.is_empty() { anybody() } else { others };
        Ok(self.random.choice(candidates).expect("somebody can go on"))
    }

    fn choose(&mut self, _: Name, arms: u64) -> Result<u32, Lost> {
        Ok(draw(&mut self.random, arms))
    }
}
