//! A channel without room: a send and a receive meet.
//!
//! Each is one act if its partner waits already, and two if not: it arrives, and then waits until a partner has met it.
//! crossbeam-channel's `zero` flavor does the same. A select may wait on several channels at once, and at both ends;
//! the partner that meets it removes it from the other channels. A select that sends makes its message only when a
//! receiver has met it, and that receiver waits until it has.

use serde::{Deserialize, Serialize};

use super::{Arm, Ends, Machine, Pairs, Passes, Slot, Words};
use crate::check::story::Role;
use crate::sync::engine::ids::Name;

/// The tasks that wait at each end, and those that have been met.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Rendezvous {
    senders: u32,
    receivers: u32,
    /// Senders that wait for a receiver, first come first served, and whether they wait by a select.
    offers: Pairs<(Name, Option<Selects>)>,
    /// Receivers that wait for a sender, in the same way.
    takers: Pairs<(Name, Option<Selects>)>,
    /// A sender has waited here and on another channel at once, and a receiver has.
    shared_offers: bool,
    shared_takers: bool,
    /// Whose partner has come, and whether it is a sender; sorted.
    met: Pairs<(Name, bool)>,
    /// Receivers that have taken from a select, by that, which has yet to make its message.
    promised: Pairs<(Name, Name)>,
}

