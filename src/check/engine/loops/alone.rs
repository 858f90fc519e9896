//! What a task does after an idle turn, when it goes on alone: the same again and again, or something else.

use std::collections::HashMap;
use std::rc::Rc;

use crate::check::engine::trace::Trace;
use crate::check::engine::trace::turn::Sight;
use crate::check::engine::trace::watched::Watched;
use crate::sync::engine::op::Name;

/// How many operations a probe has beyond its schedule; a loop that is repeated until then is taken to repeat for ever.
pub(in crate::check::engine) const OPERATIONS: usize = 20_000;
/// How many turns are enough for an answer, if there are no more because each is long.
pub(in crate::check::engine) const FEW: usize = 16;

/// What a task does after an idle turn.
#[derive(Clone, Debug)]
pub(super) enum Comes {
    /// After so many more turns the task does something else.
    Other(u32),
    /// The same turns, for ever; but it has not made them often enough yet.
    Again,
    /// The same, for ever.
    Same(Rc<[Watched]>),
}

/// The turns of a task that goes on alone.
#[derive(Debug)]
pub(super) struct Alone {
    pub(super) task: Name,
    patience: usize,
    /// Its turns, each by a number: turns that the task cannot tell apart have the same number.
    turns: Vec<usize>,
    kinds: HashMap<Vec<Sight>, usize>,
    ended: Option<usize>,
    /// The turns from the one in question on.
    pub(super) asked: Vec<Vec<usize>>,
    pub(super) comes: Comes,
}

impl Alone {
    pub(super) fn new(task: Name, patience: usize) -> Self {
        let (turns, kinds, asked) = (Vec::new(), HashMap::new(), Vec::new());
        Alone { task, patience, turns, kinds, ended: None, asked, comes: Comes::Other(1) }
    }

    /// Takes in a turn, unless it has been taken in before; `begun` steps come before the task goes on alone.
    pub(super) fn take(&mut self, trace: &Trace, end: usize, begun: usize) {
        if self.ended.replace(end) == Some(end) {
            return;
        }
        let turn = trace.turn(end);
        let sights: Vec<Sight> = turn.iter().map(|&step| trace.sight(step, begun)).collect();
        let next = self.kinds.len();
        self.turns.push(*self.kinds.entry(sights).or_insert(next));
        if trace.len() >= begun {
            self.asked.push(turn);
        }
    }

    /// Whether the answer is there: the last turn was not idle, or there have been enough. `begun` steps come before.
    pub(super) fn is_over(&mut self, trace: &Trace, begun: usize) -> bool {
        let more = self.asked.len() as u32;
        let last = self.asked.last().expect("the turn in question is there");
        if trace.idle(last).is_none() {
            self.comes = Comes::Other(more.saturating_sub(1).max(1));
            return true;
        }
        self.comes = Comes::Other(more);
        let long = trace.len() >= begun + OPERATIONS;
        if self.asked.len() < if long { FEW } else { self.patience } {
            return long;
        }
        if let Some((from, period)) = repetition(&self.turns, self.asked.len() / 2)
            && let again = self.asked[1..=period].concat()
            && let Some(watched) = trace.idle(&again)
        {
            // A turn of one step is before a change or after it; in the middle of a longer one a change may come.
            let enough = if again.len() == 1 { 1 } else { 2 * period };
            let made = self.turns.len() - self.asked.len() + 1;
            self.comes = match made.saturating_sub(from) {
                // What comes before the turns repeat themselves is counted.
                0 => Comes::Other((from + 1 - made) as u32),
                repeated if repeated < enough => Comes::Again,
                _ => Comes::Same(watched.into()),
            };
        }
        true
    }
}

/// From which turn on they repeat themselves, and with which period; at least so many of the last turns do.
pub(in crate::check::engine) fn repetition(turns: &[usize], most: usize) -> Option<(usize, usize)> {
    let from = |period: usize| (0..turns.len() - period).rev().find(|&turn| turns[turn] != turns[turn + period]);
    let starts = (1..=most / 2).map(|period| (from(period).map_or(0, |last| last + 1), period));
    starts.into_iter().find(|&(from, _)| from + most <= turns.len())
}
