//! What an operation did to an object: the part of it that others can notice.
//!
//! The primitives [record](super::world::World::touch) an effect where they change the world. Two
//! operations commute exactly if none of their effects on one object are
//! [dependent](Effect::dependent), and that relation is as fine as the state of the object allows: a
//! compare-exchange that fails is a read, the k-th receive depends on the k-th send and on no other.
//! An exhaustive engine explores one execution of those that differ in nothing but the order of
//! operations that commute.
//!
//! *Why it is sound.* For two operations next to each other, if no pair of their effects is
//! dependent, then running them the other way round ends in the same state and gives both the same
//! effects. The table in [`Effect::dependent`] says for each pair why. A counter that only its zero
//! is asked of (senders left, tickets not done, readers inside) is dependent on the *question* and
//! not on its other changes.

use serde::{Deserialize, Serialize};

use super::op::{Name, TaskSet};

/// What was done to one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Effect {
    /// An atomic was read, or a compare-exchange failed.
    Load,
    /// An atomic was written, or read and written.
    Store,

    /// A mutex was taken.
    Acquire,
    /// A mutex was let go.
    Release,
    /// An attempt at a mutex found it taken.
    Refused,

    /// A reader joined.
    Enter,
    /// A reader left.
    Leave,
    /// A writer shut the door.
    Shut,
    /// The writer that shut the door found the last reader gone.
    Drained,
    /// An attempt to write shut the door with nobody inside.
    ShutEmpty,
    /// The writer left, and the door is open.
    Open,
    /// An attempt to read found the door shut.
    ReadRefused,
    /// An attempt to write found somebody inside, or the door shut.
    WriteRefused,

    /// A task went to sleep on a condition variable.
    Sleep,
    /// A notification woke these tasks; none, where nobody slept.
    Wake(TaskSet),
    /// A task that had been woken went on.
    Woken,

    /// The k-th message was sent, counted from 0; in a channel with a bound, into the room that the
    /// receive of the other number made, if it was not there from the start.
    Push(u32, Option<u32>),
    /// The k-th message was taken.
    Pop(u32),
    /// An attempt to send found the channel full.
    Full,
    /// An attempt to receive found the channel empty.
    Empty,
    /// A receive found the channel empty and without a sender.
    Closed,
    /// A send found the channel without a receiver.
    Unreceived,
    /// A select saw that the k-th message waits, and took another arm.
    Peek(u32),
    /// The number of messages, or of references, was read.
    Counted,
    /// A sender was dropped.
    SenderGone {
        /// Whether it was the last.
        last: bool,
    },
    /// A receiver was dropped.
    ReceiverGone {
        /// How many are left.
        left: u32,
        /// Whether messages wait whose destructors may be operations of the task that drops them.
        unread: bool,
    },
    /// A sender that met nobody on a rendezvous waits there.
    Offer,
    /// A receiver took from the sender named, who had waited.
    Take(Name),
    /// A sender handed to the receiver named, who had waited.
    Hand(Name),
    /// A receiver that met nobody on a rendezvous waits there, or goes away again: by itself, or because it was handed a
    /// message on another.
    Wait,
    /// A select saw that a sender waits on a rendezvous, and took another arm.
    Offered,
    /// An attempt met nobody on a rendezvous.
    Miss,
    /// One side of a rendezvous went on, after its partner had come.
    Met,

    /// A wait group has one more thing to wait for.
    Add,
    /// A wait group has one thing less to wait for.
    Done,
    /// Nothing is left to wait for.
    Zero,

    /// A reference count went up.
    Cloned,
    /// A reference count went down, to this.
    Dropped(u32),

    /// A thread was started.
    Started,
    /// A thread ended.
    Exit,
    /// A thread's end was waited for, or seen.
    Joined,
    /// A thread was seen to run.
    Alive,

    /// An operation of what is checked began.
    Invoked,
    /// An operation of what is checked returned.
    Responded,

    /// A spin loop went on, because something that it had read may have changed.
    Changed,
    /// Something, to be known when it has happened.
    Any,
}

