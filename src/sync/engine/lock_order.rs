//! The order in which tasks take locks while they hold others.
//!
//! Two tasks that take the same two locks in opposite orders can deadlock even where an execution
//! got through, so a sampler reports the inversion itself (Havelund, "Using runtime analysis to guide
//! model checking of Java programs", SPIN 2000, with gate locks). An exhaustive engine does not need
//! to: it meets the deadlock.

use super::op::{ObjectId, TaskId};
use super::world::Hold;

/// A task took `then` while it held `first`.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    pub(crate) task: TaskId,
    pub(crate) first: Hold,
    pub(crate) then: Hold,
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
