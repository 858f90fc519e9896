//! The tree of schedules in parts, for several threads, processes or machines.
//!
//! Races tie all of a search together: one that is found deep down plans a schedule from far up. So the
//! tree is cut below its first branching nodes. Above the cut everything is run from each node that can
//! be, with sleep sets (Godefroid 1996) and without waiting for a race to ask for it; then nothing that
//! is found below the cut can add to what is above.
//!
//! Below the cut, wakeup trees would not do. What a subtree that starts with tasks asleep has to run is
//! planned in part by races of the executions that begin with the sleepers, and those are in another
//! part. Source sets (section 5 of the JACM paper) ask for nothing from elsewhere: a subtree finds all
//! that is its own, with the same complete executions as the whole search, and with some that are
//! *blocked*: that turn out to be in another subtree when they are half run.
//!
//! Where the cut is depends on the program and on the number of parts alone, so whoever explores the
//! k-th part knows its subtrees without asking. Each part walks all of the tree above the cut, which
//! costs one execution a subtree.
//!
//! Sleep sets keep any execution from being run in two subtrees.

use serde::{Deserialize, Serialize};

use super::tree::Node;

/// Subtrees for each part, at the least where every node above the cut has two branches: enough for
/// the parts to come out alike.
const SUBTREES: usize = 32;

/// One part of a tree.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(in crate::check::engine) struct Share {
    part: usize,
    parts: usize,
    /// The number of the next subtree, and whether the search is in one that belongs to another part.
    subtree: usize,
    foreign: bool,
}

impl Default for Share {
    fn default() -> Self {
        Share::new(0, 1)
    }
}

impl Share {
    /// The `part`-th of so many, counted from 0.
    pub(in crate::check::engine) fn new(part: usize, parts: usize) -> Self {
        Share { part, parts, subtree: 0, foreign: false }
    }

    /// Whether there are other parts.
    pub(super) fn is_part(self) -> bool {
        self.parts > 1
    }

    /// The same part, for a search that starts again.
    pub(super) fn restarted(self) -> Self {
        Share::new(self.part, self.parts)
    }

    /// Whether a node after those of `path` is above the cut.
    pub(super) fn is_above_the_cut(self, path: &[Node]) -> bool {
        let levels = if self.parts == 1 { 0 } else { SUBTREES.saturating_mul(self.parts).ilog2() as usize };
        path.iter().all(Node::is_open) && path.iter().filter(|node| node.branches()).count() < levels
    }

    /// The search has come below the cut, to the next subtree.
    pub(super) fn enter_subtree(&mut self) {
        self.foreign = self.subtree % self.parts != self.part;
        self.subtree += 1;
    }

    /// The search has come back above the cut.
    pub(super) fn leave_subtree(&mut self) {
        self.foreign = false;
    }

    /// Whether what the search is running belongs to another part.
    pub(super) fn is_foreign(self) -> bool {
        self.foreign
    }

    /// Whether executions that end above the cut are counted here.
    pub(super) fn has_the_rest(self) -> bool {
        self.part == 0
    }
}
