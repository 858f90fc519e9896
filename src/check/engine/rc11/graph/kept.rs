//! A graph of some of the events of another.

use super::{Graph, Location, Thread};
use crate::check::engine::rc11::event::{Stamp, What};
use crate::sync::engine::names::ObjectName;

/// The stamps that events have in a graph of which they were kept.
#[derive(Debug)]
pub(in crate::check::engine::rc11) struct Kept(Vec<Option<Stamp>>);

impl Kept {
    /// The stamp of an event; `None` if it was not kept.
    fn get(&self, stamp: Stamp) -> Option<Stamp> {
        self.0[stamp.0 as usize]
    }

    /// The stamp of an event that was kept.
    pub(in crate::check::engine::rc11) fn of(&self, stamp: Stamp) -> Stamp {
        self.get(stamp).expect("what is depended on is kept")
    }
}

impl Graph {
    /// Makes of another graph, which is forgotten, one of only those events that are to be kept, in their order. `keep`
    /// must be closed under what an event depends on.
    pub(in crate::check::engine::rc11) fn restrict(&self, keep: impl Fn(Stamp) -> bool, graph: &mut Graph) -> Kept {
        let mut kept = 0;
        let number = |stamp: Stamp| {
            let stays = keep(stamp);
            kept += u32::from(stays);
            stays.then(|| Stamp(kept - 1))
        };
        let kept = Kept(self.stamps().map(number).collect());
        let events = &mut graph.events;
        events.clear();
        // It will grow to about this size again. Exactly: rooms that were doubled on and on would never be small again.
        events.reserve_exact(self.len());
        for stamp in self.stamps().filter(|&stamp| kept.get(stamp).is_some()) {
            // Not by way of an iterator, which would copy each event twice more.
            events.push(self[stamp].clone());
            if let Some(What::Read { location, from, after, .. }) = events.last_mut().map(|event| &mut event.what) {
                // Where the order is made anew, so are the reads.
                let order = if self.at(*location).commutes { &self.at(*location).order[..1] } else { &[] };
                (*from, *after) = (kept.of(*order.first().unwrap_or(from)), after.map(|after| kept.of(after)));
            }
        }
        let refill = |room: &mut Vec<Stamp>, stamps: &[Stamp]| {
            room.clear();
            room.extend(stamps.iter().filter_map(|&stamp| kept.get(stamp)));
        };
        graph.threads.resize_with(self.threads.len(), Thread::default);
        for (thread, old) in graph.threads.iter_mut().zip(&self.threads) {
            refill(&mut thread.events, &old.events);
            thread.start = old.start.and_then(|start| kept.get(start));
        }
        graph.locations.resize_with(self.locations.len(), Location::default);
        for (location, old) in graph.locations.iter_mut().zip(&self.locations) {
            refill(&mut location.order, &old.order);
            refill(&mut location.reads, &old.reads);
            location.commutes = old.commutes;
        }
        for location in (0..graph.locations.len() as u32).map(ObjectName) {
            if graph.at(location).commutes {
                graph.renew(location);
            }
        }
        kept
    }
}
