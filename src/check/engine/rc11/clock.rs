//! Vector clocks: a set of events that is closed under program order, as the number of its events of each thread.

use crate::sync::engine::machine::Slot;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;

/// How many threads most programs have at most: their clocks need no memory of their own.
const FEW: usize = 8;

/// A set of events that has, with each event, all earlier ones of its thread: how many of each.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock {
    few: [u32; FEW],
    /// In as little room as it can be: clocks are copied by the thousand.
    more: Option<Box<[u32]>>,
}

impl Clock {
    /// The first `count` events of `thread` are in it from now on.
    pub(super) fn set(&mut self, thread: Name, count: u32) {
        match thread.index().checked_sub(FEW) {
            None => self.few[thread.index()] = count,
            Some(index) => self.room(index + 1)[index] = count,
        }
    }

    /// How many events of `thread` are in it.
    pub(super) fn count(&self, thread: Name) -> u32 {
        let more = || self.more.as_ref().and_then(|more| more.get(thread.index() - FEW)).copied().unwrap_or(0);
        self.few.get(thread.index()).copied().unwrap_or_else(more)
    }

    /// Takes in all of the other's.
    pub(super) fn join(&mut self, other: &Clock) {
        let later = |(mine, theirs): (&mut u32, &u32)| *mine = (*mine).max(*theirs);
        self.few.iter_mut().zip(&other.few).for_each(later);
        if let Some(other) = &other.more {
            self.room(other.len()).iter_mut().zip(other).for_each(later);
        }
    }

    /// The counts of the threads that are more than a few, for at least so many of them.
    fn room(&mut self, len: usize) -> &mut [u32] {
        let more = self.more.get_or_insert_default();
        if more.len() < len {
            let mut longer = std::mem::take(more).into_vec();
            longer.resize(len, 0);
            *more = longer.into();
        }
        more
    }
}

/// What an event knows, and what it hands on.
#[derive(Clone, Debug, Default)]
pub(super) struct Clocks {
    /// What comes before it in program order and reads-from, and the event itself.
    pub(super) porf: Clock,
    /// What happens before it, and the event itself.
    pub(super) hb: Clock,
    /// What would happen before an acquire fence right after it.
    pub(super) acquired: Clock,
    /// What happened before the last release fence of its thread.
    pub(super) fenced: Clock,
    /// For a write: what an event that reads from it can learn.
    pub(super) message: Message,
}

impl Clocks {
    /// What the next event of the thread begins with.
    pub(super) fn handed_on(&self) -> Clocks {
        let Clocks { porf, hb, acquired, fenced, .. } = self;
        Clocks {
            porf: porf.clone(),
            hb: hb.clone(),
            acquired: acquired.clone(),
            fenced: fenced.clone(),
            message: Message::default(),
        }
    }
}

/// What a write releases, and what the writes before it in its release sequence have released: for an atomic in one
/// slot, for other objects in the slots that their machines name.
#[derive(Clone, Debug, Default)]
pub(super) struct Message {
    all: Clock,
    others: Vec<(At, Clock)>,
}

/// A slot; of an object that is one of several at its location it says which.
pub(super) type At = (Option<ObjectName>, Slot);

impl Message {
    /// The clock for every reader.
    pub(super) fn all(&self) -> &Clock {
        &self.all
    }

    /// The clock in a slot, if there is one.
    pub(super) fn at(&self, at: At) -> Option<&Clock> {
        match at {
            (None, Slot::All) => Some(&self.all),
            _ => self.others.iter().find(|(other, _)| *other == at).map(|(_, clock)| clock),
        }
    }

    /// Keeps this in a slot, with what is there.
    pub(super) fn join(&mut self, slot: At, clock: &Clock) {
        let others = &mut self.others;
        let there = match (slot, others.iter().position(|(other, _)| *other == slot)) {
            ((None, Slot::All), _) => &mut self.all,
            (_, Some(at)) => &mut others[at].1,
            (_, None) => {
                others.push((slot, Clock::default()));
                &mut others.last_mut().expect("one was just added").1
            }
        };
        there.join(clock);
    }
}
