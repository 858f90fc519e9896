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

use super::clock::Clock;
use crate::check::engine::strategy::Seen;
use crate::check::story::Ordering;
use crate::sync::engine::machine::{Act, Part, Passes, Slot};
use crate::sync::engine::op::Name;
use crate::sync::engine::world::{Local, Race, World};

/// The last access of a task to a cell, of its kind.
#[derive(Clone, Copy, Debug)]
struct Access {
    /// Its number among what tasks did by themselves.
    number: usize,
    task: Name,
    write: bool,
    /// The access comes before what the task publishes with this component of its clock.
    epoch: u32,
}

/// What one task knows, and what it will know or tell by a fence.
#[derive(Clone, Debug, Default)]
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

/// The first data race of the execution that `world` has, up to where that has come. None where nobody touched a cell, which
/// costs nothing, and none where the recording is incomplete because a count of owners turned out to be
/// [observable](crate::sync::engine::names): what that count orders was not recorded.
///
/// Linear in the number of operations, times the number of tasks. Of the accesses of a task to a cell the last is enough:
/// whoever comes after that comes after all of them.
pub(in crate::check::engine) fn find(world: &World) -> Option<Race> {
    if world.incomplete || !world.locals.iter().any(|(_, _, what)| matches!(what, Local::Access { .. })) {
        return None;
    }
    let (mut tasks, mut publications) = room(world);
    let mut accesses: Vec<Vec<Access>> = vec![Vec::new(); publications.len()];
    let mut locals = world.locals.iter().enumerate().peekable();
    for taken in 0..=world.events.len() {
        while let Some((number, &(_, task, what))) = locals.next_if(|(_, (operations, ..))| *operations == taken) {
            let task = world.task(task).name;
            let knowledge = &mut tasks[task.index()];
            match what {
                Local::Fence(ordering, _) => fence(task, knowledge, ordering),
                Local::Access { cell, write, .. } => {
                    let before = &mut accesses[cell.index()];
                    let unordered = |earlier: &&Access| {
                        earlier.task != task
                            && (earlier.write || write)
                            && !knowledge.clock.includes(earlier.task, earlier.epoch)
                    };
                    if let Some(earlier) = before.iter().find(unordered) {
                        return Some(Race { earlier: earlier.number, later: number });
                    }
                    let later = Access { number, task, write, epoch: knowledge.epoch + 1 };
                    match before.iter_mut().find(|access| (access.task, access.write) == (task, write)) {
                        Some(access) => *access = later,
                        None => before.push(later),
                    }
                }
            }
        }
        if let Some(event) = world.events.get(taken) {
            take(Seen { world, event, number: taken }, &mut tasks, &mut publications, |_| true);
        }
    }
    None
}

/// Whether one event happens before another by what is no lock: by starts and ends of threads, messages and the like.
pub(in crate::check::engine) fn comes_before(world: &World, one: usize, other: usize) -> bool {
    let (mut tasks, mut publications) = room(world);
    let is_no_lock = |part: &Part| !matches!(part.act, Act::Mutex(_) | Act::RwLock(_));
    let task = |event: usize| world.task(world.events[event].task).name;
    let mut epoch = u32::MAX;
    for (number, event) in world.events.iter().enumerate().take(other + 1) {
        take(Seen { world, event, number }, &mut tasks, &mut publications, is_no_lock);
        if number == one {
            epoch = tasks[task(one).index()].epoch;
        }
    }
    tasks[task(other).index()].clock.includes(task(one), epoch)
}

/// Room for what every task knows, and what can be learnt from every object.
fn room(world: &World) -> (Vec<Knowledge>, Vec<Publication>) {
    let tasks = world.tasks.iter().map(|task| task.name.index() + 1).max().unwrap_or_default();
    let objects = world.objects.iter().map(|object| object.name.index() + 1).max().unwrap_or_default();
    (vec![Knowledge::default(); tasks], vec![Publication::new(); objects])
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

/// An operation passes knowledge between its task and its objects, by those of its parts that `counts`.
fn take(seen: Seen<'_>, tasks: &mut [Knowledge], publications: &mut [Publication], counts: impl Fn(&Part) -> bool) {
    let name = seen.task();
    let me = &mut tasks[name.index()];
    publish(name, me);
    for part in seen.world.log.of(seen.number).iter().filter(|part| counts(part)) {
        let there = &mut publications[part.object.index()];
        match part.act.passes(part.effect, name) {
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
    if let Some(child) = seen.spawned() {
        let clock = me.clock.clone();
        tasks[child.index()].clock = clock;
    }
}
