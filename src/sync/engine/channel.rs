//! Channels under an engine. A send and a receive are one operation each where they do not block:
//! lock, push, notify and unlock in one, which is what lets an exhaustive engine finish.
//!
//! A rendezvous has two operations where its partner is not there yet: it leaves its ticket, and
//! then waits until a partner has settled it. crossbeam-channel's `zero` flavor does the same.

use std::collections::VecDeque;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use crossbeam_channel::{RecvError, SendError, TryRecvError, TrySendError};

use super::backend::Point;
use super::effect::Effect;
use super::op::{Kind, ObjectId, Op, TaskId};
use super::select::{self, Item};
use super::world::{self, State, World};

/// How full a channel is, who is at its ends, and who waits for a partner.
#[derive(Debug)]
pub(crate) struct ChannelState {
    /// Messages it can hold; `None` for no bound, 0 for a rendezvous.
    pub(crate) capacity: Option<usize>,
    len: usize,
    /// How many messages have ever gone into the queue, and how many have been taken from it.
    sent: u32,
    taken: u32,
    senders: usize,
    receivers: usize,
    /// Rendezvous senders that wait for a receiver, first come first served.
    offers: VecDeque<u32>,
    /// Rendezvous receivers that wait for a sender.
    takers: VecDeque<u32>,
    /// A receiver has waited here and on another rendezvous at once.
    shared: bool,
    /// Tickets whose partner has come.
    settled: Vec<u32>,
}

impl ChannelState {
    fn new(capacity: Option<usize>) -> Self {
        ChannelState {
            capacity,
            len: 0,
            sent: 0,
            taken: 0,
            senders: 1,
            receivers: 1,
            offers: VecDeque::new(),
            takers: VecDeque::new(),
            shared: false,
            settled: Vec::new(),
        }
    }

    pub(crate) fn is_rendezvous(&self) -> bool {
        self.capacity == Some(0)
    }

    fn is_full(&self) -> bool {
        self.capacity.is_some_and(|capacity| self.len >= capacity)
    }

    /// Whether a receive would end at once, with a message or because no sender is left.
    pub(crate) fn readable(&self) -> bool {
        self.len > 0 || !self.offers.is_empty() || self.senders == 0
    }

    /// What a receive sees of the channel that takes from another, or from none.
    pub(super) fn sight(&self) -> Effect {
        match (self.len > 0, self.offers.is_empty()) {
            (true, _) => Effect::Peek(self.taken),
            (false, false) => Effect::Offered,
            (false, true) if self.senders == 0 => Effect::Closed,
            (false, true) if self.is_rendezvous() => Effect::Miss,
            (false, true) => Effect::Empty,
        }
    }

    /// Whether the partner of `ticket` has come.
    pub(crate) fn settled(&self, ticket: u32) -> bool {
        self.settled.contains(&ticket)
    }

    pub(crate) fn enabled(&self, kind: Kind) -> bool {
        match kind {
            Kind::Send => self.is_rendezvous() || !self.is_full() || self.receivers == 0,
            Kind::AwaitTaker(ticket) => self.settled(ticket) || self.receivers == 0,
            Kind::Recv => self.is_rendezvous() || self.readable(),
            _ => true,
        }
    }

    /// Leaves a receiver's ticket for the next sender; `elsewhere` too, if it is for the first of several.
    pub(super) fn arrive(&mut self, ticket: u32, elsewhere: bool) {
        self.takers.push_back(ticket);
        self.shared |= elsewhere;
    }

    /// Takes a receiver's ticket back; whether a sender had settled it.
    pub(super) fn depart(&mut self, ticket: u32) -> bool {
        self.takers.retain(|&taker| taker != ticket);
        let before = self.settled.len();
        self.settled.retain(|&settled| settled != ticket);
        self.settled.len() < before
    }
}

