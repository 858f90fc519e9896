//! What a search is about: the operations of one partition that an order may or must contain.

use super::history::{Event, Outcome};
use super::object::Object;

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
/// Two operations are of one class if both what was asked and what was answered are equal. Blocked operations are no
/// part of an order: only their classes are kept. Pending reads are left out: an order explains the rest with or
/// without them.
#[derive(Default)]
pub(super) struct Plan {
    /// By invocation.
    pub(super) operations: Vec<Planned>,
    /// Indices into `operations`.
    pub(super) events: Vec<Event>,
    /// Blocked operations: number and class.
    pub(super) blocked: Vec<(u32, u32)>,
    /// By class: whether it reads.
    reads: Vec<bool>,
}

impl Plan {
    /// The plan of the operations with these events. `index_of` is a buffer with a number for each operation of the
    /// history.
    pub(super) fn new(object: &mut dyn Object, events: &[Event], index_of: &mut [u32]) -> Self {
        let mut plan = Plan::default();
        for &event in events {
            match event {
                Event::Barrier => plan.events.push(Event::Barrier),
                Event::Invoked(id) => {
                    let class = object.class_of(id);
                    if class as usize == plan.reads.len() {
                        plan.reads.push(object.reads(class));
                    }
                    let (process, outcome) = object.describe(id);
                    let reads = plan.reads(class);
                    let optional = match outcome {
                        Outcome::Blocked => {
                            plan.blocked.push((id, class));
                            continue;
                        }
                        Outcome::Pending if reads => continue,
                        Outcome::Pending => true,
                        Outcome::Returned(()) => false,
                    };
                    let index = plan.operations.len() as u32;
                    index_of[id as usize] = index;
                    plan.operations.push(Planned { id, class, process, optional, reads });
                    plan.events.push(Event::Invoked(index));
                }
                Event::Returned(id) => plan.events.push(Event::Returned(index_of[id as usize])),
            }
        }
        plan
    }

    pub(super) fn classes(&self) -> usize {
        self.reads.len()
    }

    pub(super) fn reads(&self, class: u32) -> bool {
        self.reads[class as usize]
    }
}
