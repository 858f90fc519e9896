//! How operations are added on objects whose operations [commute](super::commute): as the last, and before others.

use super::access::Access;
use super::consistency::consistent;
use super::deed::{Deed, Operation};
use super::event::{Stamp, What};
use super::search::{Item, Search};
use super::ways::Way;
use crate::check::story::Ordering;
use crate::sync::engine::machine::Passes;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;

impl Search {
    /// Adds an operation as the last of its object, and notes where else it could stand.
    pub(super) fn operate(&mut self, operation: Operation) {
        self.note_ways(operation.clone());
        let half = self.append(operation.thread, operation.location, operation.act);
        self.note_ways_with(half);
    }

    /// Does the same for an operation whose first half is in the graph.
    pub(super) fn complete_operation(&mut self, read: Stamp, access: Access) {
        let event = &self.graph()[read];
        let What::Read { location, ref act, .. } = event.what else { unreachable!("it is an operation") };
        let act = act.clone();
        self.note_ways(Operation { thread: event.thread, index: event.index, location, act });
        let half = self.add_half(read, access);
        self.note_ways_with(half);
    }

    /// Adds an operation as the last of its object; its second half.
    pub(super) fn append(&mut self, thread: Name, location: ObjectName, act: Deed) -> Stamp {
        let from = *self.graph().at(location).order.last().expect("it was made");
        let what = What::Read { location, act, from, after: None, effect: None };
        let read = self.graph_mut().push(thread, what, Ordering::Relaxed, Passes::NOTHING);
        let access = self.read_from(read, from);
        self.add_half(read, access)
    }

    /// Notes the ways of an operation that is to be added.
    pub(super) fn note_ways(&mut self, operation: Operation) {
        let graph = self.graph();
        let len = graph.len();
        let ways = graph.ways(&operation).into_iter();
        let before = |way| Item::Before { len, operation: operation.clone(), way: Box::new(way) };
        let items: Vec<Item> = ways.map(before).collect();
        self.level().items.extend(items);
    }

    /// Notes the ways of other operations that exist because of the one that was added last.
    pub(super) fn note_ways_with(&mut self, new: Stamp) {
        let graph = self.graph();
        let len = graph.len();
        let ways = graph.ways_with(new).into_iter();
        let items: Vec<Item> =
            ways.map(|(operation, way)| Item::Before { len, operation, way: Box::new(way) }).collect();
        self.level().items.extend(items);
    }

    /// Adds an operation before others, in a graph of its own. Returns whether that is consistent.
    pub(super) fn come_before(&mut self, operation: Operation, way: &Way) -> bool {
        let Way { past, needed, first, stays } = way;
        let mut level = self.room();
        let graph = self.graph();
        let keep = |event: Stamp| event < *first || if event == *first { *stays } else { graph[event].is_in(needed) };
        let first = {
            let kept = graph.restrict(keep, &mut level.graph);
            let later = |&event: &Stamp| event > *first && graph[event].is_in(needed) || graph[event].is_in(past);
            let fixed = graph.stamps().filter(later).filter(|&event| keep(event));
            fixed.for_each(|event| level.graph[kept.of(event)].fixed = true);
            stays.then(|| kept.of(*first))
        };
        self.levels.push(level);
        let half = self.append(operation.thread, operation.location, operation.act);
        let graph = self.graph_mut();
        let read = graph.read_of(half);
        (graph[read].fixed, graph[half].fixed) = (true, true);
        if let Some(first) = first {
            let access = self.read_from(first, half);
            self.complete(first, access);
        }
        // Behind the new one others may have another effect, if they come before what they have come after.
        self.note_ways_with(half);
        let consistent = consistent(self.graph(), self.model);
        if !consistent {
            self.level().items.clear();
        }
        consistent
    }
}
