//! Scouts: executions that are drawn beside the search, so that a failure which many schedules have comes early.
//!
//! A depth-first search varies the last steps of an execution first. A failure that needs two changes far apart waits
//! until a whole subtree has been run, whichever branch of a node comes first; a sampler meets it after a few
//! executions. So executions are drawn in between, as [`pos`](super::super::pos) draws them: two after each of the
//! first ones of the search, and later fewer and fewer. A failure that `pos` would meet in its n-th execution is met
//! among the first 1.5 n or so, for n up to 128, 2n for 256, and 5n for 1024; and a long search spends next to nothing
//! on it.
//!
//! Scouts are no part of the search. It learns nothing from them, runs its own executions in its own order, and counts
//! only those. A scout counts only if one fails: then the report says how many there were.
//!
//! A scout knows nothing of loops, and lets others go on first where its thread has yielded. One that grows far longer than
//! the executions of the search is given up: it may spin for ever.

use std::hash::BuildHasher;

use serde::{Deserialize, Serialize};

use crate::check::engine::pos::Pos;
use crate::check::engine::strategy::{Lost, Ready, Strategy};
use crate::sync::engine::op::Name;

/// How many scouts follow each execution of the search at first.
const EACH: u64 = 2;

/// Beside n executions of the search there are at most √(this · n) scouts.
const IN_ALL: u64 = 256;

/// Beside a search that is longer than this, at most as many as beside one of √(this · n) executions.
const LONG: u64 = 4096;

/// A scout is given up if it has more operations than `TIMES` times the longest execution of the search, plus `MORE`.
const TIMES: usize = 2;
const MORE: usize = 100;

/// What is drawn beside a search.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(in crate::check::engine) struct Scouts {
    /// The seed of the search and the number of its part, if there are to be scouts.
    seed: Option<(u64, usize)>,
    /// How many executions of the search have ended, and how many scouts have begun.
    searched: u64,
    drawn: u64,
    /// Steps of the longest execution of the search.
    longest: usize,
    /// The scout that is running, and how many operations it has done.
    #[serde(skip)]
    running: Option<(Pos, usize)>,
}

impl Scouts {
    /// Scouts of a part of the search: others for each seed and part.
    pub(in crate::check::engine) fn of(seed: u64, part: usize) -> Self {
        Scouts { seed: Some((seed, part)), ..Scouts::default() }
    }

    /// The same for a search that starts again.
    pub(super) fn restarted(&self) -> Self {
        Scouts { seed: self.seed, ..Scouts::default() }
    }

    /// An execution of the search has ended, with so many steps.
    pub(super) fn searched(&mut self, steps: usize) {
        self.searched += 1;
        self.longest = self.longest.max(steps);
    }

    /// An execution begins, which is a scout if one is due.
    pub(super) fn begin(&mut self) {
        let searched = self.searched.min((LONG * self.searched).isqrt());
        let due = (EACH * searched).min((IN_ALL * searched).isqrt());
        self.running = self.seed.filter(|_| self.drawn < due).map(|(seed, part)| {
            let seed = foldhash::fast::FixedState::default().hash_one((seed, part, self.drawn));
            self.drawn += 1;
            (Pos::new(seed, 1), 0)
        });
    }

    /// Whether the execution is a scout.
    pub(super) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Takes in an operation of a scout.
    pub(super) fn observe(&mut self) {
        self.running.iter_mut().for_each(|(_, operations)| *operations += 1);
    }

    /// Whether the scout is to be given up.
    pub(super) fn is_too_long(&self) -> bool {
        self.running.as_ref().is_some_and(|&(_, operations)| operations > TIMES * self.longest + MORE)
    }

    /// The task to go on.
    pub(super) fn next(&mut self, ready: &[Ready<'_>], current: Name) -> Result<Name, Lost> {
        let (scout, _) = self.running.as_mut().ok_or(Lost)?;
        let has_yielded = |ready: &Ready<'_>| ready.yielded && ready.task == current;
        if ready.len() == 1 || !ready.iter().any(has_yielded) {
            return scout.next(ready, current);
        }
        let others: Vec<Ready<'_>> = ready.iter().filter(|&ready| !has_yielded(ready)).copied().collect();
        scout.next(&others, current)
    }

    /// The arm that an operation takes.
    pub(super) fn choose(&mut self, task: Name, arms: u64) -> Result<u32, Lost> {
        self.running.as_mut().ok_or(Lost)?.0.choose(task, arms)
    }
}
