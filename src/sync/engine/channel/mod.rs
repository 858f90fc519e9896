//! Channels under an engine. A send and a receive are one operation each where they do not block:
//! lock, push, notify and unlock in one, which is what lets an exhaustive engine finish.
//!
//! The machines say which tasks meet, and which task gets which message: [`queue`] for a channel that holds messages,
//! [`rendezvous`] for one that does not.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use crossbeam_channel::{RecvError, SendError, TryRecvError, TrySendError};

use crate::sync::engine;
use crate::sync::engine::backend::{self, Point};
use crate::sync::engine::choice;
use crate::sync::engine::destructor::Destructor;
use crate::sync::engine::identity::Identity;
use crate::sync::engine::machine::request::Why;
use crate::sync::engine::machine::{Act, Effect, State, queue, rendezvous};
use crate::sync::engine::op::{Name, ObjectId, Op};
use crate::sync::engine::world::{self, Done, Stop};
use crate::sync::place::Place;

mod iter;
mod timed;

pub use iter::{IntoIter, Iter, TryIter};
pub use timed::{after, at, never, tick};

pub(super) const MADE_LATE: &str = "the message of a select's send is made by an operation of its own, and others could go on before \
                         it is there; make it before the select";

/// Ends the execution with what engines do not know, and what to do instead.
pub(super) fn is_unknown(why: &str, location: &'static Location<'static>) -> ! {
    world::stop(Stop::Unsupported(format!("{}: {why}", Place::of(location))))
}

/// The messages themselves.
#[derive(Debug)]
struct Messages<T> {
    /// By their numbers: a select takes its message when its arm is chosen, and fetches it later.
    queue: BTreeMap<u32, T>,
    /// On their way from a sender to a receiver that have met, or are about to; by the one of them that waits.
    aside: Vec<(Name, T)>,
}

impl<T> Messages<T> {
    /// The message that was put aside by, or for, who waited, if that has happened.
    fn fetch(&mut self, waiter: Name) -> Option<T> {
        let at = self.aside.iter().position(|&(aside, _)| aside == waiter)?;
        Some(self.aside.swap_remove(at).1)
    }
}

#[derive(Debug)]
struct Channel<T> {
    id: Identity,
    point: Point,
    capacity: Option<usize>,
    messages: parking_lot::Mutex<Messages<T>>,
    /// The message that comes by itself, when it is time.
    time: Option<fn() -> T>,
}

impl<T> Channel<T> {
    fn new(state: State, capacity: Option<usize>, time: Option<fn() -> T>, made: &'static Location<'static>) -> Self {
        let id = Identity::new(state, made);
        let messages = parking_lot::Mutex::new(Messages { queue: BTreeMap::new(), aside: Vec::new() });
        Channel { id, point: Point::new(), capacity, messages, time }
    }

    /// Whether it tells the time, which is not over yet.
    fn is_early(&self, location: &'static Location<'static>) -> bool {
        self.time.is_some() && choice::happens(Why::NotYet, *self.id, location)
    }

    /// The act of one that holds messages, or of one that does not.
    fn act(&self, queue: queue::Act, meeting: rendezvous::Act) -> Act {
        if self.capacity == Some(0) { meeting.into() } else { queue.into() }
    }

    fn step(&self, act: Act, location: &'static Location<'static>) -> Done {
        engine::step(&[&self.point], Op::one(*self.id, act, location))
    }

    /// Puts the message of a send that has taken effect in its place; gives it back if it has none.
    fn put(&self, done: Done, message: T) -> Result<(), T> {
        let waiter = match done.effect {
            Some(Effect::Queue(queue::Effect::Push(number, _))) => {
                self.messages.lock().queue.insert(number, message);
                return Ok(());
            }
            Some(Effect::Rendezvous(rendezvous::Effect::Hand { to, .. } | rendezvous::Effect::Give { to, .. })) => to,
            Some(Effect::Rendezvous(rendezvous::Effect::Offer)) => done.me,
            _ => return Err(message),
        };
        self.messages.lock().aside.push((waiter, message));
        Ok(())
    }
}

/// The sending end of a channel; closes it when the last one is dropped.
pub struct Sender<T> {
    channel: Arc<Channel<T>>,
    made: &'static Location<'static>,
}

