//! What comes of attempts that fail for no reason, when their task goes on alone; see [`tries`](super::tries).

use std::collections::HashMap;

use super::alone::{FEW, OPERATIONS, repetition};
use crate::check::engine::trace::Trace;
use crate::check::engine::trace::turn::Sight;
use crate::sync::engine::op::Name;

/// How many tries a loop makes that all fail before it is taken to go on like this.
pub(in crate::check::engine) const PATIENCE: usize = 100;

/// How many tries one may consist of that are repeated together; and how many steps a try may have.
pub(in crate::check::engine) const TOGETHER: usize = 4;
pub(in crate::check::engine) const STEPS: usize = 200;

/// Whether a task goes on for ever, where each of its attempts fails.
#[derive(Debug)]
pub(super) struct Retry {
    pub(super) task: Name,
    /// What the task knows.
    pub(super) knowledge: u64,
    /// Its tries, each by a number: those that are the same to the task have the same.
    tries: Vec<usize>,
    kinds: HashMap<Vec<Sight>, usize>,
    pub(super) for_ever: Option<bool>,
}

impl Retry {
    pub(super) fn new(task: Name, knowledge: u64) -> Self {
        Retry { task, knowledge, tries: Vec::new(), kinds: HashMap::new(), for_ever: None }
    }

    /// Takes in a step of the task, which goes on alone; `begun` steps come before.
    pub(super) fn take(&mut self, trace: &Trace, begun: usize) {
        let last = trace.len() - 1;
        if !trace.steps()[last].fails() {
            let since = trace.tries(self.task, 0).begun.len();
            self.end(since > STEPS, false);
            return;
        }
        let tries = trace.tries(self.task, 1);
        match tries.failed.first().and_then(|failed| trace.sights(failed, begun)) {
            Some(sights) => {
                let next = self.kinds.len();
                self.tries.push(*self.kinds.entry(sights).or_insert(next));
            }
            None => self.end(true, false),
        }
        let long = trace.len() >= begun + OPERATIONS;
        let enough = self.tries.len() >= if long { FEW } else { PATIENCE };
        let repeats = || matches!(repetition(&self.tries, self.tries.len() / 2), Some((0, _)));
        let for_ever = enough && repeats();
        self.end(enough || long, for_ever);
    }

    fn end(&mut self, over: bool, for_ever: bool) {
        if over {
            self.for_ever.get_or_insert(for_ever);
        }
    }
}
