//! What comes before an event, and what happens before it: its clocks, once its source is known.

use super::Model;
use super::clock::{At, Clock, Clocks};
use super::event::{Origin, Stamp, What};
use super::graph::Graph;
use crate::check::engine::trace::race::{acquires, releases};
use crate::sync::engine::machine::{Passes, Slot};
use crate::sync::engine::names::ObjectName;

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
        let mut clocks = graph.past(thread, index).handed_on();
        let Clocks { porf, hb, acquired, fenced, message } = &mut clocks;
        for clock in [&mut *porf, hb, acquired] {
            clock.set(thread, index + 1);
        }
        if index == 0 {
            // Fences and relaxed reads of the parent thread do not count as the new thread's.
            (*acquired, *fenced) = (hb.clone(), Clock::default());
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
                        let handed = takes.into_iter().flatten().flat_map(|slot| source.message.at((object, slot)));
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
                        message.join((None, Slot::All), if strong || releases(ordering) { hb } else { fenced });
                    }
                    Passes::Slots { .. } => graph.gives(stamp, |at| message.join(at, hb)),
                }
            }
            (What::Choice { .. }, _) => (),
            (What::Settles, _) => {
                let last = graph.threads().iter().filter_map(|thread| thread.events.last());
                last.for_each(|&last| porf.join(&graph[last].clocks.porf));
            }
            (What::Fence, _) => {
                if acquires(ordering) {
                    hb.join(acquired);
                }
                if releases(ordering) {
                    *fenced = hb.clone();
                }
            }
        }
        acquired.join(hb);
        graph[stamp].clocks = clocks;
    }
}
