//! A wait group under an engine: one operation to add, one to count down, one to wait. What they mean is in
//! [`machine::wait_group`](super::machine::wait_group).

use std::panic::Location;
use std::sync::Arc;

use super::backend::Point;
use super::identity::Identity;
use super::machine::wait_group::{self, Act};
use super::op::Op;

/// Waits for a collection of threads to finish.
#[derive(Clone, Debug)]
pub struct WaitGroup {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    id: Identity,
    point: Point,
}

/// One thing that a [`WaitGroup`] waits for; done when dropped.
#[derive(Debug)]
pub struct Ticket {
    inner: Arc<Inner>,
    taken: &'static Location<'static>,
}

impl WaitGroup {
    /// A group with nothing to wait for.
    #[track_caller]
    pub fn new() -> Self {
        let born = Location::caller();
        let id = Identity::new(wait_group::WaitGroup::default(), born);
        WaitGroup { inner: Arc::new(Inner { id, point: Point::new() }) }
    }

    /// Adds one thing to wait for, until the ticket is dropped.
    #[track_caller]
    pub fn add(&self) -> Ticket {
        let taken = Location::caller();
        self.inner.step(Act::Add, taken);
        Ticket { inner: Arc::clone(&self.inner), taken }
    }

    /// Waits until every ticket handed out so far has been dropped.
    #[track_caller]
    pub fn wait(&self) {
        self.inner.step(Act::Wait, Location::caller());
    }
}

impl Inner {
    fn step(&self, act: Act, location: &'static Location<'static>) {
        super::step(&[&self.point], Op::one(*self.id, act, location));
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.inner.step(Act::Done, self.taken);
    }
}

impl Default for WaitGroup {
    #[track_caller]
    fn default() -> Self {
        WaitGroup::new()
    }
}
