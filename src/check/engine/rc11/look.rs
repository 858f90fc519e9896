//! What a thread has found at a location, and how it has left it: what makes a turn of a loop, or a try, idle.
//!
//! A look is kept as the last of its events: most are never asked about.

use std::hash::BuildHasher;

use super::deed::Deed;
use super::event::{Stamp, What};
use super::graph::Graph;
use crate::sync::engine::names::ObjectName;

/// What was done to a location.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look<'a> {
    pub(super) location: ObjectName,
    pub(super) act: &'a Deed,
    /// The write that it has read, and the write that was the last afterwards: the same one, or its own.
    pub(super) found: Stamp,
    pub(super) left: Stamp,
}

/// Whether looks have left each location as they have found it.
pub(super) fn is_idle(looks: &[Stamp], graph: &Graph) -> bool {
    let looks: Vec<Look<'_>> = looks.iter().map(|&last| graph.look(last)).collect();
    let first = |at: &usize| !looks[..*at].iter().any(|look| look.location == looks[*at].location);
    let stays = |at: usize| {
        let last = looks.iter().rfind(|look| look.location == looks[at].location).unwrap_or(&looks[at]);
        graph.state(looks[at].found) == graph.state(last.left)
    };
    !looks.iter().any(|look| look.act.changes_content()) && (0..looks.len()).filter(first).all(stays)
}

/// Whether a look has found the same as one before.
pub(super) fn same((&before, &now): (&Stamp, &Stamp), graph: &Graph) -> bool {
    let (before, now) = (graph.look(before), graph.look(now));
    before.location == now.location
        && graph.state(before.found) == graph.state(now.found)
        && !graph.has_new_content(before.left, now.found)
}

impl Look<'_> {
    /// A number for what was done, and found.
    pub(super) fn number(&self, graph: &Graph) -> u64 {
        foldhash::fast::FixedState::default().hash_one((self.location, self.act, graph.state(self.found)))
    }
}

impl Graph {
    /// Whether the last event of a thread makes a look: it, or the first half of what it is the second of, has read
    /// something.
    pub(super) fn is_look(&self, last: Stamp) -> bool {
        self[last].from().is_some() || self[last].is_half()
    }

    /// The look that an event [makes](Self::is_look).
    pub(super) fn look(&self, last: Stamp) -> Look<'_> {
        let read = if self[last].is_half() { self.read_of(last) } else { last };
        match self[read].what {
            What::Read { location, ref act, from: found, .. } => {
                Look { location, act, found, left: if read == last { found } else { last } }
            }
            ref other => unreachable!("{other:?} is no look"),
        }
    }

    /// Whether the content that an object guards was changed after the write `one` and up to the write `other`.
    pub(super) fn has_new_content(&self, one: Stamp, other: Stamp) -> bool {
        let (Some(from), Some(to)) = (self.position(one), self.position(other)) else { return false };
        let location = self[one].location().expect("a write has a location");
        self.at(location).order.iter().take(to + 1).skip(from + 1).any(|&write| {
            let read = self.of(self[write].thread).get((self[write].index as usize).wrapping_sub(1));
            let act = read.filter(|_| self[write].is_half()).map(|&read| &self[read].what);
            matches!(act, Some(What::Read { act, .. }) if act.changes_content())
        })
    }
}
