//! Vector clocks: a set of events that is closed under program order, as the number of its events of each thread.

use crate::sync::engine::machine::Slot;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;

/// How many threads most programs have at most.
const FEW: usize = 8;

/// A set of events that has, with each event, all earlier ones of its thread: how many of each. There are thousands of
/// clocks, which are copied all the time: those of most programs need little room.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock {
    few: [u16; FEW],
    /// Where there are more threads, or events of one: of all threads.
    all: Option<Box<Wide>>,
}

#[derive(Clone, Debug)]
struct Wide(Vec<u32>);

impl Clock {
    /// The first `count` events of `thread` are in it from now on.
    pub(super) fn set(&mut self, thread: Name, count: u32) {
        match (&self.all, self.few.get_mut(thread.index()), u16::try_from(count)) {
            (None, Some(few), Ok(count)) => *few = count,
            _ => self.widen(thread.index() + 1)[thread.index()] = count,
        }
    }

    /// How many events of `thread` are in it.
    pub(super) fn count(&self, thread: Name) -> u32 {
        match &self.all {
            None => self.few.get(thread.index()).map_or(0, |&count| count.into()),
            Some(all) => all.0.get(thread.index()).copied().unwrap_or(0),
        }
    }

    /// Takes in all of the other's.
    pub(super) fn join(&mut self, other: &Clock) {
        if self.all.is_none() && other.all.is_none() {
            self.few.iter_mut().zip(&other.few).for_each(|(mine, theirs)| *mine = (*mine).max(*theirs));
            return;
        }
        let theirs =
            (0..other.all.as_ref().map_or(FEW, |all| all.0.len())).map(|index| other.count(Name(index as u32)));
        let mine = self.widen(theirs.len());
        mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine = (*mine).max(theirs));
    }

    /// The counts of at least so many threads, in room for any.
    fn widen(&mut self, len: usize) -> &mut [u32] {
        let few = self.few;
        let Wide(all) = &mut **self.all.get_or_insert_with(|| Box::new(Wide(few.map(u32::from).into())));
        if all.len() < len {
            all.resize(len, 0);
        }
        all
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

    /// What is to be learnt from a slot.
    pub(super) fn at(&self, (object, slot): At) -> impl Iterator<Item = &Clock> {
        let all = ((None, Slot::All) == (object, slot)).then_some(&self.all);
        let is_there = move |&&((of, given), _): &&(At, Clock)| of == object && slot.given().contains(&given);
        all.into_iter().chain(self.others.iter().filter(is_there).map(|(_, clock)| clock))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What a clock says does not depend on how it keeps it.
    #[test]
    fn a_clock_may_grow_wide() {
        let of = |counts: &[(u32, u32)]| {
            let mut clock = Clock::default();
            counts.iter().for_each(|&(thread, count)| clock.set(Name(thread), count));
            clock
        };
        let narrow = of(&[(0, 3), (7, 65_535)]);
        for wide in [of(&[(1, 4), (9, 2)]), of(&[(1, 4), (9, 2), (0, 65_536), (0, 1)])] {
            for (mut one, other) in [(narrow.clone(), &wide), (wide.clone(), &narrow)] {
                one.join(other);
                assert_eq!([0, 1, 2, 7, 9, 10].map(|thread| one.count(Name(thread))), [3, 4, 0, 65_535, 2, 0]);
            }
        }
    }
}
