//! From the world that a failed execution left behind to the [`Story`] of it.

use std::collections::BTreeMap;
use std::sync::atomic;

use super::failure;
use super::source::Sources;
use crate::check::story::{Action, Broke, Fault, Noun, Object, Ordering, Place, Step, Story, Thread, Wait};
use crate::sync::engine::op::{Event, Kind, ObjectId, TaskId};
use crate::sync::engine::world::{Local, State, Stop, World};

/// Tells what happened, and how it ended.
pub(super) fn tell(stop: &Stop, world: &World) -> Story {
    let mut sources = Sources::default();
    let tasks = || (0..world.tasks.len() as u32).map(TaskId);
    let threads = tasks().map(|task| Thread { name: world.task_name(task), path: world.task_path(task) }).collect();
    let objects = objects(world, &mut sources);
    let broke = match stop {
        Stop::Panicked { message, violation, location } => {
            let fault = match violation {
                _ if failure::is_race(message) => Fault::Race,
                true => Fault::Requirement,
                false => Fault::Panic,
            };
            // Neither loom's own lines nor those of the judge are where a program is to be mended.
            let elsewhere = |place: &Place| place.file.contains("/loom-") || place.file.contains("check/programs/");
            let place = location.clone().filter(|place| !elsewhere(place));
            let (function, source) = place.as_ref().map(|place| sources.at(place)).unwrap_or_default();
            Some(Broke { thread: world.current.index(), fault, place, function, source })
        }
        _ => None,
    };
    let waits = match stop {
        Stop::Stuck => world.unfinished().filter_map(|task| wait(world, task, &mut sources)).collect(),
        _ => Vec::new(),
    };
    Story { threads, objects, steps: steps(world, &mut sources), broke, waits, simpler: None, bound: None }
}

/// The objects of a world, by their numbers.
fn objects(world: &World, sources: &mut Sources) -> Vec<Object> {
    let called = |object: &crate::sync::engine::world::Object| {
        let place = Place::of(object.born);
        let noun = noun(&object.state);
        let name = sources.name_of(&place);
        // The ends of a channel.
        let name = name.map(|name| if noun == Noun::Channel { name.replace('/', "→") } else { name });
        (noun, place, name)
    };
    let named: Vec<_> = world.objects.iter().map(called).collect();
    let alike = |number: usize| {
        let (noun, _, name) = &named[number];
        let same = |(other, _, theirs): &(Noun, Place, Option<String>)| other == noun && theirs == name;
        (named[..number].iter().filter(|other| same(other)).count(), named.iter().filter(|other| same(other)).count())
    };
    let thread_of = threads_by_object(world);
    let object = |(number, object): (usize, &crate::sync::engine::world::Object)| {
        let (noun, made, name) = &named[number];
        let (before, all) = alike(number);
        let name = match (thread_of.get(&number), name) {
            (Some(&task), _) => world.task_name(task),
            (None, Some(name)) if all == 1 => name.clone(),
            (None, Some(name)) => format!("{name}[{before}]"),
            (None, None) => format!("{}#{}", noun.word(), before + 1),
        };
        let capacity = match &object.state {
            State::Channel(channel) => channel.capacity,
            _ => None,
        };
        let (maker, ordinal) = object.maker;
        let path = format!("{}/{ordinal}", world.task_path(maker));
        Object { noun: *noun, name, path, made: made.clone(), capacity }
    };
    world.objects.iter().enumerate().map(object).collect()
}

/// Which task each object that stands for one belongs to: a task's children are born in the order of its spawns.
fn threads_by_object(world: &World) -> BTreeMap<usize, TaskId> {
    let mut born = vec![0; world.tasks.len()];
    let mut threads = BTreeMap::new();
    for event in world.events.iter().filter(|event| event.op.kind == Kind::Spawn) {
        let ordinal = born[event.task.index()];
        born[event.task.index()] += 1;
        let child = world
            .tasks
            .iter()
            .skip(1)
            .position(|task| task.parent == event.task && task.ordinal == ordinal)
            .map(|at| TaskId(at as u32 + 1));
        threads.extend(child.map(|child| (event.op.object.index(), child)));
    }
    threads
}

