//! A channel without room: a send and a receive meet.
//!
//! Each is one act where its partner waits already, and two where not: it comes, and then waits until a partner has met
//! it. crossbeam-channel's `zero` flavor does the same. A select may wait on several channels at once; who meets it takes
//! it away from the others.

use serde::{Deserialize, Serialize};

use super::{Arm, Few, Machine, Passes, Slot, Words};
use crate::check::story::Role;
use crate::sync::engine::op::Name;

/// Who waits at which end, and who has been met.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Rendezvous {
    senders: u32,
    receivers: u32,
    /// Senders that wait for a receiver, first come first served.
    offers: Few,
    /// Receivers that wait for a sender, and whether they wait on other channels too.
    takers: Few<(Name, bool)>,
    /// A receiver has waited here and on another channel at once.
    shared: bool,
    /// Whose partner has come, sorted.
    met: Few,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Act {
    Send,
    TrySend,
    /// The sender that came to wait has been met, or nobody will come.
    AwaitTaker,
    Recv,
    TryRecv,
    /// A select comes to wait, here and `elsewhere`.
    Arrive {
        elsewhere: bool,
    },
    /// The receiver that came to wait has been met, or nobody will come.
    AwaitGiver,
    /// This receiver waits here no more: it was met on another channel, or goes on with one.
    Withdraw(Name),
    Len,
    /// By a select that takes from another channel, or from none.
    Look,
    CloneSender,
    CloneReceiver,
    DropSender,
    DropReceiver,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Effect {
    /// A sender that met nobody waits.
    Offer,
    /// A receiver took from this sender, who had waited.
    Take(Name),
    /// A sender handed to this receiver, who had waited; perhaps elsewhere too.
    Hand {
        to: Name,
        elsewhere: bool,
    },
    /// A receiver that met nobody waits.
    Arrive,
    /// This receiver waits here no more.
    Withdrawn(Name),
    /// This task, who had waited and was met, went on.
    Met(Name),
    /// An attempt met nobody.
    Miss,
    /// A sender was seen to wait.
    Offered,
    /// A receive found nobody, and no sender is left.
    Closed,
    /// A send found no receiver left.
    Unreceived,
    /// How many messages wait was asked: none ever does.
    Counted,
    Cloned,
    SenderGone,
    ReceiverGone,
}

impl Rendezvous {
    /// One with an end on each side.
    pub(crate) fn new() -> Self {
        Rendezvous { senders: 1, receivers: 1, offers: Few::new(), takers: Few::new(), shared: false, met: Few::new() }
    }

    /// Whether a receiver has waited here and on another channel at once.
    #[cfg(loom)]
    pub(crate) fn is_shared(&self) -> bool {
        self.shared
    }

    fn send(&self, alone: Effect) -> Effect {
        match self.takers.first() {
            _ if self.receivers == 0 => Effect::Unreceived,
            Some(&(to, elsewhere)) => Effect::Hand { to, elsewhere },
            None => alone,
        }
    }

    fn receive(&self, alone: Effect) -> Effect {
        match self.offers.first() {
            Some(&sender) => Effect::Take(sender),
            None if self.senders == 0 => Effect::Closed,
            None => alone,
        }
    }

    fn note_met(&mut self, task: Name) {
        let at = self.met.partition_point(|&met| met < task);
        self.met.insert(at, task);
    }

    fn leave(&mut self, task: Name) {
        self.offers.retain(|sender| *sender != task);
        self.takers.retain(|(receiver, _)| *receiver != task);
        self.met.retain(|met| *met != task);
    }
}

impl Effect {
    /// Who was met by this that may wait on other channels too.
    pub(crate) fn met_elsewhere(self) -> Option<Name> {
        match self {
            Effect::Hand { to, elsewhere: true } => Some(to),
            _ => None,
        }
    }
}

impl Machine for Rendezvous {
    type Act = Act;
    type Effect = Effect;

    const NOUN: &'static str = "channel";

    fn meets(&self, act: Act, me: Name) -> Option<Effect> {
        let met = self.met.contains(&me);
        Some(match act {
            Act::Send => self.send(Effect::Offer),
            Act::TrySend => self.send(Effect::Miss),
            Act::AwaitTaker | Act::AwaitGiver if met => Effect::Met(me),
            Act::AwaitTaker => return (self.receivers == 0).then_some(Effect::Unreceived),
            Act::AwaitGiver => return (self.senders == 0).then_some(Effect::Closed),
            Act::Recv => self.receive(Effect::Arrive),
            Act::TryRecv => self.receive(Effect::Miss),
            Act::Arrive { .. } => Effect::Arrive,
            Act::Withdraw(who) => Effect::Withdrawn(who),
            Act::Len => Effect::Counted,
            Act::Look => match self.receive(Effect::Miss) {
                Effect::Take(_) => Effect::Offered,
                seen => seen,
            },
            Act::CloneSender | Act::CloneReceiver => Effect::Cloned,
            Act::DropSender => Effect::SenderGone,
            Act::DropReceiver => Effect::ReceiverGone,
        })
    }

    fn take(&mut self, act: Act, effect: Effect, me: Name) {
        match (effect, act) {
            (Effect::Offer, _) => self.offers.push(me),
            (Effect::Take(sender), _) => {
                self.offers.remove(0);
                self.note_met(sender);
            }
            (Effect::Hand { to, .. }, _) => {
                self.takers.remove(0);
                self.note_met(to);
            }
            (Effect::Arrive, act) => {
                let elsewhere = act == Act::Arrive { elsewhere: true };
                self.takers.push((me, elsewhere));
                self.shared |= elsewhere;
            }
            (Effect::Withdrawn(who), _) => self.takers.retain(|(receiver, _)| *receiver != who),
            (Effect::Met(_) | Effect::Unreceived | Effect::Closed, Act::AwaitTaker | Act::AwaitGiver) => self.leave(me),
            (Effect::Cloned, Act::CloneSender) => self.senders += 1,
            (Effect::Cloned, _) => self.receivers += 1,
            (Effect::SenderGone, _) => self.senders -= 1,
            (Effect::ReceiverGone, _) => self.receivers -= 1,
            _ => (),
        }
    }

    fn answer(&self, _: Act, effect: Effect) -> Option<u64> {
        match effect {
            Effect::Take(_) | Effect::Hand { .. } | Effect::Met(_) => Some(1),
            Effect::Miss | Effect::Closed | Effect::Unreceived | Effect::Counted => Some(0),
            Effect::SenderGone => Some(u64::from(self.senders) - 1),
            Effect::ReceiverGone => Some(u64::from(self.receivers) - 1),
            // Who came to wait is not told anything yet.
            Effect::Offer | Effect::Arrive | Effect::Withdrawn(_) | Effect::Offered | Effect::Cloned => None,
        }
    }

    fn before(one: Effect, other: Effect) -> bool {
        use Effect::*;
        match (one, other) {
            // Offers and takers are queues, and each attempt asks who waits.
            (
                Offer | Take(_) | Hand { .. } | Arrive | Withdrawn(_),
                Offer | Take(_) | Hand { .. } | Arrive | Withdrawn(_) | Miss | Offered | Closed,
            ) => true,
            (Take(task) | Hand { to: task, .. }, Met(met)) => task == met,
            // The last sender to go closes the channel, whichever it is: all of them come before. So for the receivers.
            (SenderGone, Closed | Arrive | Miss) => true,
            (ReceiverGone, Unreceived | Miss | Offer) => true,
            _ => false,
        }
    }

    fn is_look(effect: Effect) -> bool {
        matches!(effect, Effect::Miss | Effect::Counted)
    }

    fn passes(_: Act, effect: Effect, me: Name) -> Passes {
        match effect {
            // Who waits hands on what it knows, and takes in what its partner does.
            Effect::Take(sender) => Passes::both(Slot::Of(sender), Slot::Of(sender)),
            Effect::Hand { to, .. } => Passes::both(Slot::Of(to), Slot::Of(to)),
            Effect::Met(me) => Passes::takes(Slot::Of(me)),
            Effect::SenderGone => Passes::gives(Slot::All),
            Effect::Closed => Passes::takes(Slot::All),
            Effect::ReceiverGone => Passes::gives(Slot::One),
            Effect::Unreceived => Passes::takes(Slot::One),
            Effect::Offer | Effect::Arrive => Passes::gives(Slot::Of(me)),
            _ => Passes::NOTHING,
        }
    }

    fn words(act: Act) -> Words {
        match act {
            Act::Send => Words::reading("send on"),
            Act::TrySend => Words::reading("try to send on"),
            Act::AwaitTaker => Words::reading("hand over on"),
            Act::Recv => Words::reading("receive from"),
            Act::TryRecv => Words::reading("try to receive from"),
            Act::Arrive { .. } => Words::of("wait on"),
            Act::AwaitGiver => Words::reading("be handed a value on"),
            Act::Withdraw(_) => Words::with("leave", Role::Quiet),
            Act::Len => Words::reading("load").sharing(),
            Act::Look => Words::with("look at", Role::Quiet),
            Act::CloneSender | Act::CloneReceiver => Words::with("clone an end of", Role::Quiet),
            Act::DropSender => Words::with("drop a sender of", Role::Leaves),
            Act::DropReceiver => Words::with("drop a receiver of", Role::Leaves),
        }
    }

    fn told(&self, _: Act, effect: Effect, answer: Option<u64>, of: &dyn Fn(Name) -> String) -> String {
        match effect {
            Effect::Offer | Effect::Arrive => "waits".to_owned(),
            Effect::Take(sender) => format!("takes from {}", of(sender)),
            Effect::Hand { to, .. } => format!("hands to {}", of(to)),
            Effect::Miss => "nobody waits".to_owned(),
            Effect::Closed => "closed".to_owned(),
            Effect::Unreceived => "no receiver".to_owned(),
            Effect::Counted => "= 0".to_owned(),
            Effect::SenderGone | Effect::ReceiverGone => match answer {
                Some(0) => "the last".to_owned(),
                left => format!("{} left", left.unwrap_or_default()),
            },
            Effect::Withdrawn(_) | Effect::Met(_) | Effect::Offered | Effect::Cloned => String::new(),
        }
    }

    fn obstacle(&self, act: Act) -> String {
        match act {
            Act::AwaitGiver => super::left(self.senders, "sender"),
            Act::AwaitTaker => super::left(self.receivers, "receiver"),
            _ => String::new(),
        }
    }

    fn state(&self, of: &dyn Fn(Name) -> String) -> String {
        let offers: Vec<String> = self.offers.iter().map(|&task| of(task)).collect();
        let takers: Vec<String> = self.takers.iter().map(|&(task, _)| of(task)).collect();
        let waits = match (offers.is_empty(), takers.is_empty()) {
            (false, _) => format!("{} waits to hand over", offers.join(", ")),
            (_, false) => format!("{} waits to receive", takers.join(", ")),
            _ => "nobody waits".to_owned(),
        };
        let closed = if self.senders == 0 || self.receivers == 0 { ", closed" } else { "" };
        format!("{waits}{closed}")
    }

    fn as_arm(&self) -> Option<&dyn Arm> {
        Some(self)
    }
}

impl Arm for Rendezvous {
    fn ready(&self) -> bool {
        self.receive(Effect::Miss) != Effect::Miss
    }

    fn arrive(&self, elsewhere: bool) -> Option<super::Act> {
        Some(Act::Arrive { elsewhere }.into())
    }

    fn withdraw(&self, who: Name) -> Option<super::Act> {
        Some(Act::Withdraw(who).into())
    }

    fn meet(&self, me: Name) -> Option<super::Act> {
        self.met.contains(&me).then(|| Act::AwaitGiver.into())
    }

    fn awaits(&self, who: Name) -> bool {
        self.takers.iter().any(|&(receiver, _)| receiver == who)
    }

    fn look(&self) -> super::Act {
        Act::Look.into()
    }
}
