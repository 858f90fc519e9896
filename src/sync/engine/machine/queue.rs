//! A channel with a queue, with or without a bound: a send and a receive are one act each.
//!
//! Its ends are counted, but only that a side is *gone* can be noticed: a clone is made from an end that is there.
//!
//! `after`, `at` and `tick` make such a channel without a sender: its time may be over at any look.

use serde::{Deserialize, Serialize};

use super::{Arm, Ends, Machine, Passes, Slot, Words};
use crate::check::story::Role;
use crate::sync::engine::ids::Name;

/// How full it is, and how many ends it has.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Queue {
    /// Messages that it can hold; `None` for no bound.
    capacity: Option<u32>,
    /// How many messages have ever gone in, and come out.
    sent: u32,
    taken: u32,
    senders: u32,
    receivers: u32,
    /// It tells the time.
    tells: Option<Tells>,
}

/// How often it tells the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Tells {
    Once,
    Again,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Act {
    Send,
    TrySend,
    Recv,
    TryRecv,
    Len,
    /// By a select that takes another arm, or none.
    Look {
        sends: bool,
    },
    /// A select waits until it could go ahead here, and does not go ahead.
    Ready {
        sends: bool,
    },
    CloneSender,
    CloneReceiver,
    DropSender,
    /// `watched` says that the drop of unread messages does something that others notice.
    DropReceiver {
        watched: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Effect {
    /// The k-th message went in, counted from 0; into the room that the pop of the second message made, if the room was
    /// not there from the start.
    Push(u32, Option<u32>),
    /// The k-th message was taken.
    Pop(u32),
    /// It was time again.
    Tick,
    /// An attempt to send found it full.
    Full,
    /// An attempt to receive found it empty.
    Empty,
    /// It was empty, and no sender is left.
    Closed,
    /// A send found no receiver left.
    Unreceived,
    /// The k-th message was seen to wait.
    Peek(u32),
    /// There was seen to be room for the next message, made by the pop of this one.
    Vacant(Option<u32>),
    Counted,
    /// One side has one end more.
    Cloned,
    SenderGone,
    ReceiverGone {
        /// It was the last receiver, and drops the messages from this number on, which others notice.
        drops: Option<u32>,
    },
}

impl Queue {
    /// An empty one, with an end on each side.
    pub(crate) fn new(capacity: Option<u32>) -> Self {
        Queue { capacity, sent: 0, taken: 0, senders: 1, receivers: 1, tells: None }
    }

    /// One that tells the time, once or again and again.
    pub(crate) fn telling(tells: Tells) -> Self {
        let sent = if tells == Tells::Once { 1 } else { 0 };
        Queue { sent, tells: Some(tells), ..Queue::new(Some(1)) }
    }

    /// How many messages wait.
    fn len(&self) -> u32 {
        self.sent - self.taken
    }

    fn send(&self) -> Effect {
        match self.capacity {
            _ if self.receivers == 0 => Effect::Unreceived,
            Some(capacity) if self.len() >= capacity => Effect::Full,
            capacity => Effect::Push(self.sent, capacity.and_then(|capacity| self.sent.checked_sub(capacity))),
        }
    }

    fn receive(&self) -> Effect {
        match self.len() {
            _ if self.tells == Some(Tells::Again) => Effect::Tick,
            0 if self.senders == 0 => Effect::Closed,
            0 => Effect::Empty,
            _ => Effect::Pop(self.taken),
        }
    }
}

impl Machine for Queue {
    type Act = Act;
    type Effect = Effect;

    const NOUN: &'static str = "channel";

    fn meets(&self, act: Act, me: Name) -> Option<Effect> {
        Some(match act {
            Act::Ready { sends } if !self.ready(sends, me) => return None,
            Act::Send => return Some(self.send()).filter(|&effect| effect != Effect::Full),
            Act::Recv => return Some(self.receive()).filter(|&effect| effect != Effect::Empty),
            Act::TrySend => self.send(),
            Act::TryRecv => self.receive(),
            Act::Len => Effect::Counted,
            Act::Look { sends: true } | Act::Ready { sends: true } => match self.send() {
                Effect::Push(_, room) => Effect::Vacant(room),
                seen => seen,
            },
            Act::Look { sends: false } | Act::Ready { sends: false } => match self.receive() {
                Effect::Pop(waits) => Effect::Peek(waits),
                Effect::Tick => Effect::Peek(0),
                seen => seen,
            },
            Act::CloneSender | Act::CloneReceiver => Effect::Cloned,
            Act::DropSender => Effect::SenderGone,
            Act::DropReceiver { watched } => {
                let drops = watched && self.receivers == 1 && self.len() > 0;
                Effect::ReceiverGone { drops: drops.then_some(self.taken) }
            }
        })
    }

    fn take(&mut self, act: Act, effect: Effect, _: Name) {
        match (effect, act) {
            (Effect::Push(..), _) => self.sent += 1,
            (Effect::Pop(_), _) => self.taken += 1,
            (Effect::Cloned, Act::CloneSender) => self.senders += 1,
            (Effect::Cloned, _) => self.receivers += 1,
            (Effect::SenderGone, _) => self.senders -= 1,
            (Effect::ReceiverGone { .. }, _) => {
                self.receivers -= 1;
                if self.receivers == 0 {
                    // With the last receiver the unread messages are dropped.
                    self.taken = self.sent;
                }
            }
            _ => (),
        }
    }

    fn answer(&self, _: Act, effect: Effect) -> Option<u64> {
        match effect {
            Effect::Push(..) | Effect::Pop(_) | Effect::Tick => Some(1),
            Effect::Full | Effect::Empty | Effect::Closed | Effect::Unreceived => Some(0),
            Effect::Counted => Some(self.len().into()),
            Effect::SenderGone => Some(u64::from(self.senders) - 1),
            Effect::ReceiverGone { .. } => Some(u64::from(self.receivers) - 1),
            Effect::Peek(_) | Effect::Vacant(_) | Effect::Cloned => None,
        }
    }

    fn before(one: Effect, other: Effect) -> bool {
        use Effect::*;
        match (one, other) {
            // Sends keep their order, and so do receives. A receive depends on its send, and in a full channel a send
            // depends on the receive that made room; otherwise the two ends are independent. A send that found no
            // receiver left may have waited for room until then.
            (Push(..), Push(..) | Full | Empty | Counted | Unreceived | Vacant(_)) => true,
            (Pop(_), Pop(_) | Peek(_) | Full | Empty | Closed | Counted) => true,
            (Push(sent, room), Pop(taken)) => sent == taken || room == Some(taken),
            (Push(sent, _), Peek(waits)) => sent == waits,
            (Pop(taken), Vacant(room)) => room == Some(taken),
            // The last sender to be dropped closes the channel, whichever it is: all drops of senders come before that
            // is seen.
            (SenderGone, Empty | Closed) => true,
            (ReceiverGone { .. }, Push(..) | Full | Unreceived | Counted | Vacant(_)) => true,
            // The last receiver drops the queued messages. If that can be noticed, it matters which receiver was the
            // last.
            (ReceiverGone { drops: one }, ReceiverGone { drops: other }) => one.or(other).is_some(),
            _ => false,
        }
    }

    fn is_look(effect: Effect) -> bool {
        use Effect::*;
        matches!(effect, Full | Empty | Counted | Tick | Peek(_) | Vacant(_))
    }

    fn passes(_: Act, effect: Effect, _: Name) -> Passes {
        match effect {
            Effect::Push(number, room) => {
                Passes::Slots { takes: [room.map(Slot::Room), None, None], gives: Some(Slot::Message(number)) }
            }
            Effect::Pop(number) => Passes::both(Slot::Message(number), Slot::Room(number)),
            Effect::SenderGone => Passes::gives(Slot::All),
            Effect::Closed => Passes::takes(Slot::All),
            Effect::ReceiverGone { drops: None } => Passes::gives(Slot::One),
            Effect::ReceiverGone { drops: Some(first) } => {
                Passes::Slots { takes: [Some(Slot::One), Some(Slot::From(first)), None], gives: Some(Slot::One) }
            }
            Effect::Unreceived => Passes::takes(Slot::One),
            // The number of messages is read relaxed.
            _ => Passes::NOTHING,
        }
    }

    fn words(act: Act) -> Words {
        match act {
            Act::Send => Words::reading("send on"),
            Act::TrySend => Words::reading("try to send on"),
            Act::Recv => Words::reading("receive from"),
            Act::TryRecv => Words::reading("try to receive from"),
            Act::Len => Words::reading("load").sharing(),
            Act::Look { .. } => Words::with("look at", Role::Quiet),
            Act::Ready { .. } => Words::reading("wait for"),
            Act::CloneSender | Act::CloneReceiver => Words::with("clone an end of", Role::Quiet),
            Act::DropSender => Words::with("drop a sender of", Role::Leaves),
            Act::DropReceiver { .. } => Words::with("drop a receiver of", Role::Leaves),
        }
    }

    fn told(&self, _: Act, effect: Effect, answer: Option<u64>, _: &dyn Fn(Name) -> String) -> String {
        match effect {
            Effect::Full => "full".to_owned(),
            Effect::Empty => "empty".to_owned(),
            Effect::Closed => "closed".to_owned(),
            Effect::Unreceived => "no receiver".to_owned(),
            Effect::Counted => format!("= {}", answer.unwrap_or_default()),
            Effect::SenderGone | Effect::ReceiverGone { .. } => match answer {
                Some(0) => "the last".to_owned(),
                left => format!("{} left", left.unwrap_or_default()),
            },
            _ => String::new(),
        }
    }

    fn state(&self, _: &dyn Fn(Name) -> String) -> String {
        let of = self.capacity.map(|capacity| format!(" of {capacity}")).unwrap_or_default();
        let closed = if self.senders == 0 || self.receivers == 0 { ", closed" } else { "" };
        format!("{}{of} messages{closed}", self.len())
    }

    fn obstacle(&self, act: Act) -> String {
        match (act, self.capacity) {
            (Act::Send, Some(capacity)) => format!("full: {capacity}"),
            (Act::Recv, _) => format!("empty, {}", super::left(self.senders, "sender")),
            _ => String::new(),
        }
    }

    fn as_arm(&self) -> Option<&dyn Arm> {
        Some(self)
    }
}

impl Arm for Queue {
    fn ready(&self, sends: bool, _: Name) -> bool {
        if sends { self.send() != Effect::Full } else { self.receive() != Effect::Empty }
    }

    fn arrive(&self, _: Ends, _: bool) -> Option<super::Act> {
        None
    }

    fn withdraw(&self, _: Name) -> Option<super::Act> {
        None
    }

    fn meet(&self, _: Name) -> Option<super::Act> {
        None
    }

    fn awaits(&self, _: Name) -> bool {
        false
    }

    fn look(&self, sends: bool) -> super::Act {
        Act::Look { sends }.into()
    }

    fn tells_time(&self) -> bool {
        self.tells.is_some()
    }
}
