//! The transitions of operations between states, remembered.
//!
//! The [`Object`] says what an operation does in a state, and the answer is remembered in a cache of fixed size. So an
//! object with few states becomes a table after a while.

use hashbrown::HashMap;

use super::object::{Hasher, Object, STATES};
use super::plan::Plan;

/// How many transitions the cache remembers.
const CACHE: usize = 1 << 12;

/// Marks a transition that does not exist. No state has that number.
pub(super) const NOWHERE: u32 = u32::MAX;

/// The numbers of the states that a transition leads to.
#[derive(Clone, Copy)]
pub(super) enum Successors<'a> {
    /// None or one, as almost always.
    One(u32),
    /// More.
    Many(&'a [u32]),
}

/// The states of one search.
pub(super) struct States<'a> {
    object: Box<dyn Object + 'a>,
    plan: &'a Plan,
    /// `(state, class)` and where that leads, each at the place that its key is mapped to.
    cache: Box<[(u64, u32)]>,
    /// Where the transitions lead that lead to several states.
    branches: HashMap<u64, Box<[u32]>, Hasher>,
    found: Vec<u32>,
}

/// In the cache: the successors are in the branches. No state has that number either.
const BRANCHES: u32 = STATES;

impl<'a> States<'a> {
    pub(super) fn new(object: Box<dyn Object + 'a>, plan: &'a Plan) -> Self {
        let cache = CACHE.min(16 * plan.classes()).next_power_of_two();
        States {
            object,
            plan,
            cache: vec![(u64::MAX, NOWHERE); cache].into(),
            branches: HashMap::default(),
            found: Vec::new(),
        }
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

    /// What the object says of `is_out_of_reach`.
    pub(super) fn is_out_of_reach(&mut self, state: u32, class: u32, before: &[u32]) -> bool {
        self.object.is_out_of_reach(state, class, before)
    }

    fn step(&mut self, state: u32, class: u32, key: u64) -> u32 {
        if self.branches.contains_key(&key) {
            return BRANCHES;
        }
        self.found.clear();
        self.object.step(state, class, &mut self.found);
        self.found.sort_unstable();
        self.found.dedup();
        assert!(
            !self.plan.reads(class) || self.found.iter().all(|&after| after == state),
            "`is_read` said of an operation that it leaves every state as it is, and it does not"
        );
        match self.found.as_slice() {
            [] => NOWHERE,
            &[only] => only,
            several => {
                self.branches.insert(key, several.into());
                BRANCHES
            }
        }
    }
}