impl World {
    /// Takes what a receive would get; only where the channel is [readable](ChannelState::readable).
    pub(super) fn take_from(&mut self, id: ObjectId) -> Item {
        let channel = self.channel_mut(id);
        if channel.len > 0 {
            channel.len -= 1;
            channel.taken += 1;
            let taken = channel.taken - 1;
            self.touch(id, Effect::Pop(taken));
            Item::Queued
        } else if let Some(offer) = channel.offers.pop_front() {
            channel.settled.push(offer);
            let sender = self.holder_of(offer);
            self.touch(id, Effect::Take(sender));
            Item::Aside(offer)
        } else {
            self.touch(id, Effect::Closed);
            Item::Disconnected
        }
    }
}

/// What became of a send.
enum Sent {
    /// The message goes to the end of the queue.
    Queue,
    /// The message is put aside for the receiver with this ticket.
    Hand(u32),
    /// The message is put aside with the sender's own ticket, to be picked up.
    Offer(u32),
    Full,
    Disconnected,
}

fn send(world: &mut World, id: ObjectId, may_wait: bool) -> Sent {
    let channel = world.channel_mut(id);
    if channel.receivers == 0 {
        world.touch(id, Effect::Unreceived);
        return Sent::Disconnected;
    }
    if !channel.is_rendezvous() {
        if channel.is_full() {
            world.touch(id, Effect::Full);
            return Sent::Full;
        }
        channel.len += 1;
        channel.sent += 1;
        let number = channel.sent - 1;
        // Room that was there from the start was made by nobody.
        let room = channel.capacity.and_then(|capacity| number.checked_sub(capacity as u32));
        world.touch(id, Effect::Push(number, room));
        return Sent::Queue;
    }
    if let Some(taker) = channel.takers.pop_front() {
        channel.settled.push(taker);
        let receiver = world.holder_of(taker);
        world.touch(id, Effect::Hand(receiver));
        world.withdraw(taker);
        return Sent::Hand(taker);
    }
    world.touch(id, if may_wait { Effect::Offer } else { Effect::Miss });
    if !may_wait {
        return Sent::Full;
    }
    let ticket = world.ticket();
    world.channel_mut(id).offers.push_back(ticket);
    Sent::Offer(ticket)
}

impl World {
    /// Takes a ticket that was settled on one arm of a select away from the others.
    fn withdraw(&mut self, taker: u32) {
        for index in 0..self.objects.len() {
            let id = ObjectId(index as u32);
            let State::Channel(other) = &mut self.objects[index].state else { continue };
            let waiting = other.takers.len();
            other.takers.retain(|&other| other != taker);
            if other.takers.len() < waiting {
                self.touch(id, Effect::Wait);
            }
        }
    }

    /// Whether what `op` comes to may depend on a send to another channel, which a select waits for too.
    #[cfg_attr(shuttle, expect(dead_code, reason = "there the effects tell"))]
    pub(super) fn may_be_late(&self, op: Op) -> bool {
        matches!(op.kind, Kind::Send | Kind::TrySend) && self.channel(op.object).shared
    }
}

/// The messages themselves.
#[derive(Debug)]
struct Messages<T> {
    queue: VecDeque<T>,
    /// On their way from a sender to a receiver that have met, or are about to, by ticket.
    aside: Vec<(u32, T)>,
}

impl<T> Messages<T> {
    fn fetch(&mut self, ticket: u32) -> T {
        let at = self.aside.iter().position(|(aside, _)| *aside == ticket);
        self.aside.swap_remove(at.expect("a settled ticket has its message put aside")).1
    }
}

#[derive(Debug)]
struct Channel<T> {
    id: ObjectId,
    point: Point,
    capacity: Option<usize>,
    messages: parking_lot::Mutex<Messages<T>>,
}

impl<T> Channel<T> {
    fn step<R>(
        &self,
        kind: Kind,
        location: &'static Location<'static>,
        effect: impl FnOnce(&mut World, TaskId) -> (R, u64),
    ) -> R {
        let op = Op { kind, object: self.id, location };
        super::step(&[&self.point], op, |world, task| {
            let (result, value) = effect(world, task);
            (result, Some(value))
        })
    }

