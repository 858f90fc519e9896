//! The object of a search: its operations by class and its states by number.
//!
//! Only the code in this file is compiled for each specification. The search works on numbers and asks the [`Object`]
//! only seldom, since [`States`](super::states::States) remember the answers.

use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::history::{History, Outcome};
use super::specification::{Next, Specification};

/// The hasher is fixed, so that a run repeats itself to the last bit.
pub(super) type Hasher = foldhash::fast::FixedState;

/// The number of the initial state.
pub(super) const INITIAL: u32 = 0;

/// How many states there can be: larger numbers have other meanings.
pub(super) const STATES: u32 = u32::MAX - 1;

/// What a search asks about.
pub(super) trait Object {
    /// The class of an operation of the history; classes are numbered in order of appearance.
    fn class_of(&mut self, id: u32) -> u32;

    /// Whether operations of `class` change no state.
    fn reads(&self, class: u32) -> bool;

    /// The process of an operation of the history, and its outcome.
    fn describe(&self, id: u32) -> (usize, Outcome<()>);

    /// Adds the states to which operations of `class` lead from `state`.
    fn step(&mut self, state: u32, class: u32, found: &mut Vec<u32>);

    /// What the specification says of [`is_out_of_reach`](Specification::is_out_of_reach).
    fn is_out_of_reach(&mut self, state: u32, class: u32, before: &[u32]) -> bool;
}

/// An object by its specification, and the operations of one history on it.
pub(super) struct Specified<'a, S: Specification> {
    specification: &'a S,
    history: &'a History<S::Op, S::Ret>,
    /// An operation of each class.
    classes: Vec<u32>,
    class_numbers: Numbers,
    states: Vec<S::State>,
    state_numbers: Numbers,
    next: Next<S::State>,
    before: Vec<&'a S::Op>,
}

impl<'a, S: Specification> Specified<'a, S> {
    pub(super) fn new(specification: &'a S, history: &'a History<S::Op, S::Ret>) -> Self {
        let mut object = Specified {
            specification,
            history,
            classes: Vec::new(),
            class_numbers: Numbers::default(),
            states: Vec::new(),
            state_numbers: Numbers::default(),
            next: Next::new(),
            before: Vec::new(),
        };
        object.number_of(specification.initial());
        object
    }

    /// What an operation of the history asked and was answered.
    fn operation(&self, id: u32) -> (&'a S::Op, Option<&'a S::Ret>) {
        let operation = &self.history.operations()[id as usize];
        (&operation.op, operation.outcome.ret())
    }

    fn operation_of(&self, class: u32) -> (&'a S::Op, Option<&'a S::Ret>) {
        self.operation(self.classes[class as usize])
    }

    fn number_of(&mut self, state: S::State) -> u32 {
        let states = &self.states;
        let number = self.state_numbers.number(hash(&state), &|number| states[number as usize] == state);
        if number as usize == self.states.len() {
            assert!(number < STATES, "a search meets less than 2^32 states");
            self.states.push(state);
        }
        number
    }
}

impl<S: Specification> Object for Specified<'_, S> {
    fn class_of(&mut self, id: u32) -> u32 {
        let operation = self.operation(id);
        let mut numbers = std::mem::take(&mut self.class_numbers);
        let class = numbers.number(hash(operation), &|class| self.operation_of(class) == operation);
        self.class_numbers = numbers;
        if class as usize == self.classes.len() {
            self.classes.push(id);
        }
        class
    }

    fn reads(&self, class: u32) -> bool {
        let (op, ret) = self.operation_of(class);
        self.specification.is_read(op, ret)
    }

    fn describe(&self, id: u32) -> (usize, Outcome<()>) {
        let operation = &self.history.operations()[id as usize];
        let outcome = match operation.outcome {
            Outcome::Returned(_) => Outcome::Returned(()),
            Outcome::Pending => Outcome::Pending,
            Outcome::Blocked => Outcome::Blocked,
        };
        (operation.process, outcome)
    }

    fn step(&mut self, state: u32, class: u32, found: &mut Vec<u32>) {
        let (op, ret) = self.operation_of(class);
        self.specification.step(&self.states[state as usize], op, ret, &mut self.next);
        if std::mem::take(&mut self.next.stays) {
            found.push(state);
        }
        let mut states = std::mem::take(&mut self.next.states);
        found.extend(states.drain(..).map(|after| self.number_of(after)));
        self.next.states = states;
    }

    fn is_out_of_reach(&mut self, state: u32, class: u32, before: &[u32]) -> bool {
        let (op, ret) = self.operation_of(class);
        let ret = ret.expect("only what returned is due");
        let mut ops = std::mem::take(&mut self.before);
        ops.clear();
        ops.extend(before.iter().map(|&class| self.operation_of(class).0));
        self.before = ops;
        self.specification.is_out_of_reach(&self.states[state as usize], op, ret, &self.before)
    }
}

/// The same hash for the same value.
fn hash(value: impl Hash) -> u64 {
    Hasher::default().hash_one(value)
}

/// Numbers of different values, each found by its hash, which is kept beside it.
#[derive(Default)]
struct Numbers(HashTable<(u64, u32)>);

impl Numbers {
    /// The number of the value with this hash that is the `same`, or else the next number.
    fn number(&mut self, hash: u64, same: &dyn Fn(u32) -> bool) -> u32 {
        let next = self.0.len() as u32;
        let is_it = |&(other, number): &(u64, u32)| other == hash && same(number);
        match self.0.entry(hash, is_it, |&(hash, _)| hash) {
            Entry::Occupied(entry) => entry.get().1,
            Entry::Vacant(entry) => entry.insert((hash, next)).get().1,
        }
    }
}
