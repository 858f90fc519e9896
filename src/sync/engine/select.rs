//! Waiting for several channels at once, as one operation.
//!
//! Where several arms are ready, which one is taken is a choice of the engine, like a schedule. An arm that tells the time
//! may be ready, or not be yet.

use std::marker::PhantomData;
use std::mem;
use std::panic::Location;
use std::time::Duration;

use super::backend::{self, Point};
use super::channel::{MADE_LATE, Receiver, Sender, is_unknown};
use super::choice;
use super::machine::request::{ARMS, Otherwise, Request, Why};
use super::machine::{Act, Effect, Ends, rendezvous};
use super::op::{ObjectId, Op};
#[cfg(shuttle)]
use super::world::World;
use super::world::{self, Done, Stop};
use crate::sync::place::Place;
use crate::sync::time::Instant;

/// An object, the act on it, and its point.
pub(super) type Arm<'a> = (ObjectId, Act, &'a Point);

/// One operation on all arms.
fn perform(arms: &[Arm<'_>], otherwise: Otherwise, location: &'static Location<'static>) -> Done {
    assert!(!arms.is_empty(), "a select needs an arm to wait for");
    if arms.len() > ARMS {
        world::stop(Stop::Unsupported(format!(
            "a select of {} operations at {}: engines know {ARMS} of them at most; wait for fewer",
            arms.len(),
            Place::of(location)
        )));
    }
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

/// An arm that tells the time, if there is one.
fn telling(arms: &[Arm<'_>]) -> Option<ObjectId> {
    world::with(|world| {
        let tells = |&id: &ObjectId| world.object(id).state.as_arm().is_some_and(|arm| arm.tells_time());
        arms.iter().map(|&(id, ..)| id).find(tells)
    })
}

/// Whether there is a rendezvous among the arms.
fn meets(arms: &[Arm<'_>]) -> bool {
    world::with(|world| {
        let arrives = |&(id, act, _): &Arm<'_>| {
            !act.is_to_be_ready()
                && world.object(id).state.as_arm().is_some_and(|arm| arm.arrive(Ends::default(), false).is_some())
        };
        arms.iter().any(arrives)
    })
}

/// What an arm belongs to.
#[derive(Clone, Copy, Debug)]
struct Owner {
    /// Its number, whichever were removed.
    place: usize,
    /// The address of the end of its channel: who completes the operation has to name the same one.
    end: usize,
}

fn address<T>(end: &T) -> usize {
    std::ptr::from_ref(end).addr()
}

/// The arms of a `select!`, in the order in which they were written.
#[derive(Clone, Debug, Default)]
pub struct Select<'a> {
    arms: Vec<Arm<'a>>,
    /// What each arm belongs to.
    owners: Vec<Owner>,
    /// How many were added.
    added: usize,
    /// It looks at one arm after the other, in their order.
    biased: bool,
}

/// The arm that was taken; to be completed, as in the plain build.
#[derive(Debug)]
pub struct Won<'a> {
    of: Owner,
    done: Done,
    location: &'static Location<'static>,
    /// The execution, and its number of operations, when the arm was taken.
    at: (u32, usize),
    /// The channels stay borrowed until the operation is complete, as in the plain build.
    arms: PhantomData<&'a ()>,
}

impl<'a> Select<'a> {
    pub(in crate::sync) fn biased() -> Self {
        Select { biased: true, ..Select::default() }
    }

    /// There is no deadline: under an engine the system's time stands still.
    pub(in crate::sync) fn recv<T>(&mut self, receiver: &'a Receiver<T>, _: Option<Instant>) -> usize {
        self.add(receiver.recv_arm(), address(receiver))
    }

    pub(in crate::sync) fn send<T>(&mut self, sender: &'a Sender<T>) -> usize {
        self.add(sender.send_arm(), address(sender))
    }

    fn add(&mut self, arm: Arm<'a>, end: usize) -> usize {
        let place = self.added;
        self.arms.push(arm);
        self.owners.push(Owner { place, end });
        self.added += 1;
        place
    }

    pub(in crate::sync) fn remove(&mut self, place: usize) {
        let arm = self.owners.iter().position(|of| of.place == place).expect("no operation with this index");
        self.arms.remove(arm);
        self.owners.remove(arm);
    }

    #[track_caller]
    pub(in crate::sync) fn wait(&self) -> Won<'a> {
        let location = Location::caller();
        let won = self.first(location).or_else(|| self.at_once(location));
        let won = won.or_else(|| self.won(wait(&self.arms, location), location));
        won.expect("a select that waits goes on by an arm")
    }

    #[track_caller]
    pub(in crate::sync) fn try_wait(&self) -> Option<Won<'a>> {
        let location = Location::caller();
        if self.biased {
            return self.first(location);
        }
        self.attempt(location, |arms| perform(arms, Otherwise::GoesOn, location))
    }

    #[track_caller]
    pub(in crate::sync) fn wait_timeout(&self, _: Duration) -> Option<Won<'a>> {
        let location = Location::caller();
        self.first(location).or_else(|| self.attempt(location, |arms| wait_for_a_time(arms, location)))
    }

    /// The place of an operation that could go ahead, which does not.
    #[track_caller]
    pub(in crate::sync) fn ready(&self) -> usize {
        self.to_look().wait().seen()
    }

    #[track_caller]
    pub(in crate::sync) fn try_ready(&self) -> Option<usize> {
        self.to_look().try_wait().map(Won::seen)
    }

    #[track_caller]
    pub(in crate::sync) fn ready_timeout(&self, for_so_long: Duration) -> Option<usize> {
        self.to_look().wait_timeout(for_so_long).map(Won::seen)
    }

    /// The same select, of which no arm takes anything or meets anybody: its arms only look.
    fn to_look(&self) -> Self {
        let arms = self.arms.iter().map(|&(id, act, point)| (id, act.to_be_ready(), point)).collect();
        Select { arms, biased: false, ..self.clone() }
    }

    /// The first arm that is ready when its turn comes, of a select that is biased: it tries one after the other, each by an
    /// operation of its own, as crossbeam's does.
    ///
    /// If none was ready, the select waits for any. That it then takes an arm although an earlier one is ready as well is a
    /// result that the real one has too: the earlier one got ready after it was looked at.
    fn first(&self, location: &'static Location<'static>) -> Option<Won<'a>> {
        let arms = if self.biased { self.arms.len() } else { 0 };
        (0..arms).find_map(|number| {
            let arm = &self.arms[number..=number];
            let is_early = telling(arm).is_some_and(|id| choice::happens(Why::NotYet, id, location));
            let done = (!is_early).then(|| perform(arm, Otherwise::GoesOn, location))?;
            done.arm.and_then(|_| self.won(Done { arm: Some(number), ..done }, location))
        })
    }

    /// Goes on by an arm, or by none; perhaps because it is not time yet.
    fn attempt(
        &self,
        location: &'static Location<'static>,
        perform: impl FnOnce(&[Arm<'a>]) -> Done,
    ) -> Option<Won<'a>> {
        self.at_once(location).or_else(|| match telling(&self.arms) {
            Some(id) if choice::happens(Why::NotYet, id, location) => self.among(|tells| !tells, location, perform),
            _ => self.among(|_| true, location, perform),
        })
    }

    /// Goes on because it is time, whatever else is ready, where an arm tells that.
    fn at_once(&self, location: &'static Location<'static>) -> Option<Won<'a>> {
        let id = telling(&self.arms)?;
        // A loop of such waits waits for a change.
        backend::yield_now(location);
        // loom draws one of all that are ready, and has few draws.
        let now = cfg!(shuttle) && choice::happens(Why::AtOnce, id, location);
        let perform = |arms: &[Arm<'a>]| perform(arms, Otherwise::GoesOn, location);
        now.then(|| self.among(|tells| tells, location, perform)).flatten()
    }

    /// Performs an operation on those arms that tell the time, or do not.
    fn among(
        &self,
        which: impl Fn(bool) -> bool,
        location: &'static Location<'static>,
        perform: impl FnOnce(&[Arm<'a>]) -> Done,
    ) -> Option<Won<'a>> {
        let is_one = |&arm: &usize| which(telling(&self.arms[arm..=arm]).is_some());
        let those: Vec<usize> = (0..self.arms.len()).filter(is_one).collect();
        if those.is_empty() {
            return None;
        }
        let done = perform(&those.iter().map(|&arm| self.arms[arm]).collect::<Vec<_>>());
        self.won(Done { arm: done.arm.map(|arm| those[arm]), ..done }, location)
    }

    fn won(&self, done: Done, location: &'static Location<'static>) -> Option<Won<'a>> {
        let at = world::with(|world| world.done());
        Some(Won { of: self.owners[done.arm?], done, location, at, arms: PhantomData })
    }
}