    /// A send, or an attempt at one; whether it succeeds is the value that is recorded.
    fn send(&self, may_wait: bool, location: &'static Location<'static>) -> Sent {
        self.step(if may_wait { Kind::Send } else { Kind::TrySend }, location, |world, _| {
            let sent = send(world, self.id, may_wait);
            let refused = matches!(sent, Sent::Full | Sent::Disconnected);
            (sent, u64::from(!refused))
        })
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
    let id = world::with(|world| world.add_object(State::Channel(ChannelState::new(capacity)), made));
    let messages = parking_lot::Mutex::new(Messages { queue: VecDeque::new(), aside: Vec::new() });
    let channel = Arc::new(Channel { id, point: Point::new(), capacity, messages });
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
        let location = Location::caller();
        let channel = &*self.channel;
        match channel.send(true, location) {
            Sent::Queue => channel.messages.lock().queue.push_back(message),
            Sent::Hand(taker) => channel.messages.lock().aside.push((taker, message)),
            Sent::Offer(ticket) => {
                channel.messages.lock().aside.push((ticket, message));
                let met = channel.step(Kind::AwaitTaker(ticket), location, |world, _| {
                    let state = world.channel_mut(channel.id);
                    state.offers.retain(|&offer| offer != ticket);
                    let met = state.depart(ticket);
                    world.touch(channel.id, if met { Effect::Met } else { Effect::Unreceived });
                    (met, u64::from(met))
                });
                if !met {
                    return Err(SendError(channel.messages.lock().fetch(ticket)));
                }
            }
            Sent::Disconnected => return Err(SendError(message)),
            Sent::Full => unreachable!("a send is enabled only where there is room"),
        }
        Ok(())
    }

    /// Sends if that is possible at once.
    ///
    /// # Errors
    ///
    /// Gives the message back if there is no room, no receiver that waits, or no receiver left.
    #[track_caller]
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        let channel = &*self.channel;
        match channel.send(false, Location::caller()) {
            Sent::Queue => channel.messages.lock().queue.push_back(message),
            Sent::Hand(taker) => channel.messages.lock().aside.push((taker, message)),
            Sent::Full => return Err(TrySendError::Full(message)),
            Sent::Disconnected => return Err(TrySendError::Disconnected(message)),
            Sent::Offer(_) => unreachable!("an attempt does not wait"),
        }
        Ok(())
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
        let (_, item) = select::receive(&[self.arm()], Kind::Recv, location);
        self.complete(item)
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
        let (_, item) = select::try_receive(&[self.arm()], Kind::TryRecv, location).ok_or(TryRecvError::Empty)?;
        self.complete(item).map_err(|RecvError| TryRecvError::Disconnected)
    }

    /// Receives until the channel is empty and closed.
    #[track_caller]
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        let location = Location::caller();
        std::iter::from_fn(move || self.recv_at(location).ok())
    }

    /// Receives what is there now.
    #[track_caller]
    pub fn try_iter(&self) -> impl Iterator<Item = T> + '_ {
        let location = Location::caller();
        std::iter::from_fn(move || self.try_recv_at(location).ok())
    }

    pub(super) fn arm(&self) -> (ObjectId, &Point) {
        (self.channel.id, &self.channel.point)
    }

    /// Fetches the message of a receive that has taken effect.
    pub(super) fn complete(&self, item: Item) -> Result<T, RecvError> {
        let mut messages = self.channel.messages.lock();
        match item {
            Item::Queued => Ok(messages.queue.pop_front().expect("as many messages as the state counts")),
            Item::Aside(ticket) => Ok(messages.fetch(ticket)),
            Item::Disconnected => Err(RecvError),
        }
    }
}

