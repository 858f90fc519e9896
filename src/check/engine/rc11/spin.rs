//! Loops that look and yield.
//!
//! A turn of a loop is what a thread does between two yields. It is *idle* if it has left each location in the state in
//! which it found it. A thread is a function of what it reads, so a turn that finds the same again does the same again. So
//! after an idle turn a thread waits until a location that it has looked at has a last write of another state; and an
//! execution in which a turn finds what the idle one before it has found is left: it reads something old again, which
//! a fair machine shows only so often.
//!
//! That a loop counts its idle turns is not seen: where one waited, the verdict is `BOUNDED`, `turns<=1`.

use std::sync::Arc;

use super::access::{Access, Kind};
use super::graph::Graph;
use crate::sync::engine::machine::{Act, State};
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

/// What was done to a location, and the state that was found there.
#[derive(Debug)]
struct Look {
    location: ObjectName,
    act: Act,
    found: Arc<State>,
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

    /// The thread does `act` to a location that it found in this state.
    pub(super) fn does(&mut self, thread: Name, location: ObjectName, act: Act, found: Arc<State>) {
        let turn = self.of(thread);
        if !turn.works {
            turn.looks.push(Look { location, act, found });
        }
    }

    /// Whether a thread that is about to yield can go on: its turn was not idle, or something has changed.
    pub(super) fn goes_on(&self, thread: Name, graph: &Graph) -> bool {
        let Some(turn) = self.0.get(thread.index()).filter(|turn| turn.is_idle(thread)) else { return true };
        turn.looks.iter().any(|look| {
            let last = graph.at(look.location).order.last().expect("it was made");
            *graph.state(*last) != look.found
        })
    }

    /// A thread yields. Whether its turn repeats an idle one.
    pub(super) fn ends(&mut self, thread: Name) -> bool {
        let turn = self.of(thread);
        let idle = turn.is_idle(thread);
        let looks = std::mem::take(&mut turn.looks);
        let same = |(one, other): (&Look, &Look)| one.location == other.location && one.found == other.found;
        let before = turn.before.take().filter(|before| before.len() == looks.len());
        let repeats = idle && before.is_some_and(|before| before.iter().zip(&looks).all(same));
        turn.works = false;
        turn.before = idle.then_some(looks);
        repeats
    }
}

impl Turn {
    /// Whether each look has left its location as it was. A turn that has looked at nothing waits for nothing.
    fn is_idle(&self, thread: Name) -> bool {
        let leaves = |look: &Look| match Access::of(look.act, &look.found, thread).map(|access| access.kind) {
            Some(Kind::Reads) => true,
            // What a lock guards is changed unseen.
            Some(Kind::Updates(left)) => matches!(look.act, Act::Atomic(_)) && left == look.found,
            _ => false,
        };
        !self.works && !self.looks.is_empty() && self.looks.iter().all(leaves)
    }
}
