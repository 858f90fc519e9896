//! The moments of a small program, as an engine finds them: the graph of its [schedules](super::Schedules).

use super::story::{Object, Place, Thread};

/// What is at one time, in all executions that have come to the same until then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Moment {
    /// What each object is, in words, by its number in [`Schedules::objects`](super::Schedules::objects); none where it is not made yet. Under `rc11`
    /// there are none.
    pub states: Vec<Option<String>>,
    /// Who can go on, and what that comes to. Nobody, at an end.
    pub moves: Vec<Move>,
    /// Who waits, and for what: a thread that has been started and not ended, and cannot go on. Not told under `rc11`.
    pub waits: Vec<(usize, String)>,
    /// What the execution gives that ends here, by its number in [`Schedules::values`](super::Schedules::values).
    pub value: Option<usize>,
}

/// A step that can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Move {
    /// Who, by its number in [`Schedules::threads`](super::Schedules::threads).
    pub thread: usize,
    /// What, before it is known what that comes to: `load total`.
    pub asks: String,
    /// What it comes to: `load total = 1`.
    pub text: String,
    /// The line that asks for it.
    pub place: Place,
    /// It is taken before all else: there is no other here.
    pub at_once: bool,
    /// Where it leads, by its number in [`Schedules::moments`](super::Schedules::moments).
    pub to: usize,
}

impl Moment {
    /// Whether a move takes the turn from the thread that has it, and could go on.
    pub fn preempts(&self, turn: usize, next: &Move) -> bool {
        !next.at_once && next.thread != turn && self.moves.iter().any(|other| other.thread == turn)
    }
}

/// What an engine found, with values by the numbers that they were given.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) threads: Vec<Thread>,
    pub(super) objects: Vec<Object>,
    pub(super) moments: Vec<Moment>,
}
