//! A wait group under an engine: one operation to add, one to count down, one to wait.

use std::panic::Location;
use std::sync::Arc;

use super::backend::Point;
use super::effect::Effect;
use super::op::{Kind, ObjectId, Op};
use super::world::{self, State};

/// Waits for a collection of threads to finish.
#[derive(Clone, Debug)]
pub struct WaitGroup {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    id: ObjectId,
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
        let id = world::with(|world| world.add_object(State::WaitGroup(0), born));
        WaitGroup { inner: Arc::new(Inner { id, point: Point::new() }) }
    }

    /// Adds one thing to wait for, until the ticket is dropped.
    #[track_caller]
    pub fn add(&self) -> Ticket {
        let taken = Location::caller();
        self.inner.step(Kind::Add, taken, Effect::Add, |count| *count += 1);
        Ticket { inner: Arc::clone(&self.inner), taken }
    }

    /// Waits until every ticket handed out so far has been dropped.
    #[track_caller]
    pub fn wait(&self) {
        self.inner.step(Kind::WaitGroup, Location::caller(), Effect::Zero, |_| ());
    }
}

impl Inner {
    fn step(&self, kind: Kind, location: &'static Location<'static>, effect: Effect, change: impl FnOnce(&mut usize)) {
        super::step(&[&self.point], Op { kind, object: self.id, location }, |world, _| {
            let count = world.wait_group_mut(self.id);
            change(count);
            let count = *count as u64;
            world.touch(self.id, effect);
            ((), Some(count))
        });
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.inner.step(Kind::Done, self.taken, Effect::Done, |count| *count -= 1);
    }
}

impl Default for WaitGroup {
    #[track_caller]
    fn default() -> Self {
        WaitGroup::new()
    }
}
