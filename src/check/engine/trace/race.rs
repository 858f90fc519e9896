//! Data races: two accesses to one [`UnsafeCell`](crate::sync::UnsafeCell), one of them a write, that
//! nothing orders.
//!
//! The search runs under sequential consistency, and so would never see what a weak ordering lets
//! through. But whether an access *happens before* another is a question about the orderings that the
//! program names, and it can be asked of any execution: an Acquire that reads from a Release orders,
//! two Relaxed do not (C11, section 5.1.2.4; the release sequences and fences as in C++20). Equivalent
//! executions have the same answer, so asking one of each is asking all of them.
//!
//! What an operation takes in and hands on is said by its [machine](crate::sync::engine::machine::Passes).

use std::collections::BTreeMap;
use std::panic::Location;

use super::clock::Clock;
use super::step::Step;
use crate::check::story::Ordering;
use crate::sync::engine::machine::{Passes, Slot};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::Name;
use crate::sync::engine::world::Local;

/// Something that a task did by itself, after so many operations of the execution.
#[derive(Clone, Copy, Debug)]
pub(in crate::check::engine) struct Deed {
    pub(in crate::check::engine) operations: usize,
    pub(in crate::check::engine) task: Name,
    pub(in crate::check::engine) what: Local,
}

/// An access to a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check::engine) struct Access {
    pub(in crate::check::engine) task: Name,
    pub(in crate::check::engine) write: bool,
    pub(in crate::check::engine) location: &'static Location<'static>,
    /// The access comes before what the task publishes with this component of its clock.
    epoch: u32,
}

/// Two accesses that nothing orders, and the cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check::engine) struct Race {
    pub(in crate::check::engine) cell: ObjectName,
    pub(in crate::check::engine) earlier: Access,
    pub(in crate::check::engine) later: Access,
}

/// What one task knows, and what it will know or tell by a fence.
#[derive(Debug, Default)]
struct Knowledge {
    clock: Clock,
    epoch: u32,
    /// Read by relaxed loads; an acquire fence makes it known.
    read: Clock,
    /// Known at the last release fence; relaxed stores publish it.
    fenced: Clock,
}

/// What can be learnt from an object, place by place.
type Publication = BTreeMap<Slot, Clock>;

/// The first data race of an execution.
pub(in crate::check::engine) fn find(steps: &[Step], deeds: &[Deed]) -> Option<Race> {
    let mut tasks: BTreeMap<Name, Knowledge> = BTreeMap::new();
    let mut objects: BTreeMap<ObjectName, Publication> = BTreeMap::new();
    let mut accesses: BTreeMap<ObjectName, Vec<Access>> = BTreeMap::new();
    let mut deeds = deeds.iter().peekable();
    let mut operations = steps.iter();
    for taken in 0.. {
        while let Some(deed) = deeds.next_if(|deed| deed.operations == taken) {
            let knowledge = tasks.entry(deed.task).or_default();
            match deed.what {
                Local::Fence(ordering, _) => fence(deed.task, knowledge, ordering.into()),
                Local::Access { cell, write, location } => {
                    let later = Access { task: deed.task, write, location, epoch: knowledge.epoch + 1 };
                    let before = accesses.entry(cell).or_default();
                    let unordered = |earlier: &&Access| {
                        earlier.task != later.task
                            && (earlier.write || later.write)
                            && !knowledge.clock.includes(earlier.task, earlier.epoch)
                    };
                    if let Some(&earlier) = before.iter().find(unordered) {
                        return Some(Race { cell, earlier, later });
                    }
                    before.push(later);
                }
            }
        }
        match operations.next() {
            Some(step) => take(step, &mut tasks, &mut objects),
            None => break,
        }
    }
    None
}

fn fence(me: Name, knowledge: &mut Knowledge, ordering: Ordering) {
    if acquires(ordering) {
        knowledge.clock.join_clock(&knowledge.read);
    }
    if releases(ordering) {
        publish(me, knowledge);
        knowledge.fenced = knowledge.clock.clone();
    }
}

pub(in crate::check::engine) fn acquires(ordering: Ordering) -> bool {
    matches!(ordering, Ordering::Acquire | Ordering::AcqRel | Ordering::SeqCst)
}

pub(in crate::check::engine) fn releases(ordering: Ordering) -> bool {
    matches!(ordering, Ordering::Release | Ordering::AcqRel | Ordering::SeqCst)
}

/// What the task did up to now is part of what it publishes from now on.
fn publish(me: Name, knowledge: &mut Knowledge) {
    knowledge.epoch += 1;
    knowledge.clock.set(me, knowledge.epoch);
}

/// A step passes knowledge between its task and its objects.
fn take(step: &Step, tasks: &mut BTreeMap<Name, Knowledge>, objects: &mut BTreeMap<ObjectName, Publication>) {
    let me = tasks.entry(step.task()).or_default();
    publish(step.task(), me);
    for part in step.parts() {
        let there = objects.entry(part.object).or_default();
        match part.act.passes(part.effect, step.task()) {
            Passes::Slots { takes, gives } => {
                let known = takes.into_iter().flatten().filter_map(|slot| there.get(&slot));
                known.for_each(|known| me.clock.join_clock(known));
                if let Some(slot) = gives {
                    there.entry(slot).or_default().join_clock(&me.clock);
                }
            }
            Passes::Memory { reads, writes, ordering } => {
                let there = there.entry(Slot::All).or_default();
                if reads {
                    if acquires(ordering) { &mut me.clock } else { &mut me.read }.join_clock(there);
                }
                if writes {
                    if !reads {
                        // A plain store ends the release sequence.
                        there.clear();
                    }
                    there.join_clock(if releases(ordering) { &me.clock } else { &me.fenced });
                }
            }
        }
    }
    if let Some(child) = step.planned.spawned {
        let clock = me.clock.clone();
        tasks.entry(child).or_default().clock = clock;
    }
}