/// The receiving end of a channel; what is still in it is dropped with the last one.
pub struct Receiver<T> {
    channel: Arc<Channel<T>>,
    made: &'static Location<'static>,
}

/// A channel without a bound.
#[track_caller]
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    channel(None, Location::caller())
}

/// A channel that holds `capacity` messages; with 0 a rendezvous, where a send waits for its receive.
#[track_caller]
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    channel(Some(capacity), Location::caller())
}

fn channel<T>(capacity: Option<usize>, made: &'static Location<'static>) -> (Sender<T>, Receiver<T>) {
    let state = match capacity {
        Some(0) => rendezvous::Rendezvous::new().into(),
        _ => queue::Queue::new(capacity.map(|capacity| capacity as u32)).into(),
    };
    let channel = Arc::new(Channel::new(state, capacity, None, made));
    (Sender { channel: Arc::clone(&channel), made }, Receiver { channel, made })
}

impl<T> Sender<T> {
    /// Sends, waiting for room or, on a rendezvous, for a receiver.
    ///
    /// # Errors
    ///
    /// Gives the message back if no receiver is left.
    #[track_caller]
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        self.send_at(message, Location::caller())
    }

    fn send_at(&self, message: T, location: &'static Location<'static>) -> Result<(), SendError<T>> {
        let channel = &*self.channel;
        let done = channel.step(channel.act(queue::Act::Send, rendezvous::Act::Send), location);
        channel.put(done, message).map_err(SendError)?;
        if done.effect == Some(rendezvous::Effect::Offer.into()) {
            let met = channel.step(rendezvous::Act::AwaitTaker.into(), location);
            if met.value == Some(0) {
                let own = channel.messages.lock().fetch(met.me);
                return Err(SendError(own.expect("who offers a message has put it aside")));
            }
        }
        Ok(())
    }

    /// Sends, if that is possible at once.
    ///
    /// # Errors
    ///
    /// Gives the message back if there is no room, no receiver that waits, or no receiver left.
    #[track_caller]
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        self.try_send_at(message, Location::caller())
    }

    fn try_send_at(&self, message: T, location: &'static Location<'static>) -> Result<(), TrySendError<T>> {
        let channel = &*self.channel;
        let done = channel.step(channel.act(queue::Act::TrySend, rendezvous::Act::TrySend), location);
        channel.put(done, message).map_err(|message| match done.effect {
            Some(Effect::Queue(queue::Effect::Unreceived) | Effect::Rendezvous(rendezvous::Effect::Unreceived)) => {
                TrySendError::Disconnected(message)
            }
            _ => TrySendError::Full(message),
        })
    }

    /// What a select waits for here.
    pub(in crate::sync::engine) fn send_arm(&self) -> (ObjectId, Act, &Point) {
        let channel = &*self.channel;
        (*channel.id, channel.act(queue::Act::Send, rendezvous::Act::TrySend), &channel.point)
    }

    /// Puts the message of a send that has taken effect in its place; gives it back if no receiver is left.
    pub(in crate::sync::engine) fn put(&self, done: Done, message: T) -> Result<(), SendError<T>> {
        self.channel.put(done, message).map_err(SendError)
    }
}

