//! Which reads a write may revisit, and the graph that results.
//!
//! A read can only choose among the writes that are there when it is added. So a write that comes later *revisits* it:
//! the read is made to read from the write, the events after the read are taken away, except those that the write
//! depends on, and the search goes on from there. Revisits from different graphs could give the same graph. In exactly
//! one of those graphs all events that are taken away were added in the maximal way: each read from the last write of
//! its location, each write as the last. Only from that one the revisit is made (TruSt, section 3.3).

use smallvec::SmallVec;

use super::clock::Clock;
use super::event::{Origin, Stamp, What};
use super::graph::Graph;

impl Graph {
    /// The reads that `write` revisits; it has no place in the modification order yet.
    pub(super) fn revisited_by(&self, write: Stamp) -> impl Iterator<Item = Stamp> + '_ {
        let location = self[write].location().expect("a write has a location");
        // Coherence may forbid a read to read from a read-modify-write, by what that reads; from no other write.
        let is_half = self[write].is_half();
        let place = is_half.then(|| self[self.read_of(write)].from().expect("the first half reads"));
        let place = place.map_or(Some(usize::MAX), |from| self.position(from));
        let is_new_enough =
            move |read: Stamp| place.is_some_and(|place| !is_half || place >= self.lower(location, self.known(read)));
        let reads = self.at(location).reads.iter().copied();
        reads
            .filter(move |&read| !self.precedes(read, write) && self.is_revisitable(read, write) && is_new_enough(read))
    }

    /// Whether `event` is one that `write` depends on, or the write itself.
    fn precedes(&self, event: Stamp, write: Stamp) -> bool {
        self[event].is_in(&self[write].clocks.porf)
    }

    /// Whether the read, and all that would be taken away, was added in the maximal way.
    fn is_revisitable(&self, read: Stamp, write: Stamp) -> bool {
        let later = (read.0..write.0).map(Stamp);
        let past = &self[write].clocks.porf;
        later.into_iter().all(|event| self.precedes(event, write) || self.is_maximal(event, past, Some(write)))
    }

    /// Whether `event` was added in the maximal way, as seen from the events that were there before it and those that the
    /// write depends on, which are its past.
    pub(super) fn is_maximal(&self, event: Stamp, past: &Clock, write: Option<Stamp>) -> bool {
        let previous = |other: Stamp| Some(other) != write && (other <= event || self[other].is_in(past));
        if self[event].fixed {
            return false;
        }
        let (location, source) = match self[event].what {
            What::Read { location, from, .. } => (location, from),
            What::Write { location, origin: Origin::Store | Origin::Half, .. } => (location, event),
            What::Choice { chosen, .. } => return chosen == 0,
            // There is one way to add these.
            What::Write { origin: Origin::Birth | Origin::Start(_), .. } | What::Fence | What::Settles => return true,
        };
        let location = self.at(location);
        if location.commutes {
            // An operation that was added before others is fixed; so this one was added as the last.
            return true;
        }
        let read = |&read: &Stamp| self[read].from() == Some(event) && previous(read);
        if self[event].writes() && location.reads.iter().any(read) {
            return false;
        }
        // A write without a place is in a dead branch.
        let place = location.order.iter().position(|&other| other == source);
        place.is_some_and(|place| !location.order[place + 1..].iter().any(|&later| previous(later)))
    }

    /// Makes of another graph, which is forgotten, the one in which `write` has revisited `read`, without a place for the
    /// write, and with the read still to be completed: the events up to the read, and those that the write depends on,
    /// which are fixed. The stamps of the two in that graph; a read that cannot go ahead behind the write is gone, and
    /// its thread waits.
    pub(super) fn revisit(&self, read: Stamp, write: Stamp, graph: &mut Graph) -> (Option<Stamp>, Stamp) {
        let stays = self.access_of(read, write).is_some();
        let keep = |event: Stamp| event < read || event == read && stays || self.precedes(event, write);
        let kept = self.restrict(keep, graph);
        for event in graph.stamps() {
            let event = &mut graph[event];
            event.fixed |= event.is_in(&self[write].clocks.porf);
        }
        let (read, write) = (stays.then(|| kept.of(read)), kept.of(write));
        graph.take_out(write);
        (read, write)
    }

    /// Where in the modification order `write` may stand, the last place first. Not before what its thread knows of, and
    /// behind the write at `least`; a read-modify-write stands right behind what it has read, and nothing comes between.
    pub(super) fn places(&self, write: Stamp, least: usize) -> SmallVec<[usize; 8]> {
        let event = &self[write];
        let location = event.location().expect("a write has a location");
        let order = &self.at(location).order;
        let lower = || self.lower(location, self.known(write));
        let is_free = |place: &usize| order.get(*place).is_none_or(|&next| !self[next].is_half());
        if !event.is_half() {
            return (lower().max(least) + 1..=order.len()).rev().filter(is_free).collect();
        }
        let from = self[self.read_of(write)].from().expect("the first half reads");
        let place = self.position(from).map(|position| position + 1);
        // Behind all others it is behind those of which its thread knows.
        let is_behind = |place: &usize| *place > least && (*place == order.len() || *place > lower());
        place.filter(is_behind).filter(is_free).into_iter().collect()
    }
}
