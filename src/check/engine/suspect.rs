//! From a suspicion to the failure, if there is one: from two tasks that take two locks in opposite orders to the deadlock, and
//! from an object that one task drops, untold of another's use, to the use of what is dropped.
//!
//! That two tasks did so in an execution that passed proves nothing: something else may keep them apart. So it is
//! tried: a task that holds one of the two locks and asks for the other is held back until all other tasks wait, and
//! everything else is drawn (Joshi, Park, Sen and Naik, "A randomized dynamic program analysis technique for detecting
//! real deadlocks", PLDI 2009). A deadlock that is met is a failure like any other; where none is, the order is only
//! suspicious.
//!
//! In the same way a task that is about to use the object is held back until all others wait, so that the drop comes first if
//! it can. A count of owners that is none of the facade's orders the two, and is not seen; then nothing is met.

use super::pos::{draw, generator};
use super::strategy::{Lost, Ready, Strategy};
use crate::sync::engine::machine::Act;
use crate::sync::engine::machine::request::Request;
use crate::sync::engine::op::{Name, ObjectId};
use crate::sync::engine::world::World;

/// Executions that are tried.
const ATTEMPTS: u64 = 50;

/// What may fail, by the places of objects in the program.
#[derive(Clone, Debug)]
pub(super) enum Suspect {
    /// Two locks that were taken in both orders.
    Locks([String; 2]),
    /// An object that was dropped.
    Freed(String),
}

/// What an execution that passed has shown.
#[derive(Clone, Debug)]
pub(super) struct Suspicion {
    pub(super) of: Suspect,
    /// What was seen, in one line.
    pub(super) remark: String,
}

/// The place of an object in the program: the task that made it, and how many objects that task had made before.
pub(super) fn path(world: &World, object: ObjectId) -> String {
    let (maker, number) = world.object(object).maker;
    format!("{}/{number}", world.task_path(maker))
}

/// Samples with an eye on what is suspected.
#[derive(Debug)]
pub(super) struct Directed {
    random: fastrand::Rng,
    left: u64,
    of: Suspect,
}

impl Directed {
    pub(super) fn new(seed: u64, of: Suspect) -> Self {
        Directed { random: generator(seed, "directed"), left: ATTEMPTS, of }
    }

    /// Whether a task is about to take one of the locks, and holds the other; or is about to use what is dropped.
    fn is_held_back(&self, ready: &Ready<'_>) -> bool {
        let world = ready.world;
        let locks = match &self.of {
            Suspect::Freed(dropped) => {
                // Who lets others go first might do so for ever.
                return ready.op.yields() || ready.op.request.objects().any(|object| path(world, object) == *dropped);
            }
            Suspect::Locks(locks) => locks,
        };
        let Request::One(asked, Act::Mutex(_) | Act::RwLock(_)) = ready.op.request else { return false };
        let task = world.task_of(ready.task).expect("who is ready is there");
        let [one, other] = locks;
        let asked = path(world, asked);
        let first = if asked == *one { other } else { one };
        let holds = || world.task(task).holds.iter().any(|held| path(world, held.object) == *first);
        locks.contains(&asked) && holds()
    }
}

impl Strategy for Directed {
    fn begin(&mut self) -> bool {
        self.left.checked_sub(1).map(|left| self.left = left).is_some()
    }

    fn next(&mut self, ready: &[Ready<'_>], _: Name) -> Result<Name, Lost> {
        let others: Vec<Name> =
            ready.iter().filter(|ready| !self.is_held_back(ready)).map(|ready| ready.task).collect();
        let anybody = || ready.iter().map(|ready| ready.task).collect();
        let candidates: Vec<Name> = if others.is_empty() { anybody() } else { others };
        Ok(self.random.choice(candidates).expect("somebody can go on"))
    }

    fn choose(&mut self, _: Name, arms: u64) -> Result<u32, Lost> {
        Ok(draw(&mut self.random, arms))
    }
}
