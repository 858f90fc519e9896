//! Waiting for several channels at once, as one operation.
//!
//! Where several arms are ready, which one is taken is a choice of the engine, like a schedule.

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

/// An object, what is asked of it, and its point.
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

/// Goes on by an arm that is ready, waiting for one.
///
/// With a rendezvous among the arms the wait is an operation of its own, so that an attempt of another meets it.
fn wait(arms: &[Arm<'_>], location: &'static Location<'static>) -> Done {
    if !meets(arms) {
        return perform(arms, Otherwise::Waits, location);
    }
    let done = perform(arms, Otherwise::Arrives, location);
    if done.arm.is_some() { done } else { perform(arms, Otherwise::Awaits, location) }
}

/// The same, for a time that may be over at any moment.
pub(super) fn wait_for_a_time(arms: &[Arm<'_>], location: &'static Location<'static>) -> Done {
    let meets = meets(arms);
    if meets {
        let done = perform(arms, Otherwise::Arrives, location);
        if done.arm.is_some() {
            return done;
        }
    }
    // A loop of such waits waits for a change.
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
#[derive(Clone, Debug, Default)]
pub struct Select<'a> {
    arms: Vec<Arm<'a>>,
    /// Which source each arm belongs to.
    sources: Vec<usize>,
    registered: usize,
    /// It looks at one arm after the other, in their order.
    biased: bool,
}

/// The arm that was taken.
#[derive(Debug)]
pub struct Won<'a> {
    source: usize,
    done: Done,
    location: &'static Location<'static>,
    /// How much had been done when it was.
    at: (u32, usize),
    /// The channels stay borrowed until the operation is complete, as in the plain build.
    arms: PhantomData<&'a ()>,
}

impl<'a> Select<'a> {
    pub(in crate::sync) fn biased() -> Self {
        Select { biased: true, ..Select::default() }
    }

    pub(in crate::sync) fn recv<T>(&mut self, receiver: &'a Receiver<T>) {
        self.arms.push(receiver.recv_arm());
        self.sources.push(self.registered);
    }

    pub(in crate::sync) fn send<T>(&mut self, sender: &'a Sender<T>) {
        self.arms.push(sender.send_arm());
        self.sources.push(self.registered);
    }

    /// Nothing to wait for: under an engine the time of the system stands still.
    pub(in crate::sync) fn deadline(&mut self, _: Instant) {}

    pub(in crate::sync) fn next_source(&mut self) -> usize {
        self.registered += 1;
        self.registered - 1
    }

    pub(in crate::sync) fn remove(&mut self, source: usize) {
        assert!(source < self.registered, "a select has no operation {source}");
        let mut sources = self.sources.iter();
        self.arms.retain(|_| sources.next() != Some(&source));
        self.sources.retain(|&kept| kept != source);
    }

    #[track_caller]
    pub(in crate::sync) fn wait(&self) -> Won<'a> {
        let location = Location::caller();
        let done = self.first(location).unwrap_or_else(|| wait(&self.arms, location));
        self.won(done, location).expect("a select that waits goes on by an arm")
    }

    #[track_caller]
    pub(in crate::sync) fn try_wait(&self) -> Option<Won<'a>> {
        if self.arms.is_empty() {
            return None;
        }
        let location = Location::caller();
        if self.biased {
            return self.won(self.first(location)?, location);
        }
        self.won(perform(&self.arms, Otherwise::GoesOn, location), location)
    }

    #[track_caller]
    pub(in crate::sync) fn wait_timeout(&self, _: Duration) -> Option<Won<'a>> {
        if self.arms.is_empty() {
            return None;
        }
        let location = Location::caller();
        let done = self.first(location).unwrap_or_else(|| wait_for_a_time(&self.arms, location));
        self.won(done, location)
    }

    /// Where it is biased it tries one arm after the other, each by an operation of its own, and goes on by the first that is
    /// ready when its turn comes.
    ///
    /// This is what crossbeam's does. Where none was ready it waits for any: that one is taken although an earlier one has got
    /// ready too is what comes of a look at it that came late.
    fn first(&self, location: &'static Location<'static>) -> Option<Done> {
        let arms = if self.biased { &self.arms[..] } else { &[] };
        arms.iter().enumerate().find_map(|(number, &arm)| {
            let done = perform(&[arm], Otherwise::GoesOn, location);
            done.arm.map(|_| Done { arm: Some(number), ..done })
        })
    }

    #[track_caller]
    pub(in crate::sync) fn ready(&self) -> usize {
        self.see(Otherwise::Waits, Location::caller()).expect("who waits for one to be ready sees one")
    }

    #[track_caller]
    pub(in crate::sync) fn try_ready(&self) -> Option<usize> {
        self.see(Otherwise::GoesOn, Location::caller())
    }

    #[track_caller]
    pub(in crate::sync) fn ready_timeout(&self, _: Duration) -> Option<usize> {
        let location = Location::caller();
        // A loop of such waits waits for a change.
        backend::yield_now(location);
        self.see(Otherwise::GoesOn, location)
    }

    /// The source of an arm that could go ahead, which does not.
    fn see(&self, otherwise: Otherwise, location: &'static Location<'static>) -> Option<usize> {
        if self.arms.is_empty() && otherwise == Otherwise::GoesOn {
            return None;
        }
        let arms: Vec<Arm<'_>> = self.arms.iter().map(|&(id, act, point)| (id, act.to_be_ready(), point)).collect();
        Some(self.sources[perform(&arms, otherwise, location).arm?])
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

    /// Completes a receive that won; `None` where a deadline did, which it never does here.
    pub(in crate::sync) fn receive<T>(self, receiver: &Receiver<T>) -> Option<Result<T, crossbeam_channel::RecvError>> {
        Some(receiver.fetch(self.done, self.location).ok_or(crossbeam_channel::RecvError))
    }

    /// Completes a send that won. Its message has to be there before anybody else goes on.
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
