//! Waiting for several channels at once, as one operation.
//!
//! Where several arms are ready, which one is taken is a choice of the engine, like a schedule.

use std::marker::PhantomData;
use std::panic::Location;

use super::backend::{self, Point};
use super::channel::Receiver;
use super::effect::Effect;
use super::op::{Kind, ObjectId, Op};
use super::world::{self, World};
use crate::sync::time::Instant;

/// Where the message of a receive is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Item {
    /// At the head of the queue.
    Queued,
    /// Put aside under this ticket.
    Aside(u32),
    /// There is none and there will be none.
    Disconnected,
}

type Arm<'a> = (ObjectId, &'a Point);

/// Takes from the first arm that can give, waiting for one; which arm it was.
///
/// With a rendezvous among the arms the wait is a step of its own, so that an attempt to send meets it.
pub(super) fn receive(arms: &[Arm<'_>], kind: Kind, location: &'static Location<'static>) -> (usize, Item) {
    enum Outcome {
        Took(usize, Item),
        Waits(u32),
    }
    let selects = kind == Kind::Select;
    let first = perform(arms, kind, selects, location, || match take(arms) {
        Some((arm, item)) => (Outcome::Took(arm, item), Some((arm, item))),
        // Only a rendezvous brings a receive this far with nothing to take.
        None => (Outcome::Waits(world::with(|world| arrive(world, arms))), None),
    });
    match first {
        Outcome::Took(arm, item) => (arm, item),
        Outcome::Waits(ticket) => perform(arms, Kind::AwaitGiver(ticket), selects, location, || {
            let handed = world::with(|world| depart(world, arms, ticket));
            let taken = handed.or_else(|| take(arms));
            let taken = taken.expect("a receive is enabled only where there is something to take");
            (taken, Some(taken))
        }),
    }
}

/// Leaves one new ticket on every arm that is a rendezvous.
fn arrive(world: &mut World, arms: &[Arm<'_>]) -> u32 {
    let ticket = world.ticket();
    let meetings = arms.iter().filter(|&&(id, _)| world.channel(id).is_rendezvous()).count();
    for &(id, _) in arms {
        let channel = world.channel_mut(id);
        if channel.is_rendezvous() {
            channel.arrive(ticket, meetings > 1);
            world.touch(id, Effect::Wait);
        } else {
            see(world, id);
        }
    }
    ticket
}

/// Takes the ticket back from every arm; the arm on which a sender had settled it, and had taken it from the others.
fn depart(world: &mut World, arms: &[Arm<'_>], ticket: u32) -> Option<(usize, Item)> {
    if let Some(arm) = arms.iter().position(|&(id, _)| world.channel(id).settled(ticket)) {
        let (id, _) = arms[arm];
        world.channel_mut(id).depart(ticket);
        world.touch(id, Effect::Met);
        return Some((arm, Item::Aside(ticket)));
    }
    for &(id, _) in arms {
        if world.channel(id).is_rendezvous() {
            world.channel_mut(id).depart(ticket);
            world.touch(id, Effect::Wait);
        }
    }
    None
}

/// Takes from an arm that can give now.
pub(super) fn try_receive(arms: &[Arm<'_>], kind: Kind, location: &'static Location<'static>) -> Option<(usize, Item)> {
    perform(arms, kind, kind == Kind::TrySelect, location, || {
        let taken = take(arms);
        if taken.is_none() {
            world::with(|world| arms.iter().for_each(|&(id, _)| see(world, id)));
        }
        (taken, taken)
    })
}

/// An arm from which nothing is taken was looked at.
fn see(world: &mut World, id: ObjectId) {
    let effect = world.channel(id).sight();
    world.touch(id, effect);
}

/// One operation on all arms. The value recorded is, if it `selects`, the channel that it took from, and
/// otherwise whether there was a message.
fn perform<R>(
    arms: &[Arm<'_>],
    kind: Kind,
    selects: bool,
    location: &'static Location<'static>,
    effect: impl FnOnce() -> (R, Option<(usize, Item)>),
) -> R {
    let mut ordered = arms.to_vec();
    ordered.sort_by_key(|&(id, _)| id);
    ordered.dedup_by_key(|&mut (id, _)| id);
    let &(object, _) = ordered.first().expect("a select needs an arm to wait for");
    let points: Vec<&Point> = ordered.iter().map(|&(_, point)| point).collect();
    world::with(|world| world.me().arms = ordered.iter().map(|&(id, _)| id).collect());
    backend::perform(&points, Op { kind, object, location }, |_| {
        let (result, taken) = effect();
        let value = match taken {
            Some((arm, _)) if selects => Some(arms[arm].0.index() as u64),
            _ if selects => None,
            _ => Some(u64::from(taken.is_some_and(|(_, item)| !matches!(item, Item::Disconnected)))),
        };
        (result, value)
    })
}

/// Takes from one of the arms that can give, if any can.
fn take(arms: &[Arm<'_>]) -> Option<(usize, Item)> {
    let ready: Vec<usize> =
        world::with(|world| (0..arms.len()).filter(|&arm| world.channel(arms[arm].0).readable()).collect());
    let arm = match ready.as_slice() {
        [] => return None,
        [one] => *one,
        several => several[backend::choose(several.len())],
    };
    world::with(|world| {
        (0..arms.len()).filter(|&other| other != arm).for_each(|other| see(world, arms[other].0));
        Some((arm, world.take_from(arms[arm].0)))
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
    item: Item,
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
        let (arm, item) = receive(&self.arms, Kind::Select, Location::caller());
        Won { source: self.sources[arm], item, arms: PhantomData }
    }

    #[track_caller]
    pub(in crate::sync) fn try_wait(self) -> Option<Won<'a>> {
        let (arm, item) = try_receive(&self.arms, Kind::TrySelect, Location::caller())?;
        Some(Won { source: self.sources[arm], item, arms: PhantomData })
    }
}

impl Won<'_> {
    pub(in crate::sync) fn source(&self) -> usize {
        self.source
    }

    /// Completes a receive that won; `None` where a deadline did, which it never does here.
    pub(in crate::sync) fn receive<T>(self, receiver: &Receiver<T>) -> Option<Result<T, crossbeam_channel::RecvError>> {
        Some(receiver.complete(self.item))
    }
}
