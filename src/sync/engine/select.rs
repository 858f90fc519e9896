//! Waiting for several channels at once, as one operation.
//!
//! Where several arms are ready, which one is taken is a choice of the engine, like a schedule.

use std::marker::PhantomData;
use std::panic::Location;

use super::backend::{self, Point};
use super::channel::Receiver;
use super::machine::Act;
use super::machine::request::{Otherwise, Request};
use super::op::{ObjectId, Op};
use super::world::{self, Done};
use crate::sync::time::Instant;

type Arm<'a> = (ObjectId, Act, &'a Point);

/// One operation on all arms.
fn perform(arms: &[Arm<'_>], otherwise: Otherwise, location: &'static Location<'static>) -> Done {
    assert!(!arms.is_empty(), "a select needs an arm to wait for");
    let mut ordered: Vec<(ObjectId, &Point)> = arms.iter().map(|&(id, _, point)| (id, point)).collect();
    ordered.sort_by_key(|&(id, _)| id);
    ordered.dedup_by_key(|&mut (id, _)| id);
    let points: Vec<&Point> = ordered.into_iter().map(|(_, point)| point).collect();
    let request = Request::Any(arms.iter().map(|&(id, act, _)| (id, act)).collect(), otherwise);
    backend::perform(&points, Op { request, location }, |done| done)
}

/// Takes from an arm that can give, waiting for one.
///
/// With a rendezvous among the arms the wait is an operation of its own, so that an attempt to send meets it.
fn receive(arms: &[Arm<'_>], location: &'static Location<'static>) -> Done {
    let meets = world::with(|world| {
        let arrives =
            |&(id, ..): &Arm<'_>| world.object(id).state.as_arm().is_some_and(|arm| arm.arrive(false).is_some());
        arms.iter().any(arrives)
    });
    if !meets {
        return perform(arms, Otherwise::Waits, location);
    }
    let done = perform(arms, Otherwise::Arrives, location);
    if done.arm.is_some() { done } else { perform(arms, Otherwise::Awaits, location) }
}

/// The arms of a `select!`, in the order in which they were written.
#[derive(Debug, Default)]
pub struct Select<'a> {
    arms: Vec<Arm<'a>>,
    /// Which source each arm belongs to.
    sources: Vec<usize>,
    registered: usize,
}

/// The arm that was taken.
#[derive(Debug)]
pub struct Won<'a> {
    source: usize,
    done: Done,
    /// The channels stay borrowed until the receive is complete, as in the plain build.
    arms: PhantomData<&'a ()>,
}

impl<'a> Select<'a> {
    pub(in crate::sync) fn channel<T>(&mut self, receiver: &'a Receiver<T>) {
        self.arms.push(receiver.arm());
        self.sources.push(self.registered);
    }

    /// Nothing to wait for: under an engine the time of the system stands still.
    pub(in crate::sync) fn deadline(&mut self, _: Instant) {}

    pub(in crate::sync) fn next_source(&mut self) -> usize {
        self.registered += 1;
        self.registered - 1
    }

    #[track_caller]
    pub(in crate::sync) fn wait(self) -> Won<'a> {
        let done = receive(&self.arms, Location::caller());
        self.won(done).expect("a select that waits takes from an arm")
    }

    #[track_caller]
    pub(in crate::sync) fn try_wait(self) -> Option<Won<'a>> {
        let done = perform(&self.arms, Otherwise::GoesOn, Location::caller());
        self.won(done)
    }

    fn won(&self, done: Done) -> Option<Won<'a>> {
        Some(Won { source: self.sources[done.arm?], done, arms: PhantomData })
    }
}

impl Won<'_> {
    pub(in crate::sync) fn source(&self) -> usize {
        self.source
    }

    /// Completes a receive that won; `None` where a deadline did, which it never does here.
    pub(in crate::sync) fn receive<T>(self, receiver: &Receiver<T>) -> Option<Result<T, crossbeam_channel::RecvError>> {
        Some(receiver.fetch(self.done).ok_or(crossbeam_channel::RecvError))
    }
}
