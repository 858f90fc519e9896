//! Data races: two accesses to one [`UnsafeCell`](crate::sync::UnsafeCell), one of them a write, that
//! nothing orders; and the use of any object by a task that nothing tells of its making.
//!
//! The search runs under sequential consistency, and so would never see what a weak ordering lets
//! through. But whether an access *happens before* another depends on the orderings that the program names, and can be
//! decided for any execution: an Acquire that reads from a Release orders, two Relaxed do not (C11, section 5.1.2.4;
//! the release sequences and fences as in C++20). Equivalent executions have the same data races, so one of each class
//! is enough.
//!
//! What an operation acquires and releases is said by its [machine](crate::sync::engine::machine::Passes).

use std::collections::BTreeMap;

use super::clock::Clock;
use crate::check::engine::seen::Seen;
use crate::check::story::Ordering;
use crate::sync::engine::machine::request::Request;
use crate::sync::engine::machine::{Act, Part, Passes, Slot, State, thread};
use crate::sync::engine::names::ObjectName;
use crate::sync::engine::op::{Event, Name, TaskId};
use crate::sync::engine::world::{Freed, Freeing, Handed, Local, Object, Race, World};

/// The last access of a task to a cell, of its kind.
#[derive(Clone, Copy, Debug)]
struct Access {
    /// Its number among the world's events between operations.
    number: usize,
    task: Name,
    write: bool,
    /// The access comes before what the task publishes with this component of its clock.
    epoch: u32,
}

/// What one task knows, and what a fence will make it learn or publish.
#[derive(Clone, Debug, Default)]
struct Knowledge {
    clock: Clock,
    epoch: u32,
    /// Read by relaxed loads; an acquire fence makes it known.
    read: Clock,
    /// Known at the last release fence; relaxed stores publish it.
    fenced: Clock,
}

/// What can be learnt from an object, slot by slot.
type Publication = BTreeMap<Slot, Clock>;

/// Where an object was made: by whom, and with which component of its clock it publishes that.
#[derive(Clone, Copy, Debug)]
struct Birth {
    maker: Name,
    epoch: u32,
}

/// The last use of an object by a task.
#[derive(Clone, Copy, Debug)]
struct Use {
    object: ObjectName,
    user: TaskId,
    event: usize,
    epoch: u32,
}

/// The first data race of the execution that `world` has, up to where that has come. None where nobody touched a cell, nor
/// made anything beside others, which costs nothing, and none where the recording is incomplete because a count of owners
/// turned out to be [observable](crate::sync::engine::names): what that count orders was not recorded.
///
/// To make an object is to write it: who uses it has to know of that. Of what main has made before it has started anybody,
/// all know. To drop it is to write it as well: who drops it has to know of all uses. But something else than the facade may
/// have told it, a count of std's, say; so that is [looked into](super::super::suspect).
///
/// Linear in the number of operations, times the number of tasks. Of the accesses of a task to a cell the last is enough:
/// what happens after the last happens after all of them.
pub(in crate::check::engine) fn find(world: &World) -> Option<Race> {
    find_all(world, |_| ())
}