impl Effect {
    /// Whether the order of two operations on one object with these effects can be told.
    pub fn dependent(self, other: Effect) -> bool {
        self.before(other) || other.before(self)
    }

    /// Half of the symmetrical relation.
    fn before(self, other: Effect) -> bool {
        use Effect::*;
        match (self, other) {
            (Any, _) => true,
            // Whoever changes the object may be the one that the spin loop waits for.
            (Changed, other) => !other.is_look(),

            // Two reads commute.
            (Store, Load | Store) => true,

            // Two attempts that fail read the same owner.
            (Acquire | Release, Acquire | Release | Refused) => true,

            // Readers come and go in any order. A door that is shut does not hold back who leaves,
            // and it says nothing to who leaves: only the draining depends on the last of them.
            (Shut | ShutEmpty | Open, Shut | ShutEmpty | Open | Enter | ReadRefused | WriteRefused) => true,
            (Leave, Drained | ShutEmpty | WriteRefused) => true,
            (Enter, WriteRefused | Drained) => true,

            // Who sleeps is a queue, and a notification takes its head. Two that find nobody commute.
            (Sleep, Sleep | Wake(_)) => true,
            (Wake(one), Wake(other)) => !one.is_empty() || !other.is_empty(),

            // A queue: sends keep their order, and so do receives. A receive needs its send, and in a
            // full channel a send the receive that made room; otherwise the ends are apart.
            // A send that found nobody left may have waited for room until then.
            (Push(..), Push(..) | Full | Empty | Counted | Unreceived) => true,
            (Pop(_), Pop(_) | Peek(_) | Full | Empty | Closed | Counted) => true,
            (Push(sent, room), Pop(taken)) => sent == taken || room == Some(taken),
            (Push(sent, _), Peek(waits)) => sent == waits,
            // The last sender to go closes the channel, whichever it is: all of them come before.
            (SenderGone { .. }, Empty | Closed | Wait | Miss) => true,
            // The last receiver to go drops what is queued. Where that is something, it matters who.
            (ReceiverGone { .. }, Push(..) | Full | Unreceived | Counted | Miss | Offer) => true,
            (ReceiverGone { left: one, unread: here }, ReceiverGone { left: other, unread: there }) => {
                last_of_two(one, other) && (here && there || one != other && if one < other { here } else { there })
            }
            // Offers and takers are queues too, and each attempt asks who waits.
            (Offer | Take(_) | Hand(_) | Wait, Offer | Take(_) | Hand(_) | Wait | Miss | Offered | Closed) => true,

            // Counting up and down commutes; that the count is zero depends on all of it.
            (Add | Done, Zero) => true,

            // The last drop runs the destructor, and it matters whose that is.
            (Dropped(one), Dropped(other)) => last_of_two(one, other),
            (Cloned | Dropped(_), Counted) => true,
            (Cloned, Dropped(_)) => true,

            (Exit, Joined | Alive) => true,

            // What returned before another began precedes it, and that is all there is to the order of
            // a history: who began first does not matter, nor who returned first.
            (Invoked, Responded) => true,
            _ => false,
        }
    }

    /// Whether it leaves the object as it was, so that a loop which does only this spins.
    pub fn is_look(self) -> bool {
        use Effect::*;
        matches!(self, Load | Refused | ReadRefused | WriteRefused | Full | Empty | Miss | Counted | Alive | Changed)
    }
}

/// Whether one of two drops is the last, where they leave so many: one after the other, or each by
/// itself in the same state, which leaves the last one to whoever comes second.
fn last_of_two(one: u32, other: u32) -> bool {
    if one == other { one == 1 } else { one.min(other) == 0 }
}

#[cfg(test)]
mod tests {
    use super::Effect::*;
    use super::*;

    /// The task woken, or nobody.
    fn woken(tasks: &[u32]) -> Effect {
        let mut set = TaskSet::default();
        tasks.iter().for_each(|&task| set.insert(Name(task)));
        Wake(set)
    }

