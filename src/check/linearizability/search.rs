//! The search for an order: Wing and Gong's, with Lowe's memo.
//!
//! It goes depth first through *configurations*: the operations that are in the order, and the state that they leave.
//! From each it goes on with every operation that may come next, and every state that this operation may leave, except
//! for configurations that the memo knows.
//!
//! # What else is left out, and why nothing is missed
//!
//! Each rule depends only on the configuration and not on how it was reached, so it can be combined with the memo. To
//! be shown: if some sequence `w` of the remaining operations explains the rest, so does a sequence that the rules do
//! not prune; and the same for a `w` that explains up to a deadline. The tests compare with a search without any of
//! this.
//!
//! 1. **A read that fits is taken at once**, and nothing else is tried. Let `r` change no state, fit now, and be free
//!    to come next. If `r` is in `w`, move it to the front: the other operations see the same states, since `r` changes
//!    none in either place, and its predecessors are all in the order. If it is not, put it there.
//! 2. **Of equal operations, the one that is due first.** Let `a` and `b` be of one class, both free
//!    to come next, and the response of `a` not after that of `b`. If `b` comes before `a` in `w`, exchange them. They
//!    do the same, so the states are the same. No operation comes too early by this: an operation between them was not
//!    invoked after `a`'s response, or it would not be before `a`; so it was not invoked after `b`'s response either.
//!    If `a` is not in `w`, put it in the place of `b`: `w` only passes deadlines before `a`'s, and so none at which
//!    `b` is missing.
//! 3. **Pending reads** are not in the plan: see [`Plan`].
//! 4. **A dominated configuration** is not searched: see [`memo`](super::memo).
//! 5. **A configuration that cannot pass a deadline** is not searched: see [`reach`](super::reach). This is tested
//!    where the operation that is due does not fit and no single step makes it fit. If it is out of reach, the test is
//!    repeated for the configurations on the way back, up to one from which it is in reach: the search goes back to the
//!    choice that mattered (conflict-directed backjumping, Prosser 1993), and not through all choices after it.
//!    Deadlines that were missed lately are tested ahead of their time, as long as that finds something. From a pruned
//!    configuration no order passes the deadline, and the longest order has got as far as the deadline already.
//!
//! Rules 2 and 5 are about time, and do not apply where only each process's order counts.

use super::memo::Memo;
use super::object::{INITIAL, Object};
use super::plan::Plan;
use super::reach::Reach;
use super::states::{NOWHERE, States, Successors};

/// Which operations are in the order, and which may be next. Operations are indices into the plan's.
pub(super) trait Order {
    /// Whether operations are due at a time.
    const TIMED: bool;

    /// How far the order gets.
    fn place(&self) -> u32;
    /// Together with the place this says which operations are in the order.
    fn key(&self) -> &[u64];
    /// Whether all that has to be in the order is.
    fn is_complete(&self) -> bool;
    /// The operation that has to be in the order before the place can move.
    fn deadline(&self) -> Option<u32>;
    /// Adds the reads that may be next.
    fn reads(&self, found: &mut Vec<u32>);
    /// Adds the other operations that may be next.
    fn others(&self, found: &mut Vec<u32>);
    /// Puts an operation that may be next into the order.
    fn take(&mut self, index: u32);
    /// Undoes the last [`take`](Order::take), which was of this operation at that place.
    fn give_back(&mut self, index: u32, place: u32);
    /// Whether it is in the order.
    fn contains(&self, index: u32) -> bool;
    /// Adds the operations, except reads, that are not in the order and may come before this one is due.
    fn before(&self, index: u32, found: &mut Vec<u32>);
    /// The place of its response.
    fn due(&self, index: u32) -> u32;
    /// The operation with the lowest rank is tried first.
    fn rank(&self, index: u32) -> u32;
}

/// The result of a search. Operations are indices into the plan's.
pub(super) enum Found {
    Order(Vec<u32>),
    /// The longest order, and the number in the history of the operation that does not fit.
    Nothing(Vec<u32>, u32),
}

/// An operation in the order, and the place and state before it.
#[derive(Clone, Copy)]
struct Move {
    index: u32,
    state: u32,
    place: u32,
}

/// A way to go on: an operation, and the state that it leaves.
#[derive(Clone, Copy)]
struct Choice {
    /// Lower ranks are tried first.
    rank: (bool, u32),
    index: u32,
    state: u32,
}

/// A configuration with ways left to go on.
struct Frame {
    /// How many moves led to it.
    moves: usize,
    /// Where its choices begin; the last of them is tried first.
    choices: usize,
}

/// How many missed deadlines are remembered.
const MISSED: usize = 4;

/// How far ahead missed deadlines are tested, in events.
const SOON: u32 = 256;

/// How far ahead of a deadline it is tested on the way back, in events: the test takes time for each of them.
const FAR: u32 = 1 << 12;