impl<T> Receiver<T> {
    /// Receives, waiting for a message.
    ///
    /// # Errors
    ///
    /// If the channel is empty and no sender is left.
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        self.recv_at(Location::caller())
    }

    fn recv_at(&self, location: &'static Location<'static>) -> Result<T, RecvError> {
        let channel = &*self.channel;
        if channel.time.is_some() {
            // A loop of such waits waits for a change.
            backend::yield_now(location);
        }
        let done = channel.step(channel.act(queue::Act::Recv, rendezvous::Act::Recv), location);
        self.fetch(done, location).ok_or(RecvError)
    }

    /// Receives if there is a message.
    ///
    /// # Errors
    ///
    /// If there is none, or there will never be one.
    #[track_caller]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.try_recv_at(Location::caller())
    }

    fn try_recv_at(&self, location: &'static Location<'static>) -> Result<T, TryRecvError> {
        let channel = &*self.channel;
        if channel.is_early(location) {
            return Err(TryRecvError::Empty);
        }
        let done = channel.step(channel.act(queue::Act::TryRecv, rendezvous::Act::TryRecv), location);
        self.fetch(done, location).ok_or(match done.effect {
            Some(Effect::Queue(queue::Effect::Closed) | Effect::Rendezvous(rendezvous::Effect::Closed)) => {
                TryRecvError::Disconnected
            }
            _ => TryRecvError::Empty,
        })
    }

    /// What a select waits for here.
    pub(in crate::sync::engine) fn recv_arm(&self) -> (ObjectId, Act, &Point) {
        let channel = &*self.channel;
        (*channel.id, channel.act(queue::Act::Recv, rendezvous::Act::TryRecv), &channel.point)
    }

    /// The message of a receive that has taken effect, if it got one; waits for a partner that has yet to come, or to
    /// make its message.
    pub(in crate::sync::engine) fn fetch(&self, done: Done, location: &'static Location<'static>) -> Option<T> {
        let waits = matches!(
            done.effect,
            Some(Effect::Rendezvous(rendezvous::Effect::Arrive(_) | rendezvous::Effect::Take { later: true, .. }))
        );
        let done = if waits { self.channel.step(rendezvous::Act::AwaitGiver.into(), location) } else { done };
        let mut messages = self.channel.messages.lock();
        let message = match done.effect {
            Some(Effect::Queue(queue::Effect::Pop(_) | queue::Effect::Tick)) if self.channel.time.is_some() => {
                return self.channel.time.map(|now| now());
            }
            Some(Effect::Queue(queue::Effect::Pop(number))) => messages.queue.remove(&number),
            Some(Effect::Rendezvous(rendezvous::Effect::Take { from, .. })) => messages.fetch(from),
            Some(Effect::Rendezvous(rendezvous::Effect::Met(me))) => messages.fetch(me),
            _ => return None,
        };
        Some(message.unwrap_or_else(|| is_unknown(MADE_LATE, location)))
    }
}

/// What both ends have.
macro_rules! end {
    ($end:ident, $clone:ident) => {
        impl<T> $end<T> {
            /// How many messages wait in the channel.
            #[track_caller]
            pub fn len(&self) -> usize {
                let (channel, location) = (&*self.channel, Location::caller());
                if channel.is_early(location) {
                    return 0;
                }
                let done = channel.step(channel.act(queue::Act::Len, rendezvous::Act::Len), location);
                done.value.expect("a channel counts its messages") as usize
            }

            /// Whether no message waits in the channel.
            #[track_caller]
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Whether there is no room; a rendezvous has none.
            #[track_caller]
            pub fn is_full(&self) -> bool {
                match self.channel.capacity {
                    None => false,
                    Some(0) => true,
                    Some(capacity) => self.len() == capacity,
                }
            }

            /// Whether both are ends of one channel.
            pub fn same_channel(&self, other: &$end<T>) -> bool {
                Arc::ptr_eq(&self.channel, &other.channel)
            }

            /// How many messages the channel can hold; `None` for no bound.
            pub fn capacity(&self) -> Option<usize> {
                self.channel.capacity
            }
        }

        impl<T> Clone for $end<T> {
            fn clone(&self) -> Self {
                // A clone is not an operation: no thread can tell how many ends there are while there is one.
                let act = self.channel.act(queue::Act::$clone, rendezvous::Act::$clone);
                world::with(|world| world.also(*self.channel.id, act));
                $end { channel: Arc::clone(&self.channel), made: self.made }
            }
        }

        // Nothing of it is left half done where an operation unwinds; so it is with crossbeam's.
        impl<T> UnwindSafe for $end<T> {}
        impl<T> RefUnwindSafe for $end<T> {}

        impl<T> fmt::Debug for $end<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(concat!(stringify!($end), " { .. }"))
            }
        }
    };
}

end!(Sender, CloneSender);
end!(Receiver, CloneReceiver);

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.channel.step(self.channel.act(queue::Act::DropSender, rendezvous::Act::DropSender), self.made);
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let channel = &*self.channel;
        let name = world::with(|world| world.object(*channel.id).name);
        let watched = world::with(|world| world.does_matter(name));
        let gone = queue::Act::DropReceiver { watched };
        let done = channel.step(channel.act(gone, rendezvous::Act::DropReceiver), self.made);
        if done.value == Some(0) {
            let unread = std::mem::take(&mut channel.messages.lock().queue);
            // A message may itself be an end of a channel, and its drop an operation.
            let _destructor = Destructor::of(name);
            drop(unread);
        }
    }
}