    /// A receiver goes.
    fn gone(left: u32, unread: bool) -> Effect {
        ReceiverGone { left, unread }
    }

    #[test]
    fn what_can_be_told_apart_is_dependent() {
        let last = SenderGone { last: true };
        #[rustfmt::skip]
        let pairs = [
            (Any, Load), (Any, Any), (Changed, Store),
            (Store, Load), (Store, Store),
            (Acquire, Acquire), (Acquire, Release), (Release, Refused),
            (Shut, Enter), (Open, ReadRefused), (ShutEmpty, WriteRefused), (Shut, Open),
            (Leave, Drained), (Leave, ShutEmpty), (Leave, WriteRefused), (Enter, WriteRefused), (Enter, Drained),
            (Sleep, Sleep), (Sleep, woken(&[])), (woken(&[1]), woken(&[])), (woken(&[1]), woken(&[2])),
            (Push(0, None), Push(1, None)), (Push(0, None), Full), (Push(0, None), Empty), (Push(0, None), Counted),
            (Push(0, None), Unreceived), (Push(2, Some(0)), Pop(2)), (Push(2, Some(0)), Pop(0)), (Push(1, None), Peek(1)),
            (Pop(0), Pop(1)), (Pop(0), Peek(0)), (Pop(0), Full), (Pop(0), Empty), (Pop(0), Closed), (Pop(0), Counted),
            (last, Empty), (last, Closed), (last, Wait), (last, Miss),
            (gone(0, false), Push(0, None)), (gone(0, false), Full), (gone(0, false), Unreceived), (gone(0, false), Offer),
            (gone(1, true), gone(1, true)), (gone(0, true), gone(1, false)), (gone(0, true), gone(1, true)),
            (Offer, Take(Name(1))), (Hand(Name(1)), Wait), (Wait, Miss), (Offer, Offered), (Offer, Closed),
            (Add, Zero), (Done, Zero),
            (Dropped(0), Dropped(1)), (Dropped(1), Dropped(1)), (Cloned, Counted), (Dropped(1), Counted), (Cloned, Dropped(1)),
            (Exit, Joined), (Exit, Alive), (Invoked, Responded),
        ];
        for (one, other) in pairs {
            assert!(one.dependent(other) && other.dependent(one), "{one:?} {other:?}");
        }
    }

    #[test]
    fn what_commutes_is_not_dependent() {
        #[rustfmt::skip]
        let pairs = [
            (Load, Load), (Changed, Load), (Changed, Changed),
            (Refused, Refused), (ReadRefused, ReadRefused), (Enter, Enter), (Enter, Leave), (Leave, Shut), (Leave, Open),
            (woken(&[]), woken(&[])), (Woken, Sleep),
            (Push(1, None), Pop(0)), (Push(2, Some(0)), Pop(1)), (Push(1, None), Peek(0)), (Full, Full), (Peek(0), Peek(0)),
            (SenderGone { last: true }, SenderGone { last: false }), (SenderGone { last: true }, Push(0, None)),
            (gone(2, true), gone(1, true)), (gone(1, true), gone(0, false)), (gone(1, false), gone(1, false)),
            (Offered, Offered), (Miss, Miss), (Met, Offer),
            (Add, Done), (Done, Done), (Zero, Zero),
            (Dropped(2), Dropped(1)), (Dropped(2), Dropped(2)), (Cloned, Cloned), (Counted, Counted),
            (Joined, Joined), (Joined, Alive), (Invoked, Invoked), (Responded, Responded),
        ];
        for (one, other) in pairs {
            assert!(!one.dependent(other) && !other.dependent(one), "{one:?} {other:?}");
        }
    }

    #[test]
    fn a_look_changes_nothing() {
        assert!(
            [Load, Refused, ReadRefused, WriteRefused, Full, Empty, Miss, Counted, Alive, Changed]
                .iter()
                .all(|e| e.is_look())
        );
        assert!(![Store, Acquire, Enter, Sleep, Pop(0), Offer, Add, Cloned, Exit, Any].iter().any(|e| e.is_look()));
    }
}