fn noun(state: &State) -> Noun {
    match state {
        State::Mutex(_) => Noun::Mutex,
        State::RwLock(_) => Noun::RwLock,
        State::Condvar(_) => Noun::Condvar,
        State::Channel(_) => Noun::Channel,
        State::WaitGroup(_) => Noun::WaitGroup,
        State::Thread(_) => Noun::Thread,
        State::Atomic => Noun::Atomic,
        State::Count => Noun::Count,
        State::Cell => Noun::Cell,
        State::Moments => Noun::Moments,
    }
}

/// An object as a sentence names it: `mutex total`.
pub(super) fn title(world: &World, object: ObjectId) -> String {
    objects(world, &mut Sources::default())[object.index()].title()
}

fn steps(world: &World, sources: &mut Sources) -> Vec<Step> {
    let mut known = BTreeMap::new();
    let mut place = |location: &'static std::panic::Location<'static>| {
        let place = Place::of(location);
        let key = (location.file(), location.line());
        let (function, source) = known.entry(key).or_insert_with(|| sources.at(&place)).clone();
        (place, function, source)
    };
    let mut steps = Vec::new();
    let mut locals = world.locals.iter().peekable();
    let mut words = world.words.iter().peekable();
    let mut selects = vec![false; world.tasks.len()];
    for number in 0..=world.events.len() {
        while let Some(&(_, task, what)) = locals.next_if(|&&(after, ..)| after <= number) {
            let (cell, write, location) = match what {
                Local::Access { cell, write, location } => (cell, write, location),
                Local::Fence(order, location) => {
                    let at = place(location);
                    steps.push(Step { ordering: Some(ordering(order)), ..step(task.index(), Action::Fence, at) });
                    continue;
                }
            };
            let at = place(location);
            let object = world.objects.iter().position(|object| object.name == cell);
            let action = if write { Action::CellWrite } else { Action::CellRead };
            steps.push(Step { object, ..step(task.index(), action, at) });
        }
        let Some(&Event { task, op, value, wrote, ordering: order, choice, preempts }) = world.events.get(number)
        else {
            break;
        };
        let selecting = &mut selects[task.index()];
        match op.kind {
            Kind::Select | Kind::TrySelect => *selecting = true,
            Kind::AwaitGiver(_) => (),
            _ => *selecting = false,
        }
        let at = place(op.location);
        let (action, mutex) = action(op.kind);
        let (object, value) = match (op.kind, value) {
            (Kind::Yield | Kind::Invoke | Kind::Respond | Kind::Settle | Kind::Seclude | Kind::Rejoin, _) => {
                (None, value)
            }
            // The value is the channel that it took from.
            (Kind::Select | Kind::TrySelect | Kind::AwaitGiver(_), Some(taken)) if *selecting => {
                (Some(taken as usize), None)
            }
            _ => (Some(op.object.index()), value),
        };
        let mutex = mutex.map(ObjectId::index);
        let ordering = order.map(ordering);
        let words = words.next_if(|(event, _)| *event == number).map(|(_, words)| words.clone());
        steps.push(Step {
            object,
            mutex,
            value,
            wrote,
            ordering,
            choice,
            preempts,
            words,
            ..step(task.index(), action, at)
        });
    }
    steps
}

/// A step that has nothing to tell but who does what, where that is, and what stands there.
fn step(thread: usize, action: Action, (place, function, source): (Place, Option<String>, Option<String>)) -> Step {
    Step {
        thread,
        action,
        object: None,
        mutex: None,
        value: None,
        wrote: None,
        ordering: None,
        choice: None,
        preempts: false,
        words: None,
        place,
        function,
        source,
    }
}