/// How a select waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Selects {
    /// On other channels too.
    elsewhere: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Act {
    Send,
    TrySend,
    /// The sender that came to wait has been met, or no receiver will come.
    AwaitTaker,
    Recv,
    TryRecv,
    /// A select comes to wait, at one end or both, here and `elsewhere`.
    Arrive {
        ends: Ends,
        elsewhere: bool,
    },
    /// The receiver that came to wait has been met, or no sender will come.
    AwaitGiver,
    /// This select waits here no more: it was met on another channel, or goes on with one.
    Withdraw(Name),
    Len,
    /// By a select that takes another arm, or none.
    Look {
        sends: bool,
    },
    /// A select waits until it could go ahead here, and does not go ahead: it meets no task, and is not met.
    Ready {
        sends: bool,
    },
    CloneSender,
    CloneReceiver,
    DropSender,
    DropReceiver,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Effect {
    /// A sender that met no receiver waits.
    Offer,
    /// A receiver took from this sender, which had waited; perhaps elsewhere too, and perhaps with its message yet to
    /// be made.
    Take {
        from: Name,
        elsewhere: bool,
        later: bool,
    },
    /// A sender handed its message to this receiver, which had waited; perhaps elsewhere too.
    Hand {
        to: Name,
        elsewhere: bool,
    },
    /// A receiver that met no sender waits, or a select does.
    Arrive(Ends),
    /// This select waits here no more.
    Withdrawn(Name),
    /// This task, which had waited and was met, went on.
    Met(Name),
    /// The same, and it makes the message for the receiver that has taken from it.
    Give {
        from: Name,
        to: Name,
    },
    /// An attempt met no partner.
    Miss,
    /// A sender was seen to wait.
    Offered,
    /// A receiver was seen to wait.
    Awaited,
    /// A receive found no sender waiting, and no sender is left.
    Closed,
    /// A send found no receiver left.
    Unreceived,
    /// A select that only looks for a receiver found that none is left.
    Deserted,
    /// The number of waiting messages was read: it is always 0.
    Counted,
    Cloned,
    SenderGone,
    ReceiverGone,
}

impl Rendezvous {
    /// A channel with one end on each side.
    pub(crate) fn new() -> Self {
        Rendezvous {
            senders: 1,
            receivers: 1,
            offers: Pairs::new(),
            takers: Pairs::new(),
            shared_offers: false,
            shared_takers: false,
            met: Pairs::new(),
            promised: Pairs::new(),
        }
    }

    /// Whether a task that `act` may meet has waited here and on another channel at once.
    #[cfg(loom)]
    pub(crate) fn is_shared(&self, act: Act) -> bool {
        match act {
            Act::Send | Act::TrySend => self.shared_takers,
            Act::Recv | Act::TryRecv => self.shared_offers,
            _ => false,
        }
    }

    /// The effect of a send of `me`, which does not meet itself at the other end.
    fn send(&self, me: Name, alone: Effect) -> Effect {
        match self.takers.iter().find(|&&(receiver, _)| receiver != me) {
            _ if self.receivers == 0 => Effect::Unreceived,
            Some(&(to, selects)) => Effect::Hand { to, elsewhere: selects.is_some_and(|selects| selects.elsewhere) },
            None => alone,
        }
    }

    fn receive(&self, me: Name, alone: Effect) -> Effect {
        match self.offers.iter().find(|&&(sender, _)| sender != me) {
            Some(&(from, selects)) => {
                let elsewhere = selects.is_some_and(|selects| selects.elsewhere);
                Effect::Take { from, elsewhere, later: selects.is_some() }
            }
            None if self.senders == 0 => Effect::Closed,
            None => alone,
        }
    }

    /// A partner of the waiting task has come.
    fn meet(&mut self, task: Name, sends: bool) {
        self.leave(task);
        let at = self.met.partition_point(|&(met, _)| met < task);
        self.met.insert(at, (task, sends));
    }

    fn leave(&mut self, task: Name) {
        self.offers.retain(|(sender, _)| *sender != task);
        self.takers.retain(|(receiver, _)| *receiver != task);
        self.met.retain(|(met, _)| *met != task);
    }

    /// Whether the task was met, and if so, whether as a sender.
    fn met(&self, task: Name) -> Option<bool> {
        self.met.iter().find(|&&(met, _)| met == task).map(|&(_, sends)| sends)
    }
}

impl Effect {
    /// The task that was met by this, if it may wait on other channels too.
    pub(crate) fn met_elsewhere(self) -> Option<Name> {
        match self {
            Effect::Hand { to: who, elsewhere: true } | Effect::Take { from: who, elsewhere: true, .. } => Some(who),
            _ => None,
        }
    }
}

impl Machine for Rendezvous {
    type Act = Act;
    type Effect = Effect;

    const NOUN: &'static str = "channel";

    fn meets(&self, act: Act, me: Name) -> Option<Effect> {
        Some(match act {
            Act::Send => self.send(me, Effect::Offer),
            Act::TrySend => self.send(me, Effect::Miss),
            Act::AwaitTaker | Act::AwaitGiver if self.met(me).is_some() => {
                match self.promised.iter().find(|&&(from, _)| from == me) {
                    Some(&(from, to)) => Effect::Give { from, to },
                    None => Effect::Met(me),
                }
            }
            Act::AwaitTaker => return (self.receivers == 0).then_some(Effect::Unreceived),
            Act::AwaitGiver => return (self.senders == 0).then_some(Effect::Closed),
            Act::Recv => self.receive(me, Effect::Arrive(Ends { sends: false, receives: true })),
            Act::TryRecv => self.receive(me, Effect::Miss),
            // If there is a partner, it does not wait.
            Act::Arrive { ends, .. } => {
                let ready = ends.sends && self.ready(true, me) || ends.receives && self.ready(false, me);
                return (!ready).then_some(Effect::Arrive(ends));
            }
            Act::Withdraw(who) => Effect::Withdrawn(who),
            Act::Ready { sends } if !self.ready(sends, me) => return None,
            Act::Ready { sends: true } if self.receivers == 0 => Effect::Deserted,
            Act::Len => Effect::Counted,
            Act::Look { sends: true } | Act::Ready { sends: true } => match self.send(me, Effect::Miss) {
                Effect::Hand { .. } => Effect::Awaited,
                seen => seen,
            },
            Act::Look { sends: false } | Act::Ready { sends: false } => match self.receive(me, Effect::Miss) {
                Effect::Take { .. } => Effect::Offered,
                seen => seen,
            },
            Act::CloneSender | Act::CloneReceiver => Effect::Cloned,
            Act::DropSender => Effect::SenderGone,
            Act::DropReceiver => Effect::ReceiverGone,
        })
    }

    fn take(&mut self, act: Act, effect: Effect, me: Name) {
        match (effect, act) {
            (Effect::Offer, _) => self.offers.push((me, None)),
            (Effect::Take { from, later, .. }, _) => {
                self.meet(from, true);
                if later {
                    self.promised.push((from, me));
                    self.promised.sort_unstable();
                }
            }
            (Effect::Hand { to, .. }, _) => self.meet(to, false),
            (Effect::Give { from, to }, _) => {
                self.leave(from);
                self.promised.retain(|(sender, _)| *sender != from);
                self.meet(to, false);
            }
            (Effect::Arrive(ends), Act::Arrive { elsewhere, .. }) => {
                let selects = Some(Selects { elsewhere });
                if ends.sends {
                    self.offers.push((me, selects));
                    self.shared_offers |= elsewhere;
                }
                if ends.receives {
                    self.takers.push((me, selects));
                    self.shared_takers |= elsewhere;
                }
            }
            (Effect::Arrive(_), _) => self.takers.push((me, None)),
            (Effect::Withdrawn(who), _) => self.leave(who),
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
            Effect::Take { .. } | Effect::Hand { .. } | Effect::Met(_) | Effect::Give { .. } => Some(1),
            Effect::Miss | Effect::Closed | Effect::Unreceived | Effect::Counted => Some(0),
            Effect::SenderGone => Some(u64::from(self.senders) - 1),
            Effect::ReceiverGone => Some(u64::from(self.receivers) - 1),
            // A task that comes to wait gets no answer yet.
            Effect::Offer | Effect::Arrive(_) | Effect::Withdrawn(_) => None,
            Effect::Offered | Effect::Awaited | Effect::Deserted | Effect::Cloned => None,
        }
    }

    fn before(one: Effect, other: Effect) -> bool {
        use Effect::*;
        match (one, other) {
            // Offers and takers are queues, and each attempt depends on what is in them.
            (
                Offer | Take { .. } | Hand { .. } | Arrive(_) | Withdrawn(_),
                Offer
                | Take { .. }
                | Hand { .. }
                | Arrive(_)
                | Withdrawn(_)
                | Miss
                | Offered
                | Awaited
                | Closed
                | Deserted,
            ) => true,
            (Take { from: task, .. } | Hand { to: task, .. } | Give { to: task, .. }, Met(met)) => task == met,
            (Take { from, .. }, Give { from: gives, .. }) => from == gives,
            // The last sender to be dropped closes the channel, whichever it is: all drops of senders come before that
            // is seen. The same holds for receivers.
            (SenderGone, Closed | Miss) => true,
            (SenderGone, Arrive(ends)) => ends.receives,
            (ReceiverGone, Unreceived | Deserted | Miss | Offer) => true,
            (ReceiverGone, Arrive(ends)) => ends.sends,
            _ => false,
        }
    }

    fn is_look(effect: Effect) -> bool {
        matches!(effect, Effect::Miss | Effect::Counted | Effect::Offered | Effect::Awaited)
    }

    fn passes(_: Act, effect: Effect, me: Name) -> Passes {
        match effect {
            // A waiting task releases to its partner, and acquires from it.
            Effect::Take { from, .. } => Passes::both(Slot::Of(from), Slot::Of(from)),
            Effect::Give { from, to } => Passes::both(Slot::Of(from), Slot::Of(to)),
            Effect::Hand { to, .. } => Passes::both(Slot::Of(to), Slot::Of(to)),
            Effect::Met(me) => Passes::takes(Slot::Of(me)),
            Effect::SenderGone => Passes::gives(Slot::All),
            Effect::Closed => Passes::takes(Slot::All),
            Effect::ReceiverGone => Passes::gives(Slot::One),
            Effect::Unreceived | Effect::Deserted => Passes::takes(Slot::One),
            Effect::Offer | Effect::Arrive(_) => Passes::gives(Slot::Of(me)),
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
            Act::Look { .. } => Words::with("look at", Role::Quiet),
            Act::Ready { .. } => Words::reading("wait for"),
            Act::CloneSender | Act::CloneReceiver => Words::with("clone an end of", Role::Quiet),
            Act::DropSender => Words::with("drop a sender of", Role::Leaves),
            Act::DropReceiver => Words::with("drop a receiver of", Role::Leaves),
        }
    }

    fn told(&self, _: Act, effect: Effect, answer: Option<u64>, of: &dyn Fn(Name) -> String) -> String {
        match effect {
            Effect::Offer | Effect::Arrive(_) => "waits".to_owned(),
            Effect::Take { from, .. } => format!("takes from {}", of(from)),
            Effect::Hand { to, .. } | Effect::Give { to, .. } => format!("hands to {}", of(to)),
            Effect::Miss => "nobody waits".to_owned(),
            Effect::Closed => "closed".to_owned(),
            Effect::Unreceived | Effect::Deserted => "no receiver".to_owned(),
            Effect::Counted => "= 0".to_owned(),
            Effect::SenderGone | Effect::ReceiverGone => match answer {
                Some(0) => "the last".to_owned(),
                left => format!("{} left", left.unwrap_or_default()),
            },
            Effect::Withdrawn(_) | Effect::Met(_) | Effect::Offered | Effect::Awaited | Effect::Cloned => String::new(),
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
        let offers: Vec<String> = self.offers.iter().map(|&(task, _)| of(task)).collect();
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
    fn ready(&self, sends: bool, me: Name) -> bool {
        let meets = if sends { self.send(me, Effect::Miss) } else { self.receive(me, Effect::Miss) };
        meets != Effect::Miss
    }

    fn arrive(&self, ends: Ends, elsewhere: bool) -> Option<super::Act> {
        Some(Act::Arrive { ends, elsewhere }.into())
    }

    fn withdraw(&self, who: Name) -> Option<super::Act> {
        Some(Act::Withdraw(who).into())
    }

    fn meet(&self, me: Name) -> Option<super::Act> {
        self.met(me).map(|sends| if sends { Act::AwaitTaker.into() } else { Act::AwaitGiver.into() })
    }

    fn awaits(&self, who: Name) -> bool {
        self.takers.iter().chain(&self.offers).any(|&(waits, _)| waits == who)
    }

    fn look(&self, sends: bool) -> super::Act {
        Act::Look { sends }.into()
    }
}
