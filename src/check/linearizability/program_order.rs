//! Orders that respect each process's own order, and barriers, but not the time between processes, as sequential
//! consistency requires (Lamport 1979).
//!
//! The number of operations of each process that are in the order says which they are; two such numbers fit in a word.

use hashbrown::HashMap;

use super::history::Event;
use super::plan::{Plan, Planned};
use super::search::{Masks, Order};
use crate::sync::DefaultHashBuilder;

/// Which operations are in the order, and which may be next.
pub(super) struct ProgramOrder<'a> {
    operations: &'a [Planned],
    /// By process: its operations, in their order.
    lanes: Vec<Vec<u32>>,
    /// By operation: its lane.
    lane_of: Vec<u32>,
    /// By operation: how many barriers were before its invocation.
    invoked_in: Vec<u32>,
    /// By operation: how many barriers were before its response.
    returned_in: Vec<u32>,
    /// By era: how many operations that returned in it are not in the order yet. The next era begins when there are
    /// none.
    owed: Vec<u32>,
    /// The current era.
    place: usize,
    /// By process: how many of its operations are in the order.
    taken: Vec<u64>,
}

impl<'a> ProgramOrder<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        let Plan { operations, events, .. } = plan;
        let mut lanes: Vec<Vec<u32>> = Vec::new();
        let mut numbers: HashMap<usize, u32, DefaultHashBuilder> = HashMap::default();
        let mut lane_of = Vec::with_capacity(operations.len());
        let mut invoked_in = Vec::with_capacity(operations.len());
        let mut returned_in = vec![0; operations.len()];
        let mut owed = vec![0];
        for &event in events {
            let era = owed.len() - 1;
            match event {
                Event::Barrier => owed.push(0),
                Event::Invoked(index) => {
                    let lane = *numbers.entry(operations[index as usize].process).or_insert(lanes.len() as u32);
                    if lane as usize == lanes.len() {
                        lanes.push(Vec::new());
                    }
                    lanes[lane as usize].push(index);
                    lane_of.push(lane);
                    invoked_in.push(era as u32);
                }
                Event::Returned(index) => {
                    returned_in[index as usize] = era as u32;
                    owed[era] += 1;
                }
            }
        }
        let taken = vec![0; lanes.len().div_ceil(2)];
        let mut order = ProgramOrder { operations, lanes, lane_of, invoked_in, returned_in, owed, place: 0, taken };
        order.advance();
        order
    }

    /// No masks for the memo: a configuration never dominates another one.
    pub(super) fn masks(&self) -> Masks {
        (vec![0; self.taken.len()], vec![0; self.taken.len()])
    }

    fn advance(&mut self) {
        while self.owed[self.place] == 0 && self.place + 1 < self.owed.len() {
            self.place += 1;
        }
    }

    fn taken(&self, lane: usize) -> usize {
        (self.taken[lane / 2] >> (32 * (lane % 2))) as u32 as usize
    }

    fn collect(&self, found: &mut Vec<u32>, reads: bool) {
        let next = self.lanes.iter().enumerate().filter_map(|(lane, all)| all.get(self.taken(lane)).copied());
        found.extend(next.filter(|&index| {
            let begun = self.invoked_in[index as usize] as usize <= self.place;
            begun && self.operations[index as usize].reads == reads
        }));
    }
}

impl Order for ProgramOrder<'_> {
    const TIMED: bool = false;

    fn place(&self) -> u32 {
        self.place as u32
    }

    fn key(&self) -> &[u64] {
        &self.taken
    }

    fn is_complete(&self) -> bool {
        self.owed[self.place] == 0
    }

    fn deadline(&self) -> Option<u32> {
        None
    }

    fn reads(&self, found: &mut Vec<u32>) {
        self.collect(found, true);
    }

    fn others(&self, found: &mut Vec<u32>) {
        self.collect(found, false);
    }

    fn take(&mut self, index: u32) {
        let lane = self.lane_of[index as usize] as usize;
        self.taken[lane / 2] += 1 << (32 * (lane % 2));
        if !self.operations[index as usize].optional {
            self.owed[self.returned_in[index as usize] as usize] -= 1;
            self.advance();
        }
    }

    fn give_back(&mut self, index: u32, place: u32) {
        let lane = self.lane_of[index as usize] as usize;
        self.taken[lane / 2] -= 1 << (32 * (lane % 2));
        if !self.operations[index as usize].optional {
            self.owed[self.returned_in[index as usize] as usize] += 1;
            self.place = place as usize;
        }
    }

    fn contains(&self, index: u32) -> bool {
        let lane = self.lane_of[index as usize] as usize;
        self.lanes[lane][..self.taken(lane)].contains(&index)
    }

    fn before(&self, _: u32, _: &mut Vec<u32>) {
        unreachable!("nothing is due here");
    }

    fn due(&self, _: u32) -> u32 {
        0
    }

    fn rank(&self, index: u32) -> u32 {
        // Operations are numbered by invocation, which is the best guess of their order.
        if self.operations[index as usize].optional { u32::MAX } else { index }
    }
}