fn ordering(order: atomic::Ordering) -> Ordering {
    match order {
        atomic::Ordering::Relaxed => Ordering::Relaxed,
        atomic::Ordering::Acquire => Ordering::Acquire,
        atomic::Ordering::Release => Ordering::Release,
        atomic::Ordering::AcqRel => Ordering::AcqRel,
        _ => Ordering::SeqCst,
    }
}

fn wait(world: &World, task: TaskId, sources: &mut Sources) -> Option<Wait> {
    let op = world.task(task).pending?;
    let holder = waits_for(world, task).map(TaskId::index);
    let (thread, object, place) = (task.index(), op.object.index(), Place::of(op.location));
    let (function, source) = sources.at(&place);
    Some(Wait { thread, action: action(op.kind).0, object, holder, place, function, source })
}

/// Who holds what a task waits for.
pub(super) fn waits_for(world: &World, task: TaskId) -> Option<TaskId> {
    let op = world.task(task).pending?;
    match op.kind {
        Kind::Lock | Kind::Read | Kind::Write | Kind::WriteDrain => {
            // A reader joins those inside, unless a writer has shut the door.
            let writer = shut_by(world, op.object).filter(|&writer| writer != task);
            writer.or_else(|| world.holder(op.object).map(|(holder, _)| holder))
        }
        Kind::Reacquire(mutex) => world.holder(mutex).map(|(holder, _)| holder),
        Kind::Join => threads_by_object(world).get(&op.object.index()).copied(),
        _ => None,
    }
}

/// The writer that waits in front of an RwLock for its readers to leave.
pub(super) fn shut_by(world: &World, lock: ObjectId) -> Option<TaskId> {
    let shuts = |op: crate::sync::engine::op::Op| op.kind == Kind::WriteDrain && op.object == lock;
    world.unfinished().find(|&task| world.task(task).pending.is_some_and(shuts))
}

/// An operation in the words of a story, and the mutex that goes with a wait.
pub(super) fn action(kind: Kind) -> (Action, Option<ObjectId>) {
    let action = match kind {
        Kind::Lock => Action::Lock,
        Kind::TryLock => Action::TryLock,
        Kind::Unlock => Action::Unlock,
        Kind::Read => Action::Read,
        Kind::TryRead => Action::TryRead,
        Kind::ReadUnlock => Action::ReadUnlock,
        Kind::Write => Action::Write,
        Kind::WriteDrain => Action::WriteDrain,
        Kind::TryWrite => Action::TryWrite,
        Kind::WriteUnlock => Action::WriteUnlock,
        Kind::Wait(mutex) => return (Action::Wait, Some(mutex)),
        Kind::Reacquire(mutex) => return (Action::Reacquire, Some(mutex)),
        Kind::NotifyOne => Action::NotifyOne,
        Kind::NotifyAll => Action::NotifyAll,
        Kind::Load => Action::Load,
        Kind::Store => Action::Store,
        Kind::Rmw => Action::Rmw,
        Kind::CompareExchange => Action::CompareExchange,
        Kind::Send => Action::Send,
        Kind::TrySend => Action::TrySend,
        Kind::AwaitTaker(_) => Action::AwaitTaker,
        Kind::Recv => Action::Recv,
        Kind::TryRecv => Action::TryRecv,
        Kind::AwaitGiver(_) => Action::AwaitGiver,
        Kind::Select => Action::Select,
        Kind::TrySelect => Action::TrySelect,
        Kind::DropSender => Action::DropSender,
        Kind::DropReceiver => Action::DropReceiver,
        Kind::Add => Action::Add,
        Kind::Done => Action::Done,
        Kind::WaitGroup => Action::WaitGroup,
        Kind::Spawn => Action::Spawn,
        Kind::Join => Action::Join,
        Kind::Exit => Action::Exit,
        Kind::Yield => Action::Yield,
        Kind::Invoke => Action::Invoke,
        Kind::Respond => Action::Respond,
        Kind::Settle => Action::Settle,
        Kind::Seclude => Action::Seclude,
        Kind::Rejoin => Action::Rejoin,
    };
    (action, None)
}
