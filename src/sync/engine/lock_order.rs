//! The order in which tasks take locks while they hold others.
//!
//! Two tasks that take the same two locks in opposite orders can deadlock even where an execution
//! got through, so a sampler reports the inversion itself (Havelund, "Using runtime analysis to guide
//! model checking of Java programs", SPIN 2000, with gate locks). An exhaustive engine does not need
//! to: it meets the deadlock.

use super::op::{ObjectId, TaskId};
use super::world::Held;

/// A task took `then` while it held `first`.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    pub(crate) task: TaskId,
    pub(crate) first: Held,
    pub(crate) then: Held,
    /// What else it held then: a lock held by both sides of an inversion keeps them apart.
    pub(crate) outer: Vec<ObjectId>,
}

/// The first pair of edges of an execution that could deadlock: two tasks, opposite orders, and no
/// lock that both hold meanwhile.
///
/// Cycles over three and more locks are left to the deadlocks they lead to.
pub(crate) fn inversion(edges: &[Edge]) -> Option<(&Edge, &Edge)> {
    edges.iter().enumerate().find_map(|(index, one)| {
        let other = edges[index + 1..].iter().find(|other| {
            one.task != other.task
                && one.first.object == other.then.object
                && one.then.object == other.first.object
                && !one.outer.iter().any(|gate| other.outer.contains(gate))
        })?;
        Some((one, other))
    })
}

#[cfg(test)]
mod tests {
    use std::panic::Location;

    use super::*;

    /// A task took one lock while it held another, and what else it held.
    fn edge(task: u32, first: u32, then: u32, outer: &[u32]) -> Edge {
        let hold = |lock| Held { object: ObjectId(lock), since: Location::caller() };
        let outer = outer.iter().map(|&lock| ObjectId(lock)).collect();
        Edge { task: TaskId(task), first: hold(first), then: hold(then), outer }
    }

    fn inverted(edges: &[Edge]) -> bool {
        inversion(edges).is_some()
    }

    #[test]
    fn two_tasks_that_take_two_locks_in_two_orders() {
        assert!(inverted(&[edge(1, 10, 11, &[]), edge(1, 12, 13, &[]), edge(2, 11, 10, &[])]));
        assert!(inverted(&[edge(1, 10, 11, &[7]), edge(2, 11, 10, &[8])]), "what they hold besides is not the same");
    }

    #[test]
    fn what_cannot_deadlock_is_no_inversion() {
        assert!(!inverted(&[edge(1, 10, 11, &[]), edge(1, 11, 10, &[])]), "one task alone");
        assert!(!inverted(&[edge(1, 10, 11, &[7]), edge(2, 11, 10, &[7])]), "a gate keeps them apart");
        assert!(!inverted(&[edge(1, 10, 11, &[]), edge(2, 10, 11, &[])]), "the same order");
        assert!(!inverted(&[edge(1, 10, 11, &[]), edge(2, 12, 13, &[])]), "other locks");
        assert!(!inverted(&[edge(1, 10, 11, &[]), edge(2, 11, 12, &[])]), "one lock in common");
        assert!(!inverted(&[edge(1, 10, 11, &[]), edge(2, 12, 10, &[])]), "one lock in common");
    }
}
