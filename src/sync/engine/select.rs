//! Waiting for several channels at once, as one operation.
//!
//! If several arms are ready, the engine chooses which one is taken, as it chooses schedules.

use std::marker::PhantomData;
use std::panic::Location;
use std::time::Duration;

use super::backend::{self, Point};
use super::channel::{Receiver, Sender};
use super::machine::request::{Otherwise, Request};
use super::machine::{Act, Ends};
use super::op::{ObjectId, Op};
use super::world::{self, Done, Stop};
use crate::sync::place::Place;
use crate::sync::time::Instant;

/// An object, the act on it, and its point.
pub(super) type Arm<'a> = (ObjectId, Act, &'a Point);

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

/// Waits until an arm is ready, and takes it.
///
/// With a rendezvous among the arms the wait is an operation of its own, so that an attempt of another task can meet
/// it.
fn wait(arms: &[Arm<'_>], location: &'static Location<'static>) -> Done {
    if !meets(arms) {
        return perform(arms, Otherwise::Waits, location);
    }
    let done = perform(arms, Otherwise::Arrives, location);
    if done.arm.is_some() { done } else { perform(arms, Otherwise::Awaits, location) }
}

/// The same with a timeout, which may pass at any moment.
pub(super) fn wait_for_a_time(arms: &[Arm<'_>], location: &'static Location<'static>) -> Done {
    let meets = meets(arms);
    if meets {
        let done = perform(arms, Otherwise::Arrives, location);
        if done.arm.is_some() {
            return done;
        }
    }
    // This yield lets a loop of such waits count as a spin loop.
    backend::yield_now(location);
    perform(arms, if meets { Otherwise::Leaves } else { Otherwise::GoesOn }, location)
}

/// Whether there is a rendezvous among the arms.
fn meets(arms: &[Arm<'_>]) -> bool {
    world::with(|world| {
        let arrives = |&(id, ..): &Arm<'_>| {
            world.object(id).state.as_arm().is_some_and(|arm| arm.arrive(Ends::default(), false).is_some())
        };
        arms.iter().any(arrives)
    })
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
    location: &'static Location<'static>,
    /// The execution, and its number of operations, when the arm was taken.
    at: (u32, usize),
    /// The channels stay borrowed until the operation is complete, as in the plain build.
    arms: PhantomData<&'a ()>,
}

impl<'a> Select<'a> {
    pub(in crate::sync) fn recv<T>(&mut self, receiver: &'a Receiver<T>) {
        self.arms.push(receiver.recv_arm());
        self.sources.push(self.registered);
    }

    pub(in crate::sync) fn send<T>(&mut self, sender: &'a Sender<T>) {
        self.arms.push(sender.send_arm());
        self.sources.push(self.registered);
    }

    /// Adds nothing to wait for: under an engine the system's time stands still.
    pub(in crate::sync) fn deadline(&mut self, _: Instant) {}

    pub(in crate::sync) fn next_source(&mut self) -> usize {
        self.registered += 1;
        self.registered - 1
    }

    #[track_caller]
    pub(in crate::sync) fn wait(&self) -> Won<'a> {
        let location = Location::caller();
        self.won(wait(&self.arms, location), location).expect("a select that waits goes on by an arm")
    }

    #[track_caller]
    pub(in crate::sync) fn try_wait(&self) -> Option<Won<'a>> {
        if self.arms.is_empty() {
            return None;
        }
        let location = Location::caller();
        self.won(perform(&self.arms, Otherwise::GoesOn, location), location)
    }

    #[track_caller]
    pub(in crate::sync) fn wait_timeout(&self, _: Duration) -> Option<Won<'a>> {
        if self.arms.is_empty() {
            return None;
        }
        let location = Location::caller();
        self.won(wait_for_a_time(&self.arms, location), location)
    }

    fn won(&self, done: Done, location: &'static Location<'static>) -> Option<Won<'a>> {
        let at = world::with(|world| world.done());
        Some(Won { source: self.sources[done.arm?], done, location, at, arms: PhantomData })
    }
}

impl Won<'_> {
    pub(in crate::sync) fn source(&self) -> usize {
        self.source
    }

    /// Completes a receive that won; `None` if a deadline won, which never happens here.
    pub(in crate::sync) fn receive<T>(self, receiver: &Receiver<T>) -> Option<Result<T, crossbeam_channel::RecvError>> {
        Some(receiver.fetch(self.done, self.location).ok_or(crossbeam_channel::RecvError))
    }

    /// Completes a send that won. Its message has to be there before any other task goes on.
    pub(in crate::sync) fn send<T>(
        self,
        sender: &Sender<T>,
        message: T,
    ) -> Result<(), crossbeam_channel::SendError<T>> {
        if world::with(|world| world.done()) != self.at {
            world::stop(Stop::Unsupported(format!(
                "{}: the message of a select's send is made by an operation of its own, and others could go on before it \
                 is there; make it before the select",
                Place::of(self.location)
            )));
        }
        sender.put(self.done, message)
    }
}
