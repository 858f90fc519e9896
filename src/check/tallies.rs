//! How often each value of a check came, while it is explored.

use std::collections::BTreeMap;

use super::story::Story;

/// How often each value came, by the value's number.
#[derive(Clone, Debug, Default)]
pub(super) struct Tallies(BTreeMap<usize, Tally>);

/// How often a value came, and an execution that gave it, with the number of its preemptions.
#[derive(Clone, Debug, Default)]
struct Tally {
    executions: u64,
    story: Option<(usize, Story)>,
}

impl Tallies {
    /// How often a value came, and an execution that gave it, if it came.
    pub(super) fn take(&mut self, number: usize) -> Option<(u64, Option<Story>)> {
        let Tally { executions, story } = self.0.remove(&number)?;
        Some((executions, story.map(|(_, story)| story)))
    }

    /// Counts an execution that has no story.
    #[cfg(not(any(loom, shuttle)))]
    pub(super) fn count_only(&mut self, number: usize) {
        self.0.entry(number).or_default().executions += 1;
    }

    /// Counts an execution, and keeps its story if none has had fewer preemptions.
    #[cfg(any(loom, shuttle))]
    pub(super) fn count(&mut self, number: usize, preemptions: usize, story: impl FnOnce() -> Story) {
        let tally = self.0.entry(number).or_default();
        tally.executions += 1;
        if tally.story.as_ref().is_none_or(|(fewest, _)| preemptions < *fewest) {
            tally.story = Some((preemptions, story()));
        }
    }

    /// Takes in the tallies of another part of the search.
    #[cfg(any(loom, shuttle))]
    pub(super) fn merge(&mut self, other: &Tallies) {
        for (&number, Tally { executions, story }) in &other.0 {
            let tally = self.0.entry(number).or_default();
            tally.executions += executions;
            let fewer = |(theirs, _): &&(usize, Story)| tally.story.as_ref().is_none_or(|(ours, _)| theirs < ours);
            if let Some(story) = story.as_ref().filter(fewer) {
                tally.story = Some(story.clone());
            }
        }
    }
}
