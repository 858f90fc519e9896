//! What a thread has found at a location, and how it has left it: what makes a turn of a loop, or a try, idle.
//!
//! A look is kept as the last of its events: most are never asked about.
//!
//! What a thread can tell of a location is what its acts there come to: their effects and answers. The states of the
//! location may differ without that, and by what others have done in between, which need not be ordered with the acts: so
//! they are not compared, but by a probe, in which nobody else does anything.

use std::hash::BuildHasher;

use super::deed::{Deed, Did, Value};
use super::event::{Stamp, What};
use super::graph::Graph;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;

/// What was done to a location.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look<'a> {
    pub(super) location: ObjectName,
    thread: Name,
    pub(super) act: &'a Deed,
    did: &'a Did,
    /// The write that it has read, and the write that was the last afterwards: the same one, or its own.
    pub(super) found: Stamp,
    pub(super) left: Stamp,
}

/// What a thread is answered.
#[derive(PartialEq)]
enum Answer<'a> {
    One(Option<u64>),
    /// By a select, for which the whole state is taken.
    OfSeveral(&'a Value),
}

/// Whether looks have left each location as they have found it.
pub(super) fn is_idle(looks: &[Stamp], graph: &Graph) -> bool {
    let mut looks: Vec<Look<'_>> = looks.iter().map(|&last| graph.look(last)).collect();
    let stays = |at_one: &[Look<'_>]| {
        let found = graph.state(at_one[0].found);
        come_again(at_one, found, graph).is_some_and(|left| left == **found)
    };
    !looks.iter().any(|look| look.act.changes_content()) && by_location(&mut looks).all(stays)
}

/// Those at one location after the other, in their order.
pub(super) fn by_location<'l, 'a>(looks: &'l mut [Look<'a>]) -> impl Iterator<Item = &'l [Look<'a>]> {
    looks.sort_by_key(|look| look.location);
    looks.chunk_by(|one, other| one.location == other.location)
}

/// What the looks at one location would leave if they were made one after the other from a state on; `None` if one of them
/// would come to something else than it has.
pub(super) fn come_again(looks: &[Look<'_>], from: &Value, graph: &Graph) -> Option<Value> {
    let mut state = from.clone();
    for look in looks {
        let comes = state.meets(look.act, look.thread)? == *look.did && look.answer(&state) == look.answered(graph);
        if !comes {
            return None;
        }
        state.take(look.act, look.did, look.thread);
    }
    Some(state)
}

/// Whether a look has come to the same as one before.
pub(super) fn same((&before, &now): (&Stamp, &Stamp), graph: &Graph) -> bool {
    let (before, now) = (graph.look(before), graph.look(now));
    (before.location, before.act, before.did) == (now.location, now.act, now.did)
        && before.answered(graph) == now.answered(graph)
        && !graph.has_new_content(before.left, now.found)
}

impl Look<'_> {
    /// What it answers in a state.
    fn answer<'s>(&self, state: &'s Value) -> Answer<'s> {
        match (state, self.act, self.did) {
            (Value::One(state), &Deed::One(act), &Did::One(effect)) => Answer::One(state.answer(act, effect)),
            _ => Answer::OfSeveral(state),
        }
    }

    /// What it has answered.
    fn answered<'s>(&self, graph: &'s Graph) -> Answer<'s> {
        self.answer(graph.state(self.found))
    }

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
            What::Read { location, ref act, from: found, effect: Some(ref did), .. } => {
                let (thread, left) = (self[read].thread, if read == last { found } else { last });
                Look { location, thread, act, did, found, left }
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
