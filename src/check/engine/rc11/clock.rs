//! Vector clocks: a set of events that is closed under program order, as the number of its events of each thread.

use super::Model;
use super::event::{Origin, Stamp, What};
use super::graph::Graph;
use crate::check::engine::trace::race::{acquires, releases};
use crate::sync::engine::machine::{Passes, Slot};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;

/// How many threads most programs have at most: their clocks need no memory of their own.
const FEW: usize = 8;

/// A set of events that has, with each event, all earlier ones of its thread: how many of each.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock {
    few: [u32; FEW],
    more: Vec<u32>,
}

impl Clock {
    /// The first `count` events of `thread` are in it from now on.
    pub(super) fn set(&mut self, thread: Name, count: u32) {
        match thread.index().checked_sub(FEW) {
            None => self.few[thread.index()] = count,
            Some(index) => {
                if self.more.len() <= index {
                    self.more.resize(index + 1, 0);
                }
                self.more[index] = count;
            }
        }
    }

    /// How many events of `thread` are in it.
    pub(super) fn count(&self, thread: Name) -> u32 {
        let more = || self.more.get(thread.index() - FEW).copied().unwrap_or(0);
        self.few.get(thread.index()).copied().unwrap_or_else(more)
    }

    /// Takes in all of the other's.
    pub(super) fn join(&mut self, other: &Clock) {
        if self.more.len() < other.more.len() {
            self.more.resize(other.more.len(), 0);
        }
        let mine = self.few.iter_mut().chain(&mut self.more);
        mine.zip(other.few.iter().chain(&other.more)).for_each(|(mine, theirs)| *mine = (*mine).max(*theirs));
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

impl Graph {
    /// What an operation on an object takes in and hands on, object by object.
    fn exchanges(&self, event: Stamp, mut each: impl FnMut(Option<ObjectName>, [Option<Slot>; 3], Option<Slot>)) {
        let mut pass = |object, passes| {
            if let Passes::Slots { takes, gives } = passes {
                each(object, takes, gives);
            }
        };
        pass(None, self[event].passes);
        let thread = self[event].thread;
        let read = if self[event].is_half() { self.read_of(event) } else { event };
        if let What::Read { location, effect: Some(did), .. } = &self[read].what {
            // An object that is a location by itself is not named.
            did.parts(thread)
                .for_each(|(object, passes)| pass(Some(object).filter(|object| object != location), passes));
        }
    }

    /// Where an operation leaves what it knows.
    pub(super) fn gives(&self, half: Stamp, mut each: impl FnMut(At)) {
        self.exchanges(half, |object, _, gives| gives.into_iter().for_each(|slot| each((object, slot))));
    }

    /// Sets the clocks of an event whose source is set.
    pub(super) fn set_clocks(&mut self, stamp: Stamp, model: Model) {
        let strong = model == Model::Sc;
        let graph = self;
        let (thread, index, ordering) = (graph[stamp].thread, graph[stamp].index, graph[stamp].ordering);
        let Clocks { porf, hb, acquired, fenced, .. } = graph.past(thread, index);
        let (mut porf, mut hb, mut acquired, mut fenced) = (porf.clone(), hb.clone(), acquired.clone(), fenced.clone());
        let mut message = Message::default();
        for clock in [&mut porf, &mut hb, &mut acquired] {
            clock.set(thread, index + 1);
        }
        if index == 0 {
            // Fences and relaxed reads of the parent thread do not count as the new thread's.
            (acquired, fenced) = (hb.clone(), Clock::default());
        }
        let event = &graph[stamp];
        match (&event.what, event.passes) {
            (What::Read { location, from, effect, .. }, passes) => {
                match effect.as_ref().filter(|_| graph.at(*location).commutes) {
                    Some(effect) => {
                        graph.needs(*location, *from, effect).for_each(|write| porf.join(&graph[write].clocks.porf));
                    }
                    None => event.awaits().for_each(|awaited| porf.join(&graph[awaited].clocks.porf)),
                }
                let source = &graph[*from].clocks;
                match passes {
                    Passes::Memory { ordering, .. } => {
                        let handed = source.message.all();
                        acquired.join(handed);
                        if strong || acquires(ordering) {
                            hb.join(handed);
                        }
                    }
                    Passes::Slots { .. } => graph.exchanges(stamp, |object, takes, _| {
                        let handed = takes.into_iter().flatten().filter_map(|slot| source.message.at((object, slot)));
                        handed.for_each(|handed| hb.join(handed));
                    }),
                }
            }
            // What is no atomic access releases nothing.
            (What::Write { origin: Origin::Birth | Origin::Start(_), .. }, _) => (),
            (What::Write { origin, .. }, passes) => {
                if *origin == Origin::Half {
                    let read = graph.of(thread)[index as usize - 1];
                    message.clone_from(&graph[graph[read].from().expect("the first half reads")].clocks.message);
                }
                match passes {
                    Passes::Memory { ordering, .. } => {
                        message.join((None, Slot::All), if strong || releases(ordering) { &hb } else { &fenced });
                    }
                    Passes::Slots { .. } => graph.gives(stamp, |at| message.join(at, &hb)),
                }
            }
            (What::Choice { .. }, _) => (),
            (What::Settles, _) => {
                let last = graph.threads().iter().filter_map(|thread| thread.events.last());
                last.for_each(|&last| porf.join(&graph[last].clocks.porf));
            }
            (What::Fence, _) => {
                if acquires(ordering) {
                    hb.join(&acquired);
                }
                if releases(ordering) {
                    fenced = hb.clone();
                }
            }
        }
        acquired.join(&hb);
        graph[stamp].clocks = Clocks { porf, hb, acquired, fenced, message };
    }
}