/// After how many vain tests in a row a missed deadline is forgotten.
const VAIN: u32 = 8;

/// Which bits are of reads, and which of pending operations.
pub(super) type Masks = (Vec<u64>, Vec<u64>);

/// A search through the orders of one plan.
pub(super) struct Search<'a, O> {
    plan: &'a Plan,
    order: O,
    states: States<'a>,
    state: u32,
    moves: Vec<Move>,
    choices: Vec<Choice>,
    frames: Vec<Frame>,
    longest: Longest,
    /// By class: the candidate that is kept, if the stamp is the current one.
    of_class: Vec<(u64, u32)>,
    stamp: u64,
    candidates: Vec<u32>,
    memo: Memo,
    reach: Reach,
    /// The deadline that could not be reached from the last configuration.
    missed: Option<u32>,
    /// The deadlines missed last, the latest first, and how often each has been tested in vain since.
    missed_before: Vec<(u32, u32)>,
    /// Whether the current configuration has yet to be examined.
    arrived: bool,
    unpruned: bool,
}

/// The longest order so far, which shares its beginning with the current order.
#[derive(Default)]
struct Longest {
    place: u32,
    order: Vec<u32>,
    /// How much they share.
    shared: usize,
    misfit: Option<u32>,
}

impl<'a, O: Order> Search<'a, O> {
    /// With the masks of [`Memo::new`].
    pub(super) fn new(object: Box<dyn Object + 'a>, plan: &'a Plan, order: O, masks: Masks, unpruned: bool) -> Self {
        Search {
            plan,
            order,
            states: States::new(object, plan),
            state: INITIAL,
            moves: Vec::with_capacity(plan.operations.len()),
            choices: Vec::new(),
            frames: Vec::new(),
            longest: Longest::default(),
            of_class: vec![(0, 0); plan.classes()],
            stamp: 0,
            candidates: Vec::new(),
            memo: Memo::new(masks.0, masks.1),
            reach: Reach::default(),
            missed: None,
            missed_before: Vec::new(),
            arrived: true,
            unpruned,
        }
    }

    /// Searches on for at most `steps` steps, and subtracts those that it takes; the memo may take `memory` bytes.
    pub(super) fn run(&mut self, steps: &mut u64, memory: usize) -> Option<Found> {
        self.memo.bound(memory);
        loop {
            if self.arrived {
                if let Some(order) = self.arrive() {
                    return Some(Found::Order(order));
                }
                self.arrived = false;
            }
            if *steps == 0 {
                return None;
            }
            *steps -= 1;
            let Some(choice) = self.next_choice() else {
                let misfit = self.misfit();
                return Some(Found::Nothing(std::mem::take(&mut self.longest.order), misfit));
            };
            self.go(choice.index, choice.state);
            self.arrived = true;
        }
    }

    /// Examines the current configuration. Returns the order, if it explains everything.
    fn arrive(&mut self) -> Option<Vec<u32>> {
        if !self.unpruned {
            self.take_reads();
        }
        let mut woken = None;
        if self.order.is_complete() {
            woken = self.woken();
            if woken.is_none() {
                return Some(self.moves.iter().map(|step| step.index).collect());
            }
        }
        self.note_the_longest(woken);
        if self.unpruned || self.memo.insert(self.order.place(), self.state, self.order.key()) {
            self.missed = self.will_be_missed();
            if self.missed.is_none() {
                self.branch();
            }
        }
        None
    }

    /// Rule 1, as long as it applies.
    fn take_reads(&mut self) {
        let mut found = std::mem::take(&mut self.candidates);
        loop {
            found.clear();
            self.order.reads(&mut found);
            found.retain(|&index| self.states.enables(self.state, self.plan.operations[index as usize].class));
            if found.is_empty() {
                break;
            }
            found.iter().for_each(|&index| self.go(index, self.state));
        }
        self.candidates = found;
    }

    fn go(&mut self, index: u32, state: u32) {
        self.moves.push(Move { index, state: self.state, place: self.order.place() });
        self.order.take(index);
        self.state = state;
    }

