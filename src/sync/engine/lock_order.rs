//! The order in which tasks take locks while they hold others.
//!
//! Two tasks that take the same two locks in opposite orders may deadlock even if an execution passed (Havelund, "Using
//! runtime analysis to guide model checking of Java programs", SPIN 2000, with gate locks). That is a suspicion, and no
//! failure: something else may keep the two apart.

use std::panic::Location;

use super::ids::{ObjectId, TaskId};

/// A lock that a task holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) object: ObjectId,
    pub(crate) since: &'static Location<'static>,
    /// The event that took it.
    pub(crate) event: usize,
    /// Whether other tasks may hold it too.
    pub(crate) shared: bool,
    /// Whether the act would have waited for the lock; an attempt would not.
    pub(crate) waits: bool,
}

/// A task took `then` while it held `first`.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    pub(crate) task: TaskId,
    pub(crate) first: Held,
    pub(crate) then: Held,
    /// What else it held then: a lock held by both sides of an inversion keeps them apart.
    pub(crate) outer: Vec<ObjectId>,
}

/// The pairs of edges of an execution that could deadlock: two tasks, opposite orders, no further lock held by both,
/// and each would have to wait for the other. An attempt does not wait, and readers do not wait for each other.
///
/// Cycles over three and more locks are left to the deadlocks they lead to.
pub(crate) fn inversions(edges: &[Edge]) -> impl Iterator<Item = (&Edge, &Edge)> {
    let waits = |asked: &Held, had: &Held| asked.object == had.object && asked.waits && !(asked.shared && had.shared);
    edges.iter().enumerate().flat_map(move |(index, one)| {
        let inverts = move |other: &&Edge| {
            one.task != other.task
                && waits(&one.then, &other.first)
                && waits(&other.then, &one.first)
                && !one.outer.iter().any(|gate| other.outer.contains(gate))
        };
        edges[index + 1..].iter().filter(inverts).map(move |other| (one, other))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A task took one lock while it held another, and what else it held.
    fn edge(task: u32, first: usize, then: usize, outer: &[usize]) -> Edge {
        let hold = |lock| Held {
            object: ObjectId::new(lock, 0),
            since: Location::caller(),
            event: 0,
            shared: false,
            waits: true,
        };
        let outer = outer.iter().map(|&lock| ObjectId::new(lock, 0)).collect();
        Edge { task: TaskId(task), first: hold(first), then: hold(then), outer }
    }

    fn inverted(edges: &[Edge]) -> bool {
        inversions(edges).next().is_some()
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

    #[test]
    fn who_does_not_wait_does_not_deadlock() {
        let with = |change: fn(&mut Edge)| {
            let mut changed = edge(2, 11, 10, &[]);
            change(&mut changed);
            changed
        };
        let attempt = with(|edge| edge.then.waits = false);
        assert!(!inverted(&[edge(1, 10, 11, &[]), attempt]), "an attempt goes on");
        let reader = |task, first, then| Edge {
            first: Held { shared: true, ..edge(task, first, then, &[]).first },
            then: Held { shared: true, ..edge(task, first, then, &[]).then },
            ..edge(task, first, then, &[])
        };
        assert!(!inverted(&[reader(1, 10, 11), reader(2, 11, 10)]), "readers");
        assert!(inverted(&[reader(1, 10, 11), edge(2, 11, 10, &[])]), "a reader and a writer");
    }
}
