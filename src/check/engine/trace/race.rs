//! Data races: two accesses to one [`UnsafeCell`](crate::sync::UnsafeCell), one of them a write, that
//! nothing orders.
//!
//! The search runs under sequential consistency, and so would never see what a weak ordering lets
//! through. But whether an access *happens before* another is a question about the orderings that the
//! program names, and it can be asked of any execution: an Acquire that reads from a Release orders,
//! two Relaxed do not (C11, section 5.1.2.4; the release sequences and fences as in C++20). Equivalent
//! executions have the same answer, so asking one of each is asking all of them.
//!
//! On a rendezvous all who meet are ordered, whether they met each other or not; a race that only
//! hides behind that is not found.

use std::collections::BTreeMap;
use std::panic::Location;

use super::clock::Clock;
use super::step::Step;
use crate::sync::atomic::Ordering;
use crate::sync::engine::effect::Effect;
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{Kind, Name};
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

/// What can be learnt from an object.
#[derive(Debug, Default)]
struct Publication {
    /// By whoever takes it: from the last release of a lock, the last store to an atomic, the end of a
    /// thread, the senders that are gone.
    by_all: Clock,
    /// By a writer alone: from the readers that left, or the receivers that are gone.
    by_one: Clock,
    /// With each message, and with the room that each receive made.
    messages: BTreeMap<u32, Clock>,
    rooms: BTreeMap<u32, Clock>,
}

/// The first data race of an execution.
pub(in crate::check::engine) fn find(steps: &[Step], deeds: &[Deed]) -> Option<Race> {
    let mut tasks: BTreeMap<Name, Knowledge> = BTreeMap::new();
    let mut objects: BTreeMap<ObjectName, Publication> = BTreeMap::new();
    let mut accesses: BTreeMap<ObjectName, Vec<Access>> = BTreeMap::new();
    let mut deeds = deeds.iter().peekable();
    let mut operations = steps.iter().filter(|step| step.label.choice.is_none());
    for taken in 0.. {
        while let Some(deed) = deeds.next_if(|deed| deed.operations == taken) {
            let knowledge = tasks.entry(deed.task).or_default();
            match deed.what {
                Local::Fence(ordering, _) => fence(deed.task, knowledge, ordering),
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

fn acquires(ordering: Ordering) -> bool {
    matches!(ordering, Ordering::Acquire | Ordering::AcqRel | Ordering::SeqCst)
}

fn releases(ordering: Ordering) -> bool {
    matches!(ordering, Ordering::Release | Ordering::AcqRel | Ordering::SeqCst)
}

/// What the task did up to now is part of what it publishes from now on.
fn publish(me: Name, knowledge: &mut Knowledge) {
    knowledge.epoch += 1;
    knowledge.clock.set(me, knowledge.epoch);
}

/// A step passes knowledge between its task and its objects.
fn take(step: &Step, tasks: &mut BTreeMap<Name, Knowledge>, objects: &mut BTreeMap<ObjectName, Publication>) {
    let me = tasks.entry(step.label.task).or_default();
    publish(step.label.task, me);
    for &(object, effect) in step.effects.iter() {
        let there = objects.entry(object).or_default();
        exchange(step, effect, me, there);
    }
    if let Some(child) = step.spawned {
        let clock = me.clock.clone();
        tasks.entry(child).or_default().clock = clock;
    }
}

fn exchange(step: &Step, effect: Effect, me: &mut Knowledge, there: &mut Publication) {
    match effect {
        Effect::Load => read(step, me, there),
        Effect::Store => {
            let ordering = step.ordering.expect("an atomic names its ordering");
            if step.kind == Kind::Store {
                // A plain store ends the release sequence.
                there.by_all.clear();
            } else {
                read(step, me, there);
            }
            there.by_all.join_clock(if releases(ordering) { &me.clock } else { &me.fenced });
        }
        Effect::Acquire | Effect::Enter | Effect::Joined => me.clock.join_clock(&there.by_all),
        Effect::Closed | Effect::Zero => me.clock.join_clock(&there.by_all),
        Effect::Release | Effect::Open | Effect::Exit => there.by_all = me.clock.clone(),
        Effect::SenderGone { .. } | Effect::Done => there.by_all.join_clock(&me.clock),
        Effect::Leave | Effect::ReceiverGone { .. } => there.by_one.join_clock(&me.clock),
        Effect::Unreceived => me.clock.join_clock(&there.by_one),
        Effect::Drained | Effect::ShutEmpty => {
            me.clock.join_clock(&there.by_all);
            me.clock.join_clock(&there.by_one);
        }
        Effect::Push(number, room) => {
            if let Some(made) = room.and_then(|room| there.rooms.get(&room)) {
                me.clock.join_clock(made);
            }
            there.messages.insert(number, me.clock.clone());
        }
        Effect::Pop(number) => {
            me.clock.join_clock(&there.messages[&number]);
            there.rooms.insert(number, me.clock.clone());
        }
        Effect::Offer | Effect::Take(_) | Effect::Hand(_) | Effect::Met | Effect::Dropped(_) | Effect::Counted => {
            me.clock.join_clock(&there.by_all);
            there.by_all.join_clock(&me.clock);
        }
        _ => (),
    }
}

fn read(step: &Step, me: &mut Knowledge, there: &Publication) {
    let ordering = step.ordering.expect("an atomic names its ordering");
    let known = if acquires(ordering) { &mut me.clock } else { &mut me.read };
    known.join_clock(&there.by_all);
}
