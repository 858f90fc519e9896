//! Loops that look and yield.
//!
//! A turn of a loop is what a thread does between two yields. It is *idle* if it has left each location in the state in
//! which it found it. A thread is a function of what it reads, so a turn that finds the same again does the same again. So
//! after an idle turn a thread waits until a location that it has looked at has a last write of another state; and an
//! execution in which a turn finds what the idle one before it has found is left: it reads something old again, which
//! a fair machine shows only so often.
//!
//! That a loop counts its idle turns is not seen.

use std::sync::Arc;

use crate::sync::engine::machine::{Act, State};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;

use super::access::{Access, Kind};
use super::graph::Graph;

/// What was found at a location, and what was left there.
type Look = (ObjectName, Arc<State>, Arc<State>);

/// The turn of each thread, and the one before.
#[derive(Debug, Default)]
pub(super) struct Turns(Vec<Turn>);

#[derive(Debug, Default)]
struct Turn {
    looks: Vec<Look>,
    /// It did something that is no look at a location.
    works: bool,
    /// Those of the turn before, if that was idle.
    before: Option<Vec<Look>>,
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
        self.of(thread).works = true;
    }

    /// The thread does `act` to a location that it found in this state.
    pub(super) fn does(&mut self, thread: Name, location: ObjectName, act: Act, found: &Arc<State>) {
        let left = match Access::of(act, found, thread).map(|access| access.kind) {
            Some(Kind::Reads) => Arc::clone(found),
            // What a lock guards is changed unseen.
            Some(Kind::Updates(left)) if matches!(act, Act::Atomic(_)) => left,
            _ => return self.works(thread),
        };
        self.of(thread).looks.push((location, Arc::clone(found), left));
    }

    /// Whether a thread that is about to yield can go on: its turn was not idle, or something has changed.
    pub(super) fn goes_on(&self, thread: Name, graph: &Graph) -> bool {
        let Some(turn) = self.0.get(thread.index()).filter(|turn| turn.is_idle()) else { return true };
        turn.looks.iter().any(|(location, _, left)| {
            let last = graph.at(*location).order.last().expect("it was made");
            graph.state(*last) != left
        })
    }

    /// A thread yields. Whether its turn repeats an idle one.
    pub(super) fn ends(&mut self, thread: Name) -> bool {
        let turn = self.of(thread);
        let looks = std::mem::take(&mut turn.looks);
        let idle = turn.is_idle_with(&looks);
        let same = |(one, other): (&Look, &Look)| one.0 == other.0 && one.1 == other.1;
        let before = turn.before.take().filter(|before| before.len() == looks.len());
        let repeats = idle && before.is_some_and(|before| before.iter().zip(&looks).all(same));
        turn.works = false;
        turn.before = idle.then_some(looks);
        repeats
    }
}

impl Turn {
    fn is_idle(&self) -> bool {
        self.is_idle_with(&self.looks)
    }

    /// Whether each location was left as it was found. One at which nothing was looked at waits for nothing.
    fn is_idle_with(&self, looks: &[Look]) -> bool {
        let unchanged = |(location, found, _): &Look| {
            let last = looks.iter().rfind(|(other, ..)| other == location).expect("it is one of them");
            *found == last.2
        };
        let first = |at: usize| !looks[..at].iter().any(|(other, ..)| *other == looks[at].0);
        !self.works && !looks.is_empty() && (0..looks.len()).filter(|&at| first(at)).all(|at| unchanged(&looks[at]))
    }
}
