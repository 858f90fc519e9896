//! Orders that respect time: an operation that returned before another was invoked comes before it.
//!
//! # The window
//!
//! The current time is a place in the list of events. It moves over invocations, and over the responses of operations
//! that are in the order. It stops at the response of an operation that is not in the order, the *deadline*: until this
//! operation is in the order, none that was invoked later may be. So the operations that may come next are those that
//! are open at that place and not in the order yet; all that returned before the place are in the order. Each open
//! operation has a slot, a bit that a later operation takes over, as registers are allocated to variables: the place
//! and one bit for each slot say exactly which operations are in the order.
//!
//! Slots come in three ranges, so that each bit keeps its kind, as the memo needs: operations that change the state,
//! reads, and pending operations, which never give up their slots.

use super::history::Event;
use super::plan::{Plan, Planned};
use super::search::{Masks, Order};

/// Which operations are in the order, and which may be next.
pub(super) struct RealTime<'a> {
    operations: &'a [Planned],
    events: &'a [Event],
    slots: Vec<u32>,
    /// The operation that was last given the slot.
    holder: Vec<u32>,
    /// Open, and in the order.
    taken: Vec<u64>,
    /// Open, and not in the order.
    waiting: Vec<u64>,
    reads: Vec<u64>,
    optional: Vec<u64>,
    place: usize,
    /// By operation: the place of its response; for a pending one, the end.
    due: Vec<u32>,
    /// By operation: the sum of the places of its invocation and its response, that is, twice the middle.
    middle: Vec<u32>,
}

/// The slots of one kind while they are given out.
#[derive(Default)]
struct Range {
    free: Vec<u32>,
    len: u32,
}

impl Range {
    fn take(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.len += 1;
            self.len - 1
        })
    }
}

impl<'a> RealTime<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        let Plan { operations, events, .. } = plan;
        let end = events.len() as u32;
        let mut slots = vec![0; operations.len()];
        let mut due = vec![end; operations.len()];
        let mut middle = vec![0; operations.len()];
        let kind = |index: u32| {
            let operation = operations[index as usize];
            if operation.optional { 2 } else { usize::from(operation.reads) }
        };
        let mut ranges: [Range; 3] = Default::default();
        for (place, &event) in events.iter().enumerate() {
            match event {
                Event::Invoked(index) => {
                    slots[index as usize] = ranges[kind(index)].take();
                    middle[index as usize] = place as u32 + end;
                }
                Event::Returned(index) => {
                    ranges[kind(index)].free.push(slots[index as usize]);
                    due[index as usize] = place as u32;
                    middle[index as usize] = middle[index as usize] - end + place as u32;
                }
                Event::Barrier => (),
            }
        }
        let starts = [0, ranges[0].len, ranges[0].len + ranges[1].len];
        let total = starts[2] + ranges[2].len;
        for (index, slot) in slots.iter_mut().enumerate() {
            *slot += starts[kind(index as u32)];
        }
        let words = (total as usize).div_ceil(64);
        let mask = |from: u32, to: u32| {
            let mut mask = vec![0; words];
            (from..to).for_each(|slot| set(&mut mask, slot));
            mask
        };
        let mut order = RealTime {
            operations,
            events,
            slots,
            holder: vec![0; total as usize],
            taken: vec![0; words],
            waiting: vec![0; words],
            reads: mask(starts[1], starts[2]),
            optional: mask(starts[2], total),
            place: 0,
            due,
            middle,
        };
        order.advance();
        order
    }

    /// The masks that the memo wants: of reads, and of pending operations.
    pub(super) fn masks(&self) -> Masks {
        (self.reads.clone(), self.optional.clone())
    }

    fn advance(&mut self) {
        while let Some(&event) = self.events.get(self.place) {
            match event {
                Event::Invoked(index) => {
                    let slot = self.slots[index as usize];
                    self.holder[slot as usize] = index;
                    set(&mut self.waiting, slot);
                }
                Event::Returned(index) => {
                    let slot = self.slots[index as usize];
                    if !has(&self.taken, slot) {
                        break;
                    }
                    clear(&mut self.taken, slot);
                }
                Event::Barrier => (),
            }
            self.place += 1;
        }
    }

    fn rewind(&mut self, place: usize) {
        while self.place > place {
            self.place -= 1;
            match self.events[self.place] {
                Event::Invoked(index) => clear(&mut self.waiting, self.slots[index as usize]),
                Event::Returned(index) => {
                    let slot = self.slots[index as usize];
                    self.holder[slot as usize] = index;
                    set(&mut self.taken, slot);
                }
                Event::Barrier => (),
            }
        }
    }

    fn collect(&self, found: &mut Vec<u32>, wanted: impl Fn(usize) -> u64) {
        for (index, word) in self.waiting.iter().enumerate() {
            let mut bits = word & wanted(index);
            while bits != 0 {
                let slot = 64 * index + bits.trailing_zeros() as usize;
                found.push(self.holder[slot]);
                bits &= bits - 1;
            }
        }
    }
}

impl Order for RealTime<'_> {
    const TIMED: bool = true;

    fn place(&self) -> u32 {
        self.place as u32
    }

    fn key(&self) -> &[u64] {
        &self.taken
    }

    fn is_complete(&self) -> bool {
        self.place == self.events.len()
    }

    fn deadline(&self) -> Option<u32> {
        match self.events.get(self.place)? {
            Event::Returned(index) => Some(*index),
            Event::Invoked(_) | Event::Barrier => unreachable!("time stands still at responses only"),
        }
    }

    fn reads(&self, found: &mut Vec<u32>) {
        self.collect(found, |index| self.reads[index]);
    }

    fn others(&self, found: &mut Vec<u32>) {
        self.collect(found, |index| !self.reads[index]);
    }

    fn take(&mut self, index: u32) {
        let slot = self.slots[index as usize];
        clear(&mut self.waiting, slot);
        set(&mut self.taken, slot);
        self.advance();
    }

    fn give_back(&mut self, index: u32, place: u32) {
        self.rewind(place as usize);
        let slot = self.slots[index as usize];
        clear(&mut self.taken, slot);
        set(&mut self.waiting, slot);
    }

    fn contains(&self, index: u32) -> bool {
        let slot = self.slots[index as usize];
        let open = self.holder[slot as usize] == index;
        (self.due[index as usize] as usize) < self.place || open && has(&self.taken, slot)
    }

    fn before(&self, index: u32, found: &mut Vec<u32>) {
        self.others(found);
        let until = self.due[index as usize] as usize;
        let invoked = self.events[self.place..until].iter().filter_map(|event| match event {
            Event::Invoked(index) => Some(*index),
            Event::Returned(_) | Event::Barrier => None,
        });
        found.extend(invoked.filter(|&index| !self.operations[index as usize].reads));
        found.retain(|&other| other != index);
    }

    fn due(&self, index: u32) -> u32 {
        self.due[index as usize]
    }

    fn rank(&self, index: u32) -> u32 {
        if self.operations[index as usize].optional { u32::MAX } else { self.middle[index as usize] }
    }
}

fn set(bits: &mut [u64], slot: u32) {
    bits[slot as usize / 64] |= 1 << (slot % 64);
}

fn clear(bits: &mut [u64], slot: u32) {
    bits[slot as usize / 64] &= !(1 << (slot % 64));
}

fn has(bits: &[u64], slot: u32) -> bool {
    bits[slot as usize / 64] >> (slot % 64) & 1 == 1
}
