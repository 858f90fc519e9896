//! A barrier under an engine; what it means is in [`machine::barrier`](super::machine::barrier).

use std::fmt;
use std::panic::Location;

use super::backend::Point;
use super::identity::Identity;
use super::machine::barrier::{self, Act};
use super::op::Op;

/// A place at which so many threads wait for each other: `std::sync::Barrier`.
pub struct Barrier {
    id: Identity,
    point: Point,
}

/// Whether a thread is the leader of those that went on together.
#[derive(Debug)]
pub struct BarrierWaitResult {
    leader: bool,
}

impl BarrierWaitResult {
    /// Whether it is.
    pub fn is_leader(&self) -> bool {
        self.leader
    }
}

impl Barrier {
    /// A barrier for so many threads.
    #[track_caller]
    pub fn new(n: usize) -> Self {
        let born = Location::caller();
        let id = Identity::new(barrier::Barrier::new(n), born);
        Barrier { id, point: Point::new() }
    }

    /// Waits until all have come.
    #[track_caller]
    pub fn wait(&self) -> BarrierWaitResult {
        let location = Location::caller();
        let step = |act: Act| super::step(&[&self.point], Op::one(*self.id, act, location));
        let leader = step(Act::Arrive).value == Some(1);
        if !leader {
            step(Act::GoOn);
        }
        BarrierWaitResult { leader }
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier").finish_non_exhaustive()
    }
}
