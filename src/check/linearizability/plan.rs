//! What a search is about: the operations of one partition that an order may or must contain.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::history::{Event, History, Outcome};
use super::specification::Specification;
use super::states;

/// One operation of the plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planned {
    /// Its number in the history.
    pub(super) id: u32,
    pub(super) class: u32,
    pub(super) process: usize,
    /// It may be left out of the order.
    pub(super) optional: bool,
    /// It changes no state.
    pub(super) reads: bool,
}

/// The operations of one partition, and what happens to them.
///
/// Two operations are of one class if both what was asked and what was answered are equal. Blocked
/// operations are no part of an order: of them, the classes are kept. Pending reads are left out;
/// with or without them an order explains the rest as well.
pub(super) struct Plan<'a, S: Specification> {
    history: &'a History<S::Op, S::Ret>,
    /// By invocation.
    pub(super) operations: Vec<Planned>,
    /// Indices into `operations`.
    pub(super) events: Vec<Event>,
    /// Blocked operations: number and class.
    pub(super) blocked: Vec<(u32, u32)>,
    /// An operation of each class, and whether the class reads.
    classes: Vec<(u32, bool)>,
}

impl<'a, S: Specification> Plan<'a, S> {
    /// Of those operations whose events these are. `index_of` is room for a number for each
    /// operation of the history.
    pub(super) fn new(
        specification: &S,
        history: &'a History<S::Op, S::Ret>,
        events: &[Event],
        index_of: &mut [u32],
    ) -> Self {
        let mut plan = Plan {
            history,
            operations: Vec::with_capacity(events.len() / 2 + 1),
            events: Vec::with_capacity(events.len()),
            blocked: Vec::new(),
            classes: Vec::new(),
        };
        let mut numbers: HashTable<u32> = HashTable::new();
        for &event in events {
            match event {
                Event::Barrier => plan.events.push(Event::Barrier),
                Event::Invoked(id) => {
                    let class = plan.class(specification, &mut numbers, id);
                    let operation = &history.operations()[id as usize];
                    let reads = plan.reads(class);
                    let optional = match operation.outcome {
                        Outcome::Blocked => {
                            plan.blocked.push((id, class));
                            continue;
                        }
                        Outcome::Pending if reads => continue,
                        Outcome::Pending => true,
                        Outcome::Returned(_) => false,
                    };
                    let index = plan.operations.len() as u32;
                    index_of[id as usize] = index;
                    plan.operations.push(Planned { id, class, process: operation.process, optional, reads });
                    plan.events.push(Event::Invoked(index));
                }
                Event::Returned(id) => plan.events.push(Event::Returned(index_of[id as usize])),
            }
        }
        plan
    }

    fn class(&mut self, specification: &S, numbers: &mut HashTable<u32>, id: u32) -> u32 {
        let operations = self.history.operations();
        let what = |id: u32| {
            let operation = &operations[id as usize];
            (&operation.op, operation.outcome.ret())
        };
        let classes = &mut self.classes;
        let same = |&class: &u32| what(classes[class as usize].0) == what(id);
        let hash = |&class: &u32| states::hash(what(classes[class as usize].0));
        match numbers.entry(states::hash(what(id)), same, hash) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                let class = classes.len() as u32;
                entry.insert(class);
                let (op, ret) = what(id);
                classes.push((id, specification.is_read(op, ret)));
                class
            }
        }
    }

    pub(super) fn classes(&self) -> usize {
        self.classes.len()
    }

    pub(super) fn reads(&self, class: u32) -> bool {
        self.classes[class as usize].1
    }

    /// What operations of `class` ask and answer.
    pub(super) fn operation_of(&self, class: u32) -> (&'a S::Op, Option<&'a S::Ret>) {
        let operation = &self.history.operations()[self.classes[class as usize].0 as usize];
        (&operation.op, operation.outcome.ret())
    }
}
