//! Where a search is: the items that led there. So it can be cut and go on in another process, and be done in parts.
//!
//! # What an item leads to
//!
//! A *level* is a graph and the items that are noted for it. Within a level, items are carried out the newest first,
//! and each cuts off what is newer than itself. So the graph and the items of a level are known from the items that
//! were carried out and whose results are still there. Each is written as its number in the level's list, and these
//! numbers never fall. The last of them may have led to the level above. The numbers of all levels, one after the
//! other, are the *trail*: whoever carries out these items from the start, and runs the program behind each, has the
//! same levels again. So a file needs no graphs, and a search that goes on from it runs one execution for each item of
//! the trail, which counts for nothing. It ends in the same graph, or it is another program.
//!
//! # Parts
//!
//! What an item leads to depends on its graph alone: nothing is asleep, and nothing that is found behind one item adds to
//! what is behind another. So the items that are the [second](CUT) of their trail are dealt to the parts, one after the
//! other. Each part carries out all items before the cut, and behind it those that are its own; an execution before the
//! cut counts for the first part. Which these are depends only on the program, so no part has to ask another. As in the
//! search as a whole, nothing is missed, and no more is run twice.
//!
//! The parts must agree on what the events are. That an owner count matters, or that channels are one location, is
//! found out on the way, and the search starts again. Before the cut all parts find it out. Where one finds it out
//! behind the cut, it ends: the process runs the whole search as one part if it can, and the verdict is `CUT` if other
//! processes have parts.

use super::event::Stamp;
use super::search::{Item, Search};
use super::share::{Ahead, Applied, Saved};
use crate::check::engine::strategy::Lost;

/// How many items the trail of those has that are dealt to the parts: most programs have hundreds of them.
const CUT: usize = 2;

impl Search {
    /// The next item to be carried out; `None` if there is none left.
    pub(super) fn next_item(&mut self) -> Option<Item> {
        loop {
            let planned = self.ahead.as_mut().and_then(|ahead| ahead.trail.pop());
            let level = self.levels.last_mut().filter(|level| {
                // Of another program there may be fewer.
                planned.is_none_or(|planned| level.items.len() > planned.at as usize)
            });
            let Some(level) = level else {
                self.lost = self.is_on_the_way();
                return None;
            };
            if let Some(planned) = planned {
                level.items.truncate(planned.at as usize + 1);
            }
            let top = level.items.len() as u32;
            let Some(item) = level.items.pop() else {
                self.end_level();
                continue;
            };
            let at = top - 1;
            // What an item has noted begins at its own number.
            let kept = level.applied.partition_point(|applied| applied.at <= at);
            let top = planned.or(level.applied.get(kept).copied()).map_or(top, |applied| applied.top);
            level.applied.truncate(kept);
            level.applied.push(Applied { at, top });
            let is_dealt = planned.is_none() && self.share.parts > 1 && self.depth() == CUT;
            if is_dealt && self.share.deals_to_another() {
                continue;
            }
            return Some(item);
        }
    }

    /// How many items the trail has.
    fn depth(&self) -> usize {
        self.levels.iter().map(|level| level.applied.len()).sum()
    }

    /// Whether an execution here counts for this part.
    pub(super) fn counts(&self) -> bool {
        self.share.part == 0 || self.is_behind_the_cut()
    }

    /// Whether other parts do not come here.
    pub(super) fn is_behind_the_cut(&self) -> bool {
        self.share.parts > 1 && self.depth() >= CUT
    }

    /// How much of the search is done.
    pub(super) fn progress(&self) -> f64 {
        let (mut share, mut done) = (1.0, 0.0);
        for level in &self.levels {
            let mut from = 0;
            for &Applied { at, top } in &level.applied {
                // The execution that noted the items is one of them.
                let width = f64::from(top - from + 1);
                done += share * f64::from(top - at) / width;
                share /= width;
                from = at;
            }
        }
        done
    }

    /// Where the search is, between two executions.
    pub(super) fn save(&self) -> Saved {
        let trail = self.levels.iter().flat_map(|level| level.applied.iter().copied()).collect();
        Saved { trail, share: self.share, number: self.number(), over: self.levels.is_empty() }
    }

    /// Goes to where a search was: the next executions lead there.
    pub(super) fn restore(&mut self, saved: Saved) {
        if saved.over {
            self.levels.clear();
            self.began = true;
            return;
        }
        self.ahead = Some(Ahead { trail: saved.trail.iter().rev().copied().collect(), saved });
    }

    /// Whether the executions only lead to where a search was.
    pub(super) fn is_on_the_way(&self) -> bool {
        self.ahead.is_some()
    }

    /// An execution has ended that leads to where a search was.
    ///
    /// # Errors
    ///
    /// If it has led to something else.
    pub(super) fn went(&mut self) -> Result<(), Lost> {
        let Some(Ahead { saved, .. }) = self.ahead.take_if(|ahead| ahead.trail.is_empty()) else { return Ok(()) };
        self.share = saved.share;
        if self.number() == saved.number { Ok(()) } else { Err(Lost) }
    }

    /// A number for the graph, and for how many items each level has.
    fn number(&self) -> u64 {
        let items = self.levels.iter().map(|level| level.items.len() as u64);
        let items = items.fold(0, |number: u64, items| number.wrapping_mul(31).wrapping_add(items));
        let graph = self.levels.last().map(|level| &level.graph);
        let graph = graph.map_or(0, |graph| graph.number_of(|_: Stamp| true));
        graph.wrapping_add(items)
    }
}
