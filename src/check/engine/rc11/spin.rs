//! Loops that look and yield.
//!
//! A turn of a loop is what a thread does between two yields. It is *idle* if it has left each location in the state in
//! which it found it, and what a lock guards as it was. A thread is a function of what it finds, so a turn that finds the
//! same again does the same again. So after an idle turn a thread waits until a location that it has looked at has a last
//! write of another state, or of other content. And an execution in which a turn finds what the idle one before it has
//! found is left: it reads something old again, which a fair machine shows only so often; and whatever is revisited in it,
//! the turn stays.
//!
//! That a loop counts its idle turns is not seen: where one waited, the verdict is `BOUNDED`, `turns<=1`.

use super::event::{Stamp, What};
use super::graph::Graph;
use crate::sync::engine::machine::Act;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;

/// The turn of each thread, and the one before.
#[derive(Debug, Default)]
pub(super) struct Turns(Vec<Turn>);

#[derive(Debug, Default)]
struct Turn {
    looks: Vec<Look>,
    /// It did something that is no look at a location.
    works: bool,
    /// The looks of the turn before, if that was idle.
    before: Option<Vec<Look>>,
}

/// What was done to a location.
#[derive(Clone, Copy, Debug)]
struct Look {
    location: ObjectName,
    act: Act,
    /// The write that it has read, and the one that was the last then: the same, or its own.
    found: Stamp,
    left: Stamp,
}

impl Turns {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    fn of(&mut self, thread: Name) -> &mut Turn {
        if self.0.len() <= thread.index() {
            self.0.resize_with(thread.index() + 1, Turn::default);
        }
        &mut self.0[thread.index()]
    }

    /// The thread does something that is no look.
    pub(super) fn works(&mut self, thread: Name) {
        let turn = self.of(thread);
        turn.works = true;
        turn.looks.clear();
    }

    /// The thread has done `act` to a location; `last` is its last event.
    pub(super) fn does(&mut self, thread: Name, location: ObjectName, act: Act, last: Stamp, graph: &Graph) {
        let look = match graph[last].from() {
            Some(found) => Some(Look { location, act, found, left: found }),
            None if graph[last].is_half() => {
                let read = graph.of(thread)[graph[last].index as usize - 1];
                graph[read].from().map(|found| Look { location, act, found, left: last })
            }
            None => None,
        };
        match (look, self.of(thread)) {
            (Some(look), turn) if !turn.works => turn.looks.push(look),
            (Some(_), _) => (),
            (None, _) => self.works(thread),
        }
    }

    /// Whether a thread that is about to yield can go on: its turn was not idle, or something has changed.
    pub(super) fn goes_on(&self, thread: Name, graph: &Graph) -> bool {
        let Some(turn) = self.0.get(thread.index()).filter(|turn| turn.is_idle(graph)) else { return true };
        turn.places().any(|(_, look)| {
            let last = *graph.at(look.location).order.last().expect("it was made");
            graph.state(last) != graph.state(look.left) || graph.has_new_content(look.left, last)
        })
    }

    /// A thread yields. Whether its turn repeats an idle one.
    pub(super) fn ends(&mut self, thread: Name, graph: &Graph) -> bool {
        let turn = self.of(thread);
        let idle = turn.is_idle(graph);
        let looks = std::mem::take(&mut turn.looks);
        let same = |(before, now): (&Look, &Look)| {
            before.location == now.location
                && graph.state(before.found) == graph.state(now.found)
                && !graph.has_new_content(before.left, now.found)
        };
        let before = turn.before.take().filter(|before| before.len() == looks.len());
        let repeats = idle && before.is_some_and(|before| before.iter().zip(&looks).all(same));
        turn.works = false;
        turn.before = idle.then_some(looks);
        repeats
    }
}

impl Turn {
    /// The first and the last look at each location.
    fn places(&self) -> impl Iterator<Item = (&Look, &Look)> {
        let first = |at: &usize| !self.looks[..*at].iter().any(|look| look.location == self.looks[*at].location);
        (0..self.looks.len()).filter(first).map(|at| {
            let first = &self.looks[at];
            let last = self.looks.iter().rfind(|look| look.location == first.location);
            (first, last.unwrap_or(first))
        })
    }

    /// Whether it has left each location as it has found it. A turn that has looked at nothing waits for nothing.
    fn is_idle(&self, graph: &Graph) -> bool {
        let stays = |(first, last): (&Look, &Look)| graph.state(first.found) == graph.state(last.left);
        let changes = |look: &Look| look.act.changes_content();
        !self.works && !self.looks.is_empty() && !self.looks.iter().any(changes) && self.places().all(stays)
    }
}

impl Graph {
    /// Whether what an object guards was changed between two of its writes, the second of them included.
    fn has_new_content(&self, one: Stamp, other: Stamp) -> bool {
        let (Some(from), Some(to)) = (self.position(one), self.position(other)) else { return false };
        let location = self[one].location().expect("a write has a location");
        self.at(location).order.iter().take(to + 1).skip(from + 1).any(|&write| {
            let read = self.of(self[write].thread).get((self[write].index as usize).wrapping_sub(1));
            let act = read.filter(|_| self[write].is_half()).map(|&read| &self[read].what);
            matches!(act, Some(What::Read { act, .. }) if act.changes_content())
        })
    }
}
