//! What is kept of the way to where a search is, and which part of a search it is; see [`trail`](super::trail).

use serde::{Deserialize, Serialize};

/// An item of a level that was carried out.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Applied {
    /// Its number in the list.
    pub(super) at: u32,
    /// How long the list was when the first item was taken from it where this one was.
    pub(super) top: u32,
}

/// Which part of the search this is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(in crate::check::engine) struct Share {
    pub(super) part: usize,
    pub(super) parts: usize,
    /// How many items were dealt.
    dealt: usize,
}

impl Default for Share {
    fn default() -> Self {
        Share::new(0, 1)
    }
}

impl Share {
    /// The `part`-th of so many, counted from 0.
    pub(in crate::check::engine) fn new(part: usize, parts: usize) -> Self {
        Share { part, parts, dealt: 0 }
    }

    /// The same part, for a search that starts again.
    pub(super) fn restarted(self) -> Self {
        Share::new(self.part, self.parts)
    }

    /// Deals an item; whether it is another part's.
    pub(super) fn deals_to_another(&mut self) -> bool {
        self.dealt += 1;
        (self.dealt - 1) % self.parts != self.part
    }
}

/// Where a search is between two executions, for a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Saved {
    pub(super) trail: Vec<Applied>,
    pub(super) share: Share,
    /// A number for the graph there, and its items.
    pub(super) number: u64,
    /// Nothing is left.
    pub(super) over: bool,
}

/// What is left of the way to where a search was.
#[derive(Debug)]
pub(super) struct Ahead {
    /// The next is the last.
    pub(super) trail: Vec<Applied>,
    pub(super) saved: Saved,
}
