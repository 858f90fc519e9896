//! The tree of schedules in parts, for several threads, processes or machines.
//!
//! Races tie all of a search together: one that is found deep down plans a schedule from far up. So the
//! tree is cut below its first branching nodes. Above the cut every enabled step is run from each node, with sleep sets
//! (Godefroid 1996), whether a race asks for it or not. Then nothing that is found below the cut can add to what is
//! above.
//!
//! Below the cut, wakeup trees would not be enough. Part of what a subtree with sleeping tasks has to run is planned by
//! races in executions that begin with the sleepers, and those belong to another part. Source sets (section 5 of the
//! JACM paper) ask for nothing from elsewhere: a subtree finds all that is its own, with the same complete executions
//! as the whole search, and with some that are *blocked*: that turn out to be in another subtree when they are half
//! run.
//!
//! One thing is added to them. The paper's processes never make each other wait, but here a step can: a writer bars new
//! readers, say. The operation that waits may go ahead only after a sleeping step, so that its race with the step that
//! keeps it waiting is seen in another part and not in this one. So where an execution is blocked, each operation that
//! waits counts as a step at its end: it races with the step that keeps it waiting, and without which it could have
//! gone ahead.
//!
//! # Why a subtree finds all that is its own
//!
//! Let E be a node, and Z its sleep set. The claim: for every sequence w from E of which no step of Z is an initial, an
//! execution is run that begins with w, up to equivalence. It may be blocked behind w; if w is complete, it is w. By
//! induction over how much can follow E; let X be the steps run from E. X is not empty, since the first step of w is
//! awake.
//!
//! - If some p of X is a weak initial of w, take the first p that was run. After p those steps sleep that commute with
//!   p and are in Z, or were run from E before p; none is an initial of what is left of w. So the claim for E.p gives
//!   an execution.
//! - If not, take p of X with the longest prefix u of w after which p could as well come first; the next step of w is r,
//!   which depends on p. The claim for E.p and u gives an execution that begins with p and u, and if r can go on there, one
//!   that begins with p, u and r. Or p keeps r waiting. Then r's task goes on later, and its step depends on p, by the
//!   second law of the machines; or the execution fails; or it is blocked, and r waits at its end. In each case the
//!   race of p with r is seen, and u and r are part of its reversal. Some initial q of that is in X then. (q does not
//!   sleep: it was run behind p, so a step that it depends on had woken it.) If q is a step of u or r, it is an initial
//!   of w; if not, it commutes with u and r. Both are contradictions: no step of X is an initial of w, and p has the
//!   longest prefix.
//!
//! That p and r are of two tasks: suppose that they are arms of one select. Where r is ready in E, it sleeps there or
//! is in X; where it is not, p depends on what makes it ready. And where an arm of p's select sleeps, every step is run
//! from E.
//!
//! That r could go ahead without p, whatever else the execution has run, follows from the machines' fourth law: of two
//! independent steps, at most one keeps a third waiting, or each does so only together with the other. The exception is
//! two adds to a wait group that is at zero: then r would be looked for only at places before the second add, and missed
//! if u was not completely run by then. So an execution with two such steps, not ordered, ends the parts, and the search
//! is done as a whole. Where r has another label behind the other steps that were run, its race with those is found in
//! turn, as in the [search](super) as a whole.
//!
//! The place of the cut depends only on the program and the number of parts, so the process that explores the k-th part
//! knows its subtrees without asking another. Each part walks all of the tree above the cut, which costs one execution
//! a subtree.
//!
//! Sleep sets keep any execution from being run in two subtrees.
//!
//! # What the parts must agree on
//!
//! That the owners of something are counted, since the last of them does something, is found out on the way; then the search
//! starts again, and has more operations. So a part that found it out alone would cut another tree than the others, and
//! between the two executions could be missing. Hence all parts run the same executions above the cut, and the first of
//! every subtree, step by step, in an [order](crate::sync::engine::names::Names::compare) that does not depend on what
//! else a part has run. What one of them finds out there, all of them do. Where a part finds it out elsewhere, it ends: the
//! process runs the whole search as one part if it can, and the verdict is `CUT` if other processes have parts.

use serde::{Deserialize, Serialize};

use super::tree::Node;

/// Subtrees for each part, if every node above the cut has two branches at least: enough for parts of about equal size.
const SUBTREES: usize = 32;

/// One part of a tree.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(in crate::check::engine) struct Share {
    part: usize,
    parts: usize,
    /// The number of the next subtree, and whether the search is in one that belongs to another part.
    subtree: usize,
    foreign: bool,
    /// No execution has ended in this subtree.
    first: bool,
}

impl Default for Share {
    fn default() -> Self {
        Share::new(0, 1)
    }
}

impl Share {
    /// The `part`-th of so many, counted from 0.
    pub(in crate::check::engine) fn new(part: usize, parts: usize) -> Self {
        Share { part, parts, subtree: 0, foreign: false, first: false }
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
        (self.foreign, self.first) = (self.subtree % self.parts != self.part, true);
        self.subtree += 1;
    }

    /// The first execution of a subtree has ended, or one above the cut.
    pub(super) fn go_on(&mut self) {
        self.first = false;
    }

    /// Whether the execution below the cut is one that all parts run.
    pub(super) fn is_first(self) -> bool {
        self.first
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
