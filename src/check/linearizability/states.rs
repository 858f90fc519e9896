//! States by number, and what operations do to them.
//!
//! Each state that a search meets is kept once, and found again by comparison. What an operation
//! does in a state is asked of the specification and remembered in a cache of fixed size, so that an
//! object with few states is a table after a while.

use std::hash::{BuildHasher, Hash};

use hashbrown::hash_table::Entry;
use hashbrown::{HashMap, HashTable};

use super::plan::Plan;
use super::specification::{Next, Specification};

/// The hasher is fixed, so that a run repeats itself to the last bit.
type Hasher = foldhash::fast::FixedState;

/// How many transitions the cache remembers.
const CACHE: usize = 1 << 12;

/// Of a transition that there is not. No state has that number.
pub(super) const NOWHERE: u32 = u32::MAX;

/// The numbers of the states that a transition leads to.
#[derive(Clone, Copy)]
pub(super) enum Successors<'a> {
    /// None or one, which is almost always so.
    One(u32),
    /// More.
    Many(&'a [u32]),
}

/// The states of one search.
pub(super) struct States<'a, S: Specification> {
    specification: &'a S,
    plan: &'a Plan<'a, S>,
    states: Vec<S::State>,
    numbers: HashTable<u32>,
    hasher: Hasher,
    /// `(state, class)` and where they lead, each at the place that its key is mapped to.
    cache: Box<[(u64, u32)]>,
    /// Of the transitions that lead to several states.
    branches: HashMap<u64, Box<[u32]>, Hasher>,
    next: Next<S::State>,
    before: Vec<&'a S::Op>,
}

/// In the cache: look into the branches.
const BRANCHES: u32 = u32::MAX - 1;

impl<'a, S: Specification> States<'a, S> {
    /// The number of the initial state.
    pub(super) const INITIAL: u32 = 0;

    pub(super) fn new(specification: &'a S, plan: &'a Plan<'a, S>) -> Self {
        let cache = CACHE.min(16 * plan.classes()).next_power_of_two();
        let mut states = States {
            specification,
            plan,
            states: Vec::new(),
            numbers: HashTable::new(),
            hasher: Hasher::default(),
            cache: vec![(u64::MAX, NOWHERE); cache].into(),
            branches: HashMap::default(),
            next: Next::new(),
            before: Vec::new(),
        };
        states.number(specification.initial());
        states
    }

    /// Where operations of `class` lead from `state`.
    ///
    /// # Panics
    ///
    /// If the class reads and the state would change.
    pub(super) fn successors(&mut self, state: u32, class: u32) -> Successors<'_> {
        let key = u64::from(state) << 32 | u64::from(class);
        let place = (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & (self.cache.len() - 1);
        let (cached, mut to) = self.cache[place];
        if cached != key {
            to = self.step(state, class, key);
            self.cache[place] = (key, to);
        }
        match to {
            BRANCHES => Successors::Many(&self.branches[&key]),
            to => Successors::One(to),
        }
    }

    /// Whether an operation of `class` is enabled in `state`.
    pub(super) fn enables(&mut self, state: u32, class: u32) -> bool {
        !matches!(self.successors(state, class), Successors::One(NOWHERE))
    }

    /// What the specification says of [`is_out_of_reach`](Specification::is_out_of_reach).
    pub(super) fn is_out_of_reach(&mut self, state: u32, class: u32, before: &[u32]) -> bool {
        let (op, ret) = self.plan.operation_of(class);
        let ret = ret.expect("only what returned is due");
        self.before.clear();
        self.before.extend(before.iter().map(|&class| self.plan.operation_of(class).0));
        self.specification.is_out_of_reach(&self.states[state as usize], op, ret, &self.before)
    }

    fn step(&mut self, state: u32, class: u32, key: u64) -> u32 {
        if self.branches.contains_key(&key) {
            return BRANCHES;
        }
        let (op, ret) = self.plan.operation_of(class);
        self.specification.step(&self.states[state as usize], op, ret, &mut self.next);
        let stays = std::mem::take(&mut self.next.stays);
        let mut found = Vec::new();
        let mut only = if stays { state } else { NOWHERE };
        let mut states = std::mem::take(&mut self.next.states);
        for after in states.drain(..) {
            let number = self.number(after);
            if number != only && only != NOWHERE {
                found.push(number);
            } else {
                only = number;
            }
        }
        self.next.states = states;
        if self.plan.reads(class) {
            assert!(
                found.is_empty() && (only == state || only == NOWHERE),
                "`is_read` said of an operation that it leaves every state as it is, and it does not"
            );
        }
        if found.is_empty() {
            return only;
        }
        found.push(only);
        found.sort_unstable();
        found.dedup();
        self.branches.insert(key, found.into());
        BRANCHES
    }

    fn number(&mut self, state: S::State) -> u32 {
        let hash = self.hasher.hash_one(&state);
        let (states, hasher) = (&mut self.states, &self.hasher);
        let same = |&number: &u32| states[number as usize] == state;
        match self.numbers.entry(hash, same, |&number| hasher.hash_one(&states[number as usize])) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                let number = states.len() as u32;
                assert!(number < BRANCHES, "a search meets less than 2^32 states");
                entry.insert(number);
                states.push(state);
                number
            }
        }
    }
}

/// The same hash for the same operation and answer.
pub(super) fn hash(value: impl Hash) -> u64 {
    Hasher::default().hash_one(value)
}