impl Won<'_> {
    pub(in crate::sync) fn place(&self) -> usize {
        self.of.place
    }

    /// The place of an arm that only looks, which leaves nothing to complete.
    fn seen(self) -> usize {
        let Owner { place, .. } = self.of;
        mem::forget(self);
        place
    }

    /// Completes a receive that won; `None` where a deadline did, which it never does here. Its message was taken when it
    /// won; a sender that has waited to hand one over goes on once that has been taken over.
    pub(in crate::sync) fn receive<T>(self, receiver: &Receiver<T>) -> Option<Result<T, crossbeam_channel::RecvError>> {
        assert!(self.of.end == address(receiver), "passed a receiver that wasn't selected");
        if let Some(Effect::Rendezvous(rendezvous::Effect::Take { later: false, .. })) = self.done.effect {
            self.is_the_last_done(
                "a receive of a select keeps its sender waiting until it is completed, and others could go on before it \
                 is; complete it right after the select",
            );
        }
        let received = receiver.fetch(self.done, self.location).ok_or(crossbeam_channel::RecvError);
        mem::forget(self);
        Some(received)
    }

    /// Completes a send that won. Its message has to be there before any other task goes on.
    pub(in crate::sync) fn send<T>(
        self,
        sender: &Sender<T>,
        message: T,
    ) -> Result<(), crossbeam_channel::SendError<T>> {
        assert!(self.of.end == address(sender), "passed a sender that wasn't selected");
        self.is_the_last_done(MADE_LATE);
        #[cfg(shuttle)]
        world::with(World::hand);
        let sent = sender.put(self.done, message);
        mem::forget(self);
        sent
    }

    /// Nobody has done anything since it won; otherwise that is `why` engines do not know this.
    fn is_the_last_done(&self, why: &str) {
        if world::with(|world| world.done()) != self.at {
            is_unknown(why, self.location);
        }
    }
}

impl Drop for Won<'_> {
    fn drop(&mut self) {
        // All threads of a check are one to std. What is dropped with an execution that is given up is unwound as well,
        // and has not panicked.
        let one_panics = world::with(|world| world.unfinished().any(|task| world.task(task).panicking));
        if one_panics || !std::thread::panicking() {
            panic!("dropped `SelectedOperation` without completing the operation");
        }
    }
}