/// The same, and tells of every object that was dropped although nothing told of a use.
pub(in crate::check::engine) fn find_all(world: &World, mut tell: impl FnMut(Freeing)) -> Option<Race> {
    let accesses = || world.locals.iter().any(|(_, _, what)| matches!(what, Local::Access { .. }));
    if world.incomplete || !(accesses() || makes_beside_others(world) || !world.freed.is_empty()) {
        return None;
    }
    let (mut tasks, mut publications) = room(world);
    let mut accesses: Vec<Vec<Access>> = vec![Vec::new(); publications.len()];
    let mut births: Vec<Option<Birth>> = vec![None; publications.len()];
    let mut locals = world.locals.iter().enumerate().peekable();
    let mut objects = world.objects.iter().peekable();
    let (mut handed, mut made) = (world.handed.iter().peekable(), 0);
    let (mut freed, mut uses) = (world.freed.iter().peekable(), Vec::<Use>::new());
    for taken in 0..=world.events.len() {
        loop {
            let next = locals.peek().filter(|(_, (events, ..))| *events == taken).map(|&(number, _)| number);
            let is_handed = |handed: &&Handed| {
                handed.events == taken && handed.objects <= made && next.is_none_or(|next| handed.locals <= next)
            };
            if handed.next_if(is_handed).is_some() {
                // Nobody comes between a select and its message.
                let send = Seen { world, event: &world.events[taken - 1], number: taken - 1 };
                hands(send, &mut tasks, &mut publications);
                continue;
            }
            let is_made = |object: &&Object| object.events <= taken && next.is_none_or(|next| object.locals <= next);
            if let Some(object) = objects.next_if(is_made) {
                let maker = world.task(object.maker.0).name;
                let epoch = tasks[maker.index()].epoch + 1;
                made += 1;
                births[object.name.index()] = is_watched(world, object).then_some(Birth { maker, epoch });
                continue;
            }
            let is_freed = |freed: &&Freed| freed.events == taken && next.is_none_or(|next| freed.locals <= next);
            if let Some(&Freed { object, by, .. }) = freed.next_if(is_freed) {
                let knowledge = &tasks[world.task(by).name.index()];
                let is_unknown =
                    |of: &&Use| of.object == object && !knowledge.clock.includes(world.task(of.user).name, of.epoch);
                if let Some(&Use { user, event, .. }) = uses.iter().find(is_unknown) {
                    tell(Freeing { object, by, user, at: world.events[event].op.location });
                }
                continue;
            }
            let Some(number) = next else { break };
            let &(_, user, what) = locals.next().expect("it was there").1;
            let task = world.task(user).name;
            let knowledge = &mut tasks[task.index()];
            match what {
                Local::Fence(ordering, _) => fence(task, knowledge, ordering),
                Local::Access { cell, write, location } => {
                    if !births[cell.index()].is_none_or(|birth| birth.is_known_to(task, knowledge)) {
                        return Some(Race::Making { object: cell, user, at: location });
                    }
                    let before = &mut accesses[cell.index()];
                    let unordered = |earlier: &&Access| {
                        earlier.task != task
                            && (earlier.write || write)
                            && !knowledge.clock.includes(earlier.task, earlier.epoch)
                    };
                    if let Some(earlier) = before.iter().find(unordered) {
                        return Some(Race::Accesses { earlier: earlier.number, later: number });
                    }
                    let later = Access { number, task, write, epoch: knowledge.epoch + 1 };
                    match before.iter_mut().find(|access| (access.task, access.write) == (task, write)) {
                        Some(access) => *access = later,
                        None => before.push(later),
                    }
                }
            }
        }
        let Some(event) = world.events.get(taken) else { break };
        let me = world.task(event.task).name;
        let knowledge = &tasks[me.index()];
        let unknown = |part: &&Part| !births[part.object.index()].is_none_or(|birth| birth.is_known_to(me, knowledge));
        if let Some(part) = world.log.own(taken).iter().find(unknown) {
            return Some(Race::Making { object: part.object, user: event.task, at: event.op.location });
        }
        take(Seen { world, event, number: taken }, &mut tasks, &mut publications, |_| true);
        let epoch = tasks[me.index()].epoch;
        let is_freed = |part: &&Part| world.freed.iter().any(|freed| freed.object == part.object);
        let used = world.log.own(taken).iter().filter(is_freed);
        uses.extend(used.map(|part| Use { object: part.object, user: event.task, event: taken, epoch }));
    }
    None
}

impl Birth {
    /// Whether a task knows of it.
    fn is_known_to(self, task: Name, knowledge: &Knowledge) -> bool {
        task == self.maker || knowledge.clock.includes(self.maker, self.epoch)
    }
}

/// Whether the making of an object is a write: not of what is there from the beginning, nor of a thread, whose start tells
/// those who know it, nor of what is no memory of the program's.
fn is_watched(world: &World, object: &Object) -> bool {
    match object.state {
        _ if object.is_global() => false,
        State::Thread(_) | State::Moments(_) => false,
        State::Count(_) => world.does_matter(object.name),
        _ => true,
    }
}

/// Whether anything was made whose making may be unknown to somebody: after main had started the first thread.
fn makes_beside_others(world: &World) -> bool {
    let started = |event: &Event| matches!(event.op.request, Request::One(_, Act::Thread(thread::Act::Spawn(_))));
    let Some(first) = world.events.iter().position(started) else { return false };
    // A cell that nobody accesses is of no interest, and those that somebody does are looked at anyway.
    let is_late = |object: &Object| object.events > first && !matches!(object.state, State::Cell(_));
    world.objects.iter().any(|object| is_late(object) && is_watched(world, object))
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

/// From now on the task publishes what it has done up to now.
fn publish(me: Name, knowledge: &mut Knowledge) {
    knowledge.epoch += 1;
    knowledge.clock.set(me, knowledge.epoch);
}

/// An operation passes knowledge between its task and its objects, through those of its parts for which `counts` is
/// true.
fn take(seen: Seen<'_>, tasks: &mut [Knowledge], publications: &mut [Publication], counts: impl Fn(&Part) -> bool) {
    let name = seen.task();
    let me = &mut tasks[name.index()];
    publish(name, me);
    for part in seen.world.log.of(seen.number).iter().filter(|part| counts(part)) {
        let there = &mut publications[part.object.index()];
        match part.act.passes(part.effect, name) {
            Passes::Slots { takes, gives } => {
                for taken in takes.into_iter().flatten() {
                    there.range(taken.given()).for_each(|(_, known)| me.clock.join_clock(known));
                }
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

/// What the task of a send has done since is handed on with the message.
fn hands(seen: Seen<'_>, tasks: &mut [Knowledge], publications: &mut [Publication]) {
    let name = seen.task();
    let me = &mut tasks[name.index()];
    publish(name, me);
    for part in seen.world.log.of(seen.number) {
        if let Passes::Slots { gives: Some(slot), .. } = part.act.passes(part.effect, name) {
            publications[part.object.index()].entry(slot).or_default().join_clock(&me.clock);
        }
    }
}
