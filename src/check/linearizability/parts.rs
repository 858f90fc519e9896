//! A history taken apart by key, and the orders of its parts put together.

use std::hash::Hash;

use hashbrown::HashMap;

use super::history::{Event, History};
use crate::sync::DefaultHashBuilder;

/// Moves the responses of each stretch without a moment of rest to its end: then all operations of the stretch are
/// concurrent, and operations separated by a rest keep their order.
pub(super) fn without_time_between_rests(events: &[Event]) -> Vec<Event> {
    let mut under_way = 0_usize;
    let mut returned = Vec::new();
    let mut moved = Vec::with_capacity(events.len());
    for &event in events {
        match event {
            Event::Barrier => moved.push(event),
            Event::Invoked(_) => {
                under_way += 1;
                moved.push(event);
            }
            Event::Returned(_) => {
                under_way -= 1;
                returned.push(event);
                if under_way == 0 {
                    moved.append(&mut returned);
                }
            }
        }
    }
    moved.append(&mut returned);
    moved
}

/// The events of each key, by its first appearance.
pub(super) fn parts<Op, Ret, K: Eq + Hash>(
    history: &History<Op, Ret>,
    events: &[Event],
    key: impl Fn(&Op) -> K,
) -> Vec<Vec<Event>> {
    let mut numbers: HashMap<K, usize, DefaultHashBuilder> = HashMap::default();
    let mut part_of = vec![0; history.operations().len()];
    let mut parts: Vec<Vec<Event>> = Vec::new();
    for &event in events {
        let part = match event {
            // Where time counts, a barrier adds nothing to it.
            Event::Barrier => continue,
            Event::Invoked(id) => {
                let count = numbers.len();
                let part = *numbers.entry(key(&history.operations()[id as usize].op)).or_insert(count);
                part_of[id as usize] = part;
                part
            }
            Event::Returned(id) => part_of[id as usize],
        };
        if part == parts.len() {
            parts.push(Vec::new());
        }
        parts[part].push(event);
    }
    parts
}

/// Puts the orders of the parts together into one.
///
/// An operation's point is the latest invocation among its own and those of the operations before it in its order. The
/// point is not before its own invocation, by definition, and it is before its response: had the operation returned
/// before one of the others was invoked, it would precede that one in the order. So the order by points respects time,
/// and within a part it is the part's. Points of two parts differ, since each is an invocation of its own part.
pub(super) struct Points {
    invoked: Vec<u32>,
    points: Vec<(u32, u32)>,
}

impl Points {
    pub(super) fn new(operations: usize, events: &[Event]) -> Self {
        let mut invoked = vec![0; operations];
        for (place, event) in events.iter().enumerate() {
            if let Event::Invoked(id) = event {
                invoked[*id as usize] = place as u32;
            }
        }
        Points { invoked, points: Vec::with_capacity(operations) }
    }

    pub(super) fn add(&mut self, order: impl Iterator<Item = u32>) {
        let mut latest = 0;
        for id in order {
            latest = latest.max(self.invoked[id as usize]);
            self.points.push((latest, id));
        }
    }

    pub(super) fn order(mut self) -> Vec<usize> {
        // Stable: operations with one point stay in the order of their part.
        self.points.sort_by_key(|&(point, _)| point);
        self.points.into_iter().map(|(_, id)| id as usize).collect()
    }
}