    /// Adds a frame with the ways to go on, if there are any.
    fn branch(&mut self) {
        let mut found = std::mem::take(&mut self.candidates);
        found.clear();
        self.order.others(&mut found);
        if self.unpruned {
            self.order.reads(&mut found);
        } else if O::TIMED {
            self.keep_the_first_due(&mut found);
        }
        let frame = Frame { moves: self.moves.len(), choices: self.choices.len() };
        let deadline = self.order.deadline().map(|index| (index, self.plan.operations[index as usize].class));
        for &index in &found {
            let class = self.plan.operations[index as usize].class;
            let rank = self.order.rank(index);
            let mut add = |state| self.choices.push(Choice { rank: (true, rank), index, state });
            match self.states.successors(self.state, class) {
                Successors::One(NOWHERE) => (),
                Successors::One(state) => add(state),
                Successors::Many(states) => states.iter().for_each(|&state| add(state)),
            }
        }
        if let Some((last, class)) = deadline {
            let mut leads_on = false;
            for choice in &mut self.choices[frame.choices..] {
                // A choice that makes the due operation fit goes first.
                choice.rank.0 = choice.index != last && !self.states.enables(choice.state, class);
                leads_on |= !choice.rank.0;
            }
            if !leads_on && !self.unpruned && self.is_out_of_reach(last) {
                self.missed = Some(last);
                self.missed_before.retain(|&(missed, _)| missed != last);
                self.missed_before.truncate(MISSED - 1);
                self.missed_before.insert(0, (last, 0));
                self.choices.truncate(frame.choices);
            }
        }
        // The last is tried first.
        self.choices[frame.choices..].sort_unstable_by_key(|choice| std::cmp::Reverse(choice.rank));
        if self.choices.len() > frame.choices {
            self.frames.push(frame);
        }
        self.candidates = found;
    }

    /// Rule 2.
    fn keep_the_first_due(&mut self, found: &mut Vec<u32>) {
        self.stamp += 1;
        for &index in &*found {
            let class = self.plan.operations[index as usize].class as usize;
            let (stamp, first) = self.of_class[class];
            if stamp != self.stamp || self.order.due(index) < self.order.due(first) {
                self.of_class[class] = (self.stamp, index);
            }
        }
        found.retain(|&index| self.of_class[self.plan.operations[index as usize].class as usize].1 == index);
    }

    /// Rule 5, for deadlines that were missed before: returns one that will be missed again.
    fn will_be_missed(&mut self) -> Option<u32> {
        let mut missed_before = std::mem::take(&mut self.missed_before);
        let again = missed_before.iter_mut().find_map(|(missed, vain)| {
            let soon = self.order.due(*missed) < self.order.place().saturating_add(SOON);
            if !soon || self.order.contains(*missed) {
                return None;
            }
            let again = self.is_out_of_reach(*missed);
            *vain = if again { 0 } else { *vain + 1 };
            again.then_some(*missed)
        });
        missed_before.retain(|&(_, vain)| vain < VAIN);
        self.missed_before = missed_before;
        again
    }

    /// Rule 5: whether `index` can have no place any more.
    fn is_out_of_reach(&mut self, index: u32) -> bool {
        if self.order.due(index) > self.order.place().saturating_add(FAR) {
            return false;
        }
        let mut before = std::mem::take(&mut self.candidates);
        before.clear();
        self.order.before(index, &mut before);
        let operations = &self.plan.operations;
        let class = |index: u32| operations[index as usize].class;
        let is_out = self.reach.is_out(&mut self.states, self.state, class(index), before.iter().map(|&i| class(i)));
        self.candidates = before;
        is_out
    }

    /// Goes back to the last configuration with ways left, and takes the best of them.
    fn next_choice(&mut self) -> Option<Choice> {
        loop {
            let frame = self.frames.last()?;
            let (moves, choices) = (frame.moves, frame.choices);
            while self.moves.len() > moves {
                let step = self.moves.pop().expect("there are more");
                self.order.give_back(step.index, step.place);
                self.state = step.state;
            }
            self.longest.shared = self.longest.shared.min(moves);
            if let Some(missed) = self.missed {
                if self.is_out_of_reach(missed) {
                    self.frames.pop();
                    self.choices.truncate(choices);
                    continue;
                }
                self.missed = None;
            }
            let choice = self.choices.pop().expect("a frame has choices left");
            if self.choices.len() == choices {
                self.frames.pop();
            }
            return Some(choice);
        }
    }

    /// The number of a blocked operation that is enabled in the state in which the order ends.
    fn woken(&mut self) -> Option<u32> {
        let blocked = self.plan.blocked.iter();
        blocked.copied().find(|&(_, class)| self.states.enables(self.state, class)).map(|(id, _)| id)
    }

    fn note_the_longest(&mut self, woken: Option<u32>) {
        let place = self.order.place();
        let longest = &mut self.longest;
        if longest.order.is_empty() || (place, self.moves.len()) > (longest.place, longest.order.len()) {
            longest.order.truncate(longest.shared);
            longest.order.extend(self.moves[longest.shared..].iter().map(|step| step.index));
            longest.shared = self.moves.len();
            longest.place = place;
            longest.misfit = woken.or(self.order.deadline().map(|index| self.plan.operations[index as usize].id));
        }
    }

    /// The number of the operation that does not fit behind the longest order.
    fn misfit(&self) -> u32 {
        self.longest.misfit.unwrap_or_else(|| {
            let missing =
                |&index: &u32| !self.plan.operations[index as usize].optional && !self.longest.order.contains(&index);
            let missing = (0..self.plan.operations.len() as u32).find(missing);
            self.plan.operations[missing.expect("an order of all would have been an answer") as usize].id
        })
    }
}