/// What both ends have, and the count that each keeps.
macro_rules! end {
    ($end:ident, $count:ident, $kind:ident, $effect:expr, $when_last:expr) => {
        impl<T> $end<T> {
            /// How many messages wait in the channel.
            #[track_caller]
            pub fn len(&self) -> usize {
                let id = self.channel.id;
                self.channel.step(Kind::Load, Location::caller(), |world, _| {
                    world.touch(id, Effect::Counted);
                    let len = world.channel(id).len;
                    (len, len as u64)
                })
            }

            /// Whether no message waits in the channel.
            #[track_caller]
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// How many messages the channel can hold; `None` for no bound.
            pub fn capacity(&self) -> Option<usize> {
                self.channel.capacity
            }
        }

        impl<T> Clone for $end<T> {
            fn clone(&self) -> Self {
                // Not an operation: nobody can tell how many there are while there is one.
                world::with(|world| world.channel_mut(self.channel.id).$count += 1);
                $end { channel: Arc::clone(&self.channel), made: self.made }
            }
        }

        impl<T> Drop for $end<T> {
            fn drop(&mut self) {
                let channel = &*self.channel;
                let last = channel.step(Kind::$kind, self.made, |world, _| {
                    let state = world.channel_mut(channel.id);
                    state.$count -= 1;
                    let left = state.$count as u32;
                    let effect: fn(left: u32, unread: bool) -> Effect = $effect;
                    let unread = state.len > 0 && std::mem::needs_drop::<T>();
                    world.touch(channel.id, effect(left, unread));
                    (left == 0, u64::from(left))
                });
                if last {
                    let when_last: fn(&Channel<T>) = $when_last;
                    when_last(channel);
                }
            }
        }

        impl<T> fmt::Debug for $end<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(concat!(stringify!($end), " { .. }"))
            }
        }
    };
}

end!(Sender, senders, DropSender, |left, _| Effect::SenderGone { last: left == 0 }, |_| ());
end!(Receiver, receivers, DropReceiver, |left, unread| Effect::ReceiverGone { left, unread }, |channel| {
    let unread = std::mem::take(&mut channel.messages.lock().queue);
    world::with(|world| world.channel_mut(channel.id).len = 0);
    // Only now: a message may itself be an end of a channel, and its drop an operation.
    drop(unread);
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::verify;

    #[test]
    fn a_select_sees_why_there_is_nothing() {
        let [mut queue, mut meeting] = [Some(1), Some(0)].map(ChannelState::new);
        assert_eq!([queue.sight(), meeting.sight()], [Effect::Empty, Effect::Miss]);
        (queue.len, queue.taken) = (1, 4);
        meeting.offers.push_back(0);
        assert_eq!([queue.sight(), meeting.sight()], [Effect::Peek(4), Effect::Offered]);
        (queue.len, queue.senders) = (0, 0);
        assert_eq!(queue.sight(), Effect::Closed);
    }

    #[test]
    fn a_receive_goes_ahead_where_there_is_something_or_somebody_may_come() {
        let [mut queue, meeting] = [Some(1), Some(0)].map(ChannelState::new);
        assert!(!queue.enabled(Kind::Recv) && meeting.enabled(Kind::Recv));
        queue.senders = 0;
        assert!(queue.enabled(Kind::Recv));
    }

    /// Of the tickets of several receivers one is taken back, and the others stay.
    #[test]
    fn who_departs_takes_its_own_ticket() {
        let mut meeting = ChannelState::new(Some(0));
        [4, 5, 6].into_iter().for_each(|ticket| meeting.arrive(ticket, false));
        meeting.settled.extend([7, 8]);
        assert!(!meeting.depart(5) && meeting.depart(8));
        assert_eq!((meeting.takers.as_slices().0, meeting.settled.as_slice()), (&[4, 6][..], &[7][..]));
    }

    /// Who was handed a message leaves the other channels on which it waits, and this is an effect there alone.
    #[test]
    fn who_is_served_leaves_the_others() {
        verify(|| {
            let ((left, lefts), (_right, rights), _other) = (bounded(0), bounded::<()>(0), bounded::<()>(0));
            let [here, there] = [lefts.arm().0, rights.arm().0];
            let (names, me) = world::with(|world| {
                let ticket = world.ticket();
                [here, there].into_iter().for_each(|id| world.channel_mut(id).arrive(ticket, true));
                ([here, there].map(|id| world.objects[id.index()].name), world.me().name)
            });
            assert!(left.try_send(()).is_ok());
            world::with(|world| {
                assert_eq!(world.done.effects, [(names[0], Effect::Hand(me)), (names[1], Effect::Wait)]);
                assert!(world.channel(there).takers.is_empty());
            });
        });
    }
}
